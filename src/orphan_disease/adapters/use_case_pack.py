"""The pack of clinical use cases, verified before it is read: a changed expectation must not pass a model unseen.

The project's own pack stands beside a file with its SHA-256. A hospital's own pack (a path) stands beside one too, and
where a signing key is set (see `adapters.package_manifest`), beside its HMAC as well.
"""

import hashlib
import hmac
import os
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final, NoReturn

import yaml
from kedro.io import AbstractDataset, DatasetError
from pydantic import ValidationError

from orphan_disease.adapters.package_manifest import SIGNING_KEY_VARIABLE, signature_of
from orphan_disease.contracts.use_cases import UseCasePack

__all__ = ["UseCasePackDataset", "UseCasePackError", "read_use_cases"]

_FOLDER: Final = "orphan_disease.adapters.tables"
_FILE: Final = "use_cases.yml"


class UseCasePackError(ValueError):
    """A pack that is absent, changed or malformed."""


def read_use_cases(path: Path | None = None) -> UseCasePack:
    """Read a pack.

    Args:
        path: a hospital's own pack; the project's if not given.

    Raises:
        UseCasePackError: if the pack or its checksum is absent, does not match, is not signed where a key is set, or
            does not have the fields of `contracts.use_cases`.
    """
    if path is not None:
        return _read(path, must_be_signed=True)
    with as_file(files(_FOLDER).joinpath(_FILE)) as own, as_file(files(_FOLDER).joinpath(f"{_FILE}.sha256")) as beside:
        return _read(own, must_be_signed=False, checksum=beside)


def _read(path: Path, *, must_be_signed: bool, checksum: Path | None = None) -> UseCasePack:
    beside = checksum or Path(f"{path}.sha256")
    content, expected = _bytes(path), _bytes(beside).decode("ascii").split()[0]
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        msg = f"{path}: SHA-256 is {found}, {beside.name} says {expected}; read the changes, then `sha256sum` renews it"
        raise UseCasePackError(msg)
    key = os.environ.get(SIGNING_KEY_VARIABLE, "").encode("utf-8")
    if must_be_signed and key:
        signature = _bytes(Path(f"{path}.hmac")).strip()
        if not hmac.compare_digest(signature, signature_of(content, key).encode("ascii")):
            raise UseCasePackError(f"{path}.hmac: not the pack's signature under the key of {SIGNING_KEY_VARIABLE}")
    try:
        return UseCasePack.model_validate(yaml.safe_load(content))
    except (ValidationError, yaml.YAMLError) as error:
        raise UseCasePackError(f"{path}: not a pack of use cases: {error}") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        msg = f"{path}: not found; a pack stands beside <pack>.sha256, and <pack>.hmac where a signing key is set"
        raise UseCasePackError(msg) from None


class UseCasePackDataset(AbstractDataset[NoReturn, UseCasePack]):
    """A pack of clinical use cases, read-only.

    Args:
        filepath: a hospital's own pack; the project's if null.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(self, *, filepath: str | None = None, metadata: dict[str, Any] | None = None) -> None:
        """Keep the settings; nothing is read yet."""
        self._path = Path(filepath) if filepath else None
        self.metadata = metadata

    def load(self) -> UseCasePack:
        """Read the pack, verified."""
        return read_use_cases(self._path)

    def save(self, data: NoReturn) -> None:
        """Refuse: a pack is written by people.

        Raises:
            DatasetError: always.
        """
        raise DatasetError("a pack of use cases is read-only")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._path or _FILE)}
