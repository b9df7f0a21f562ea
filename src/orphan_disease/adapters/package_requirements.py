"""The libraries that a packaged model needs to answer, at the versions that it was made with."""

from importlib.metadata import version
from typing import Final

__all__ = ["package_requirements"]

_LIBRARIES: Final = (
    "mlflow", "numpy", "orjson", "pandas", "pandera", "pyarrow", "pydantic", "safetensors", "scikit-learn", "scipy",
    "skops", "skorch", "torch", "xgboost",
)  # fmt: skip


def package_requirements() -> tuple[str, ...]:
    """Requirement lines as pip reads them, of the libraries that are installed now.

    A local label (`+cpu`) is left out: it names a build, which an index of another machine may not have.
    """
    return tuple(f"{name}=={version(name).partition('+')[0]}" for name in _LIBRARIES)
