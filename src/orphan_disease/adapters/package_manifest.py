"""The manifest of a model package, read and verified: nothing of a package is used before this has passed.

```
manifest.json       what the package is, and the SHA-256 of every other file
manifest.json.hmac  HMAC-SHA256 of manifest.json, in hexadecimal; written where a signing key is set
```
The key is the text of the environment variable `ORPHAN_DISEASE_SIGNING_KEY`. Where it is set, a package without a
signature, or with another one, is refused.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import ValidationError

from orphan_disease.adapters.atomic_files import atomic_open
from orphan_disease.contracts.package_manifest import FORMAT_VERSION, PackageManifest

__all__ = [
    "MANIFEST_FILE",
    "SIGNATURE_FILE",
    "SIGNING_KEY_VARIABLE",
    "PackageError",
    "content_version",
    "digest_of",
    "parse_manifest",
    "read_manifest",
    "sha256_of",
    "sign_manifest",
    "signature_of",
    "verify_package",
]

MANIFEST_FILE: Final = "manifest.json"
SIGNATURE_FILE: Final = "manifest.json.hmac"
VERSION_LENGTH: Final = 12
SIGNING_KEY_VARIABLE: Final = "ORPHAN_DISEASE_SIGNING_KEY"


class PackageError(ValueError):
    """A package that is absent, damaged or changed; the message names the file and what to do."""


def read_manifest(folder: Path) -> PackageManifest:
    """Read and validate a package's manifest, its signature first where a signing key is set.

    Raises:
        PackageError: if it is absent, unreadable, of another layout, not signed or signed otherwise.
    """
    path = folder / MANIFEST_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        msg = f"{path}: not found; a model package is a folder with this file. Train one with `make train`"
        raise PackageError(msg) from None
    _require_signature(folder, content)
    return parse_manifest(content, str(path))


def parse_manifest(content: bytes, path: str) -> PackageManifest:
    """Validate the bytes of a manifest; the path is for the message.

    Raises:
        PackageError: if they are no manifest, or one of another layout.
    """
    try:
        manifest = PackageManifest.model_validate_json(content)
    except ValidationError as error:
        msg = f"{path}: not a manifest ({error.error_count()} invalid fields); restore the file or train again"
        raise PackageError(msg) from None
    if manifest.format_version != FORMAT_VERSION:
        msg = f"{path}: layout {manifest.format_version}, this release reads {FORMAT_VERSION}; train again"
        raise PackageError(msg)
    return manifest


def verify_package(folder: Path, expected_version: str | None = None) -> PackageManifest:
    """Check that a folder holds exactly the files that its manifest lists, each with its checksum.

    Args:
        folder: the package.
        expected_version: the version that was asked for; any if not given.

    Raises:
        PackageError: if a file is absent, changed, not listed, a link, or listed outside the folder, or if the folder
            holds another version.
    """
    manifest = read_manifest(folder)
    if expected_version not in {None, manifest.version}:
        msg = f"{folder}: holds version {manifest.version}, not {expected_version}: swapped, so nothing is loaded"
        raise PackageError(msg)
    if manifest.version != content_version(manifest.files):
        msg = f"{folder / MANIFEST_FILE}: version {manifest.version} is not that of its files; nothing is loaded"
        raise PackageError(msg)
    for name in manifest.files:
        _require_inside(folder, name)
    for entry in sorted(folder.rglob("*")):
        if entry.is_symlink():
            msg = f"{entry}: a symbolic link; a package holds plain files alone, so nothing is loaded"
            raise PackageError(msg)
        name = entry.relative_to(folder).as_posix()
        if not entry.is_dir() and name not in {MANIFEST_FILE, SIGNATURE_FILE} and name not in manifest.files:
            msg = f"{entry}: not listed in the manifest, so nothing is loaded; remove the file or train again"
            raise PackageError(msg)
    for name, expected in manifest.files.items():
        _require_checksum(folder / name, expected)
    return manifest


def sign_manifest(folder: Path) -> bool:
    """Write the signature of a folder's manifest with the key of the environment; False where no key is set."""
    key = _signing_key()
    if key is None:
        return False
    with atomic_open(folder / SIGNATURE_FILE) as stream:
        stream.write(signature_of((folder / MANIFEST_FILE).read_bytes(), key).encode("ascii") + b"\n")
    return True


def signature_of(content: bytes, key: bytes) -> str:
    """HMAC-SHA256 of bytes under a key, in hexadecimal (RFC 2104)."""
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def digest_of(files: Mapping[str, str]) -> str:
    """SHA-256 over names and checksums, as `sha256sum` lists them."""
    return hashlib.sha256("\n".join(f"{digest}  {path}" for path, digest in files.items()).encode()).hexdigest()


def content_version(files: Mapping[str, str]) -> str:
    """The version that the content of a package's files gives it."""
    return digest_of(files)[:VERSION_LENGTH]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _signing_key() -> bytes | None:
    return os.environ.get(SIGNING_KEY_VARIABLE, "").encode("utf-8") or None


def _require_signature(folder: Path, content: bytes) -> None:
    key = _signing_key()
    if key is None:
        return
    path = folder / SIGNATURE_FILE
    if not path.is_file():
        msg = (
            f"{path}: not found, but {SIGNING_KEY_VARIABLE} is set: a package must be signed, so nothing is loaded. "
            "`orphan-disease sign <version>` signs one whose origin you know"
        )
        raise PackageError(msg)
    if not hmac.compare_digest(path.read_bytes().strip(), signature_of(content, key).encode("ascii")):
        msg = (
            f"{path}: not the signature of {MANIFEST_FILE} under the key of {SIGNING_KEY_VARIABLE}; the manifest was "
            "changed or another key signed it, so nothing is loaded. Restore the files or train again"
        )
        raise PackageError(msg)


def _require_inside(folder: Path, name: str) -> None:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or not parts.parts:
        msg = f"{folder / MANIFEST_FILE}: lists {name!r}, which is outside the package; nothing is loaded"
        raise PackageError(msg)


def _require_checksum(path: Path, expected: str) -> None:
    if not path.is_file():
        msg = f"{path}: not found, but the manifest lists it; restore the file or train again"
        raise PackageError(msg)
    found = sha256_of(path)
    if found != expected:
        msg = (
            f"{path}: SHA-256 is {found}, the manifest says {expected}; the file was changed after the package was "
            "saved, so nothing is loaded. Restore the file or train again"
        )
        raise PackageError(msg)
