"""Downloads of published data from their publishers: whole or not at all, with the checksum beside the file."""

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final, cast
from urllib.request import urlopen

from orphan_disease.adapters.atomic import atomic_open
from orphan_disease.adapters.published_data import download_folder

__all__ = ["SOURCES", "DownloadError", "Downloaded", "PublishedSource", "download"]

_CHUNK_BYTES: Final = 1 << 20
_TIMEOUT_SECONDS: Final = 60


class DownloadError(RuntimeError):
    """A publisher did not give what was asked for."""


@dataclass(frozen=True)
class PublishedSource:
    """One published archive: its address, where it is kept, what its documents end with, and its licence."""

    url: str
    file: str
    member_suffix: str
    licence: str


@dataclass(frozen=True)
class Downloaded:
    """One file as it arrived."""

    path: Path
    size_bytes: int
    sha256: str
    members: int


SOURCES: Final[Mapping[str, PublishedSource]] = MappingProxyType(
    {
        "orphanet": PublishedSource(
            url="https://github.com/Orphanet/orphapacket/archive/refs/heads/master.zip",
            file="orphanet/orphapackets.zip",
            member_suffix=".json",
            licence="CC BY 4.0, Orphanet (INSERM)",
        ),
        "published-cases": PublishedSource(
            url="https://github.com/monarch-initiative/phenopacket-store/releases/latest/download/all_phenopackets.zip",
            file="phenopackets/published_cases.zip",
            member_suffix=".json",
            licence="BSD-3-Clause, Monarch Initiative",
        ),
    }
)


def _open_https(url: str) -> IO[bytes]:
    if not url.startswith("https://"):
        msg = f"{url}: only https:// addresses are downloaded"
        raise DownloadError(msg)
    return cast(IO[bytes], urlopen(url, timeout=_TIMEOUT_SECONDS))  # noqa: S310  # the scheme is checked above


def _copy(source: IO[bytes], target: IO[bytes]) -> tuple[int, str]:
    """Copy `source` to `target`; return the size and the SHA-256 of what was copied."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK_BYTES):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _count_members(stream: IO[bytes], source: PublishedSource) -> int:
    """Count the documents of an archive.

    Raises:
        DownloadError: if it is no zip, or holds no document.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = sum(name.endswith(source.member_suffix) for name in archive.namelist())
    except zipfile.BadZipFile as error:
        msg = f"{source.url} did not give a zip archive: {error}"
        raise DownloadError(msg) from error
    if not members:
        msg = f"{source.url} gave an archive without a single {source.member_suffix} file"
        raise DownloadError(msg)
    return members


def download(name: str, folder: Path | None = None, open_url: Callable[[str], IO[bytes]] = _open_https) -> Downloaded:
    """Download one published archive, check that it is one, and record its SHA-256 beside it.

    Args:
        name: a key of `SOURCES`.
        folder: where to keep it; by default the folder of downloads.
        open_url: how an address becomes a stream of bytes.

    Raises:
        KeyError: if no source has that name.
        DownloadError: if the publisher cannot be reached or gives something else; an older file stays as it was.
    """
    source = SOURCES[name]
    path = (folder or download_folder()) / source.file
    try:
        with closing(open_url(source.url)) as stream, atomic_open(path) as target:
            size, sha256 = _copy(stream, target)
            target.flush()
            with open(target.name, "rb") as written:
                members = _count_members(written, source)
    except (OSError, HTTPException) as error:
        msg = f"{source.url} cannot be downloaded to {path}: {error}"
        raise DownloadError(msg) from error
    with atomic_open(path.with_name(f"{path.name}.sha256")) as record:
        record.write(f"{sha256}  {path.name}\n".encode())
    return Downloaded(path, size, sha256, members)
