"""Where model packages are kept: every version in a folder of its own, and pointers to versions.

```
<root>/<version>/manifest.json, …   see adapters.package_files
<root>/latest                       the version that is served: one line of text
```
A local save writes the folder aside and renames it; the pointer moves last. On an object store the objects are put
first and the pointer last: whoever follows the pointer finds a whole package.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from orphan_disease.adapters.atomic_files import atomic_folder, atomic_open
from orphan_disease.adapters.package_files import MANIFEST_FILE, PackageError, write_package
from orphan_disease.domain.prediction import Predictor

__all__ = ["PackageStore"]


class PackageStore:
    """Versions and pointers under one root, on local disk or an object store."""

    def __init__(self, root: str, credentials: dict[str, Any] | None = None) -> None:
        """Name the root; nothing is read yet."""
        self._fs, path = fsspec.core.url_to_fs(root, **(credentials or {}))
        self._is_local = isinstance(self._fs, LocalFileSystem)
        self._path = str(path).rstrip("/")
        self.root = root

    def resolve(self, wanted: str) -> str:
        """The version that a pointer names; a version names itself.

        Raises:
            PackageError: if there is no such pointer and no such version.
        """
        self._fs.invalidate_cache()
        pointer = f"{self._path}/{wanted}"
        if self._fs.isfile(pointer):
            return str(self._fs.cat_file(pointer).decode("utf-8").strip())
        if self._fs.isfile(f"{pointer}/{MANIFEST_FILE}"):
            return wanted
        msg = (
            f"{self.root}: no model package {wanted!r}; train one with `make train` or `kedro run --pipeline=training`"
        )
        raise PackageError(msg)

    def has(self, wanted: str) -> bool:
        """Whether a version, or what a pointer names, is there."""
        try:
            version = self.resolve(wanted)
        except PackageError:
            return False
        return bool(self._fs.isfile(f"{self._path}/{version}/{MANIFEST_FILE}"))

    def write(self, predictor: Predictor) -> str:
        """Write a package under its version, unless that version is there, and return the version."""
        with TemporaryDirectory(prefix="model_package_") as aside:
            source = Path(aside)
            manifest = write_package(predictor, source)
            target = f"{self._path}/{manifest.version}"
            if self._fs.isfile(f"{target}/{MANIFEST_FILE}"):
                return manifest.version
            if self._is_local:
                with atomic_folder(target) as folder:
                    _copy(source, folder)
            else:
                for name in (*manifest.files, MANIFEST_FILE):
                    self._fs.put_file(str(source / name), f"{target}/{name}")
        return manifest.version

    def point(self, pointer: str, version: str) -> None:
        """Move a pointer to a version, whole or not at all.

        Raises:
            PackageError: if the version is not there.
        """
        if not self._fs.isfile(f"{self._path}/{version}/{MANIFEST_FILE}"):
            msg = f"{self.root}: no version {version!r} to point {pointer!r} to"
            raise PackageError(msg)
        line = f"{version}\n".encode()
        if self._is_local:
            with atomic_open(f"{self._path}/{pointer}") as stream:
                stream.write(line)
        else:
            self._fs.pipe_file(f"{self._path}/{pointer}", line)

    @contextmanager
    def local_copy(self, version: str) -> Iterator[Path]:
        """A local folder with the version's files; a copy that is removed afterwards where the store is remote."""
        if self._is_local:
            yield Path(self._path, version)
            return
        with TemporaryDirectory(prefix="model_package_") as aside:
            self._fs.get(f"{self._path}/{version}/", f"{aside}/", recursive=True)
            yield Path(aside)


def _copy(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
