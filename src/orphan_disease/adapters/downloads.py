"""Downloads of published data from their publishers: whole or not at all, with the checksum beside the file.

What is already there, and still has its checksum, is used again without asking anyone.
"""

import hashlib
import logging
import time
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final, cast
from urllib.error import HTTPError
from urllib.request import urlopen

from tqdm import tqdm

from orphan_disease.adapters.atomic_files import atomic_open
from orphan_disease.adapters.published_data import download_folder

__all__ = ["SOURCES", "DownloadError", "Downloaded", "PublishedSource", "download"]

logger = logging.getLogger(__name__)

_CHUNK_BYTES: Final = 1 << 20
_TIMEOUT_SECONDS: Final = 60
_WAITS_SECONDS: Final = (1.0, 4.0, 16.0)  # before the second, third and fourth attempt
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


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
    """One file as it arrived, now or earlier."""

    path: Path
    size_bytes: int
    sha256: str
    members: int
    is_reused: bool = False


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


def _copy(source: IO[bytes], target: IO[bytes], name: str) -> tuple[int, str]:
    """Copy `source` to `target`, with a progress bar on a terminal; return the size and the SHA-256 of what was copied.

    Raises:
        OSError: if the publisher announced more bytes than came.
    """
    announced = _announced_bytes(source)
    digest, size = hashlib.sha256(), 0
    with tqdm(total=announced, desc=name, unit="B", unit_scale=True, disable=None) as progress:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            progress.update(len(chunk))
    if announced is not None and size != announced:
        msg = f"{size} bytes came of the {announced} announced"
        raise OSError(msg)
    return size, digest.hexdigest()


def _announced_bytes(source: IO[bytes]) -> int | None:
    headers = getattr(source, "headers", None)
    length = headers.get("Content-Length") if headers is not None else None
    return int(length) if length is not None and length.isdigit() else None


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


def download(
    name: str,
    folder: Path | None = None,
    open_url: Callable[[str], IO[bytes]] = _open_https,
    *,
    refresh: bool = False,
    wait: Callable[[float], None] = time.sleep,
) -> Downloaded:
    """Download one published archive, check that it is one, and record its SHA-256 beside it.

    A refused or broken connection is tried again after 1, 4 and 16 seconds.

    Args:
        name: a key of `SOURCES`.
        folder: where to keep it; by default the folder of downloads.
        open_url: how an address becomes a stream of bytes.
        refresh: whether to download it again although it is there.
        wait: what to do for that many seconds between attempts.

    Raises:
        KeyError: if no source has that name.
        DownloadError: if the publisher cannot be reached or gives something else; an older file stays as it was.
    """
    source = SOURCES[name]
    path = (folder or download_folder()) / source.file
    earlier = None if refresh else _earlier(path, source)
    if earlier is not None:
        return earlier
    waits = iter(_WAITS_SECONDS)
    while True:
        try:
            return _fetch(source, path, open_url)
        except (OSError, HTTPException) as error:
            seconds = next(waits, None) if _is_transient(error) else None
            if seconds is None:
                msg = (
                    f"{source.url} cannot be downloaded to {path}: {error}. Without a connection, put the publisher's "
                    "archive there yourself, or name the folder that has it in ORPHAN_DISEASE_DATA"
                )
                raise DownloadError(msg) from error
            logger.warning("%s: %s; trying again in %g s", source.url, error, seconds)
            wait(seconds)


def _fetch(source: PublishedSource, path: Path, open_url: Callable[[str], IO[bytes]]) -> Downloaded:
    with closing(open_url(source.url)) as stream, atomic_open(path) as target:
        size, sha256 = _copy(stream, target, path.name)
        target.flush()
        with open(target.name, "rb") as written:
            members = _count_members(written, source)
    with atomic_open(_record_of(path)) as record:
        record.write(f"{sha256}  {path.name}\n".encode())
    return Downloaded(path, size, sha256, members)


def _is_transient(error: Exception) -> bool:
    return not isinstance(error, HTTPError) or error.code in _TRANSIENT


def _record_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _earlier(path: Path, source: PublishedSource) -> Downloaded | None:
    """The download that is already there, if it still is what its record says."""
    if not (path.is_file() and _record_of(path).is_file()):
        return None
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        if _record_of(path).read_text(encoding="utf-8").split()[:1] != [sha256]:
            logger.warning("%s is not what its checksum says: it is downloaded again", path)
            return None
        return Downloaded(path, path.stat().st_size, sha256, _count_members(stream, source), is_reused=True)
