"""Where model packages are kept: every version in a folder of its own, pointers to versions, and who was champion when.

```
<root>/<version>/manifest.json, …   see adapters.package_files
<root>/latest                       the version that was trained last: one line of text
<root>/validation/<version>/…       what was measured of a version: its validation results and report
<root>/champion/000001.json, …      the history whose last entry says which version is served
```
A local save writes the folder aside and renames it; the pointer moves last. On an object store the objects are put
first and the pointer last: whoever follows the pointer finds a whole package.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import fsspec
from fsspec.implementations.local import LocalFileSystem

from orphan_disease.adapters.atomic_files import atomic_folder, atomic_open
from orphan_disease.adapters.package_manifest import MANIFEST_FILE, SIGNATURE_FILE, PackageError, parse_manifest
from orphan_disease.adapters.promotion_history import PromotionHistory
from orphan_disease.contracts.package_manifest import PackageManifest

if TYPE_CHECKING:
    from orphan_disease.domain.prediction import Predictor

__all__ = ["CANDIDATE", "CHAMPION", "LATEST", "PackageStore"]

CHAMPION: Final = "champion"  # the version that is served, moved by promotion and rollback alone
LATEST: Final = "latest"  # the version that was trained last
EVIDENCE_FOLDER: Final = "validation"
CANDIDATE: Final = "candidate"  # the version that retraining made last
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class PackageStore:
    """Versions and pointers under one root, on local disk or an object store."""

    def __init__(self, root: str, credentials: dict[str, Any] | None = None) -> None:
        """Name the root; nothing is read yet."""
        self._fs, path = fsspec.core.url_to_fs(root, **(credentials or {}))
        self._is_local = isinstance(self._fs, LocalFileSystem)
        self._path = str(path).rstrip("/")
        self.root = root
        self.history = PromotionHistory(self._fs, f"{self._path}/{CHAMPION}")

    def resolve(self, wanted: str, fallback: str | None = None) -> str:
        """The version that a pointer names; a version names itself.

        Args:
            wanted: a version, `champion`, or another pointer.
            fallback: the pointer that is followed where no champion has been promoted yet.

        Raises:
            PackageError: if there is no such pointer and no such version.
        """
        if not _NAME.fullmatch(wanted):
            raise PackageError(f"{wanted!r} is no name of a version or pointer: letters, digits and _.- only")
        if wanted == CHAMPION:
            return self._champion(fallback)
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

    def served(self) -> str:
        """The version that answers patients: the champion, or the one trained last where none was promoted."""
        return self.resolve(CHAMPION, LATEST)

    def _champion(self, fallback: str | None) -> str:
        champion = self.history.champion()
        if champion is not None:
            return champion
        if fallback is not None:
            return self.resolve(fallback)
        raise PackageError(f"{self.root}: no champion yet; `orphan-disease promote <version>` makes one")

    def versions(self) -> list[str]:
        """Every version that is there, in the order of their names."""
        self._fs.invalidate_cache()
        manifests = self._fs.glob(f"{self._path}/*/{MANIFEST_FILE}")
        return sorted(str(path).rsplit("/", 2)[-2] for path in manifests)

    def pointers(self) -> dict[str, str]:
        """Pointer -> version, of those that are set."""
        names = (CHAMPION, LATEST, CANDIDATE)
        return {name: self.resolve(name) for name in names if self.has(name)}

    def manifest(self, version: str) -> PackageManifest:
        """What a version's manifest says; its files are not looked at.

        Raises:
            PackageError: if there is no such version, or its manifest cannot be read.
        """
        path = f"{self._path}/{self.resolve(version)}/{MANIFEST_FILE}"
        return parse_manifest(self._fs.cat_file(path), path)

    def evidence(self, version: str, name: str) -> bytes | None:
        """A document that is kept beside a version, such as its validation results; None where there is none."""
        path = self._evidence_path(version, name)
        self._fs.invalidate_cache()
        return bytes(self._fs.cat_file(path)) if self._fs.isfile(path) else None

    def evidence_digest(self, version: str, name: str) -> str | None:
        """SHA-256 of such a document."""
        content = self.evidence(version, name)
        return None if content is None else hashlib.sha256(content).hexdigest()

    def keep_evidence(self, version: str, name: str, content: bytes) -> None:
        """Keep a document beside a version, whole or not at all.

        Raises:
            PackageError: if the version is not there.
        """
        if not self.has(version):
            raise PackageError(f"{self.root}: no version {version!r} to keep {name} beside")
        self._put(self._evidence_path(version, name), content)

    def keep_signature(self, version: str, folder: Path) -> None:
        """Put the signature that a local copy bears beside the version's manifest."""
        self._put(f"{self._path}/{self.resolve(version)}/{SIGNATURE_FILE}", (folder / SIGNATURE_FILE).read_bytes())

    def remove(self, version: str) -> None:
        """Remove a version's package; what is kept beside it stays.

        Raises:
            PackageError: if a pointer names it or it was ever champion.
        """
        served = {event.champion for event in self.history.events() if event.is_move}
        if version in served | set(self.pointers().values()):
            raise PackageError(f"{self.root}: {version} served or is pointed to, and is kept")
        folder = f"{self._path}/{version}"
        self._fs.rm_file(f"{folder}/{MANIFEST_FILE}")  # first: without it, the folder is no package
        self._fs.rm(folder, recursive=True)

    def _evidence_path(self, version: str, name: str) -> str:
        if not (_NAME.fullmatch(version) and _NAME.fullmatch(name)):
            raise PackageError(f"{version!r}, {name!r}: letters, digits and _.- only")
        return f"{self._path}/{EVIDENCE_FOLDER}/{version}/{name}"

    def _put(self, path: str, content: bytes) -> None:
        if self._is_local:
            with atomic_open(path) as stream:
                stream.write(content)
        else:
            self._fs.pipe_file(path, content)

    def has(self, wanted: str, fallback: str | None = None) -> bool:
        """Whether a version, or what a pointer names, is there."""
        try:
            version = self.resolve(wanted, fallback)
        except PackageError:
            return False
        return bool(self._fs.isfile(f"{self._path}/{version}/{MANIFEST_FILE}"))

    def write(self, predictor: "Predictor") -> str:
        """Write a package under its version, unless that version is there, and return the version."""
        from orphan_disease.adapters.package_files import write_package  # noqa: PLC0415  # torch: not for a rollback

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
                present = [name for name in (SIGNATURE_FILE, MANIFEST_FILE) if (source / name).exists()]
                for name in (*manifest.files, *present):  # the manifest last: with it, the package is there
                    self._fs.put_file(str(source / name), f"{target}/{name}")
        return manifest.version

    def point(self, pointer: str, version: str) -> None:
        """Move a pointer to a version, whole or not at all.

        Raises:
            PackageError: if the version is not there, or the pointer is the champion, which moves by promotion alone.
        """
        if pointer == CHAMPION:
            raise PackageError("the champion moves by `orphan-disease promote` and `rollback` alone")
        if not self._fs.isfile(f"{self._path}/{version}/{MANIFEST_FILE}"):
            msg = f"{self.root}: no version {version!r} to point {pointer!r} to"
            raise PackageError(msg)
        self._put(f"{self._path}/{pointer}", f"{version}\n".encode())

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
