"""The files of one model package: a folder that turns a case into an answer, without pickle.

```
manifest.json      versions, fingerprints, SHA-256 of every file
predictor/…        the fitted parts (see adapters.archives)
```
The version is derived from the content, so that equal models bear equal versions.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from orphan_disease.adapters.archives import read_archive, write_archive
from orphan_disease.adapters.classifier_formats import CLASSIFIER_FORMATS
from orphan_disease.adapters.source_revision import read_source_revision
from orphan_disease.contracts.package_manifest import FORMAT_VERSION, PackageManifest
from orphan_disease.domain.prediction import Predictor

__all__ = ["MANIFEST_FILE", "PackageError", "read_manifest", "read_package", "write_package"]

MANIFEST_FILE: Final = "manifest.json"
PREDICTOR_FOLDER: Final = "predictor"
VERSION_LENGTH: Final = 12


class PackageError(ValueError):
    """A package that is absent, damaged or changed; the message names the file and what to do."""


def write_package(predictor: Predictor, folder: Path, *, name: str = "orphan_disease") -> PackageManifest:
    """Write the package's files and manifest into an existing empty folder.

    Args:
        predictor: the fitted model.
        folder: where to write.
        name: the model's name.

    Returns:
        The manifest written.
    """
    write_archive(replace(predictor, model_version=""), folder / PREDICTOR_FOLDER, formats=CLASSIFIER_FORMATS)
    files = {path.relative_to(folder).as_posix(): _sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    content = "\n".join(f"{digest}  {path}" for path, digest in files.items())
    revision = read_source_revision(Path(__file__).parent)
    manifest = PackageManifest(
        name=name,
        version=hashlib.sha256(content.encode()).hexdigest()[:VERSION_LENGTH],
        created_at=datetime.now(UTC),
        source_revision=str(revision) if revision else None,
        knowledge_version=predictor.knowledge_version,
        categories=predictor.categories,
        data_fingerprints=dict(predictor.data_fingerprints),
        files=files,
    )
    (folder / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return manifest


def read_manifest(folder: Path) -> PackageManifest:
    """Read and validate a package's manifest.

    Raises:
        PackageError: if it is absent, unreadable or of another layout.
    """
    path = folder / MANIFEST_FILE
    try:
        manifest = PackageManifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        msg = f"{path}: not found; a model package is a folder with this file. Train one with `make train`"
        raise PackageError(msg) from None
    except ValidationError as error:
        msg = f"{path}: not a manifest ({error.error_count()} invalid fields); restore the file or train again"
        raise PackageError(msg) from None
    if manifest.format_version != FORMAT_VERSION:
        msg = f"{path}: layout {manifest.format_version}, this release reads {FORMAT_VERSION}; train again"
        raise PackageError(msg)
    return manifest


def read_package(folder: Path) -> Predictor:
    """Load a package after verifying the checksum of each of its files.

    Raises:
        PackageError: if a file is absent or differs from what the manifest says (nothing is loaded then), or if another
            release wrote them.
    """
    manifest = read_manifest(folder)
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            msg = f"{path}: not found, but the manifest lists it; restore the file or train again"
            raise PackageError(msg)
        found = _sha256(path)
        if found != expected:
            msg = (
                f"{path}: SHA-256 is {found}, the manifest says {expected}; the file was changed after the package was "
                "saved, so nothing is loaded. Restore the file or train again"
            )
            raise PackageError(msg)
    try:
        predictor = read_archive(Predictor, folder / PREDICTOR_FOLDER, formats=CLASSIFIER_FORMATS)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"{folder}: whole, but written by another release of this project ({error!r}); train again"
        raise PackageError(msg) from error
    return replace(predictor, model_version=manifest.version)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
