"""The files of one model package: a folder that turns a case into an answer, without pickle.

```
manifest.json      versions, fingerprints, requirements, SHA-256 of every file; signed (see adapters.package_manifest)
predictor/…        the fitted parts (see adapters.archives)
```
The version is derived from the content, so that equal models bear equal versions.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from orphan_disease.adapters.archives import ArchiveError, read_archive, write_archive
from orphan_disease.adapters.classifier_formats import CLASSIFIER_FORMATS
from orphan_disease.adapters.package_manifest import (
    MANIFEST_FILE,
    PackageError,
    content_version,
    digest_of,
    read_manifest,
    sha256_of,
    sign_manifest,
    verify_package,
)
from orphan_disease.adapters.package_requirements import package_requirements
from orphan_disease.adapters.source_revision import read_source_revision
from orphan_disease.contracts.package_manifest import PackageManifest
from orphan_disease.domain.prediction import Predictor

__all__ = ["MANIFEST_FILE", "PackageError", "read_manifest", "read_package", "write_package"]

PREDICTOR_FOLDER: Final = "predictor"
KNOWLEDGE_FILES: Final = f"{PREDICTOR_FOLDER}/knowledge."


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
    files = {
        path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    revision = read_source_revision(Path(__file__).parent)
    manifest = PackageManifest(
        name=name,
        version=content_version(files),
        created_at=datetime.now(UTC),
        source_revision=str(revision) if revision else None,
        knowledge_version=predictor.knowledge_version,
        categories=predictor.categories,
        data_fingerprints=dict(predictor.data_fingerprints),
        knowledge_fingerprint=digest_of({name: files[name] for name in files if name.startswith(KNOWLEDGE_FILES)}),
        requirements=package_requirements(),
        files=files,
    )
    (folder / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    sign_manifest(folder)
    return manifest


def read_package(folder: Path, expected_version: str | None = None) -> Predictor:
    """Load a package after verifying its signature, its list of files and the checksum of each.

    Args:
        folder: the package.
        expected_version: the version that was asked for; any if not given.

    Raises:
        PackageError: if the folder is not exactly what the manifest says (nothing is loaded then), or if another
            release wrote it.
    """
    manifest = verify_package(folder, expected_version)
    try:
        predictor = read_archive(Predictor, folder / PREDICTOR_FOLDER, formats=CLASSIFIER_FORMATS)
    except ArchiveError as error:
        msg = f"{folder}: names what no package of this release holds, so nothing is loaded: {error}; train again"
        raise PackageError(msg) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"{folder}: whole, but written by another release of this project ({error!r}); train again"
        raise PackageError(msg) from error
    return replace(predictor, model_version=manifest.version)
