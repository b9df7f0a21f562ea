"""Downloads: the checksum is that of the bytes, and what is no archive never replaces one that is."""

import hashlib
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest

from orphan_disease.adapters.downloads import SOURCES, DownloadError, download


def _archive(*names: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return buffer.getvalue()


def _giving(content: bytes) -> Callable[[str], IO[bytes]]:
    return lambda _url: BytesIO(content)


@pytest.mark.parametrize("name", SOURCES)
def test_a_download_is_kept_with_its_checksum(tmp_path: Path, name: str) -> None:
    content = _archive("a.json", "b.json", "README.md")
    got = download(name, tmp_path, _giving(content))
    assert got.path == tmp_path / SOURCES[name].file
    assert got.path.read_bytes() == content
    assert (got.size_bytes, got.members) == (len(content), 2)
    record = got.path.with_name(got.path.name + ".sha256").read_text().split()
    assert record == [hashlib.sha256(content).hexdigest(), got.path.name]


@pytest.mark.parametrize("content", [b"<html>404</html>", _archive("README.md")])
def test_what_is_no_archive_never_replaces_one(tmp_path: Path, content: bytes) -> None:
    whole = _archive("a.json")
    path = download("orphanet", tmp_path, _giving(whole)).path
    with pytest.raises(DownloadError, match=r"did not give a zip|without a single"):
        download("orphanet", tmp_path, _giving(content))
    assert path.read_bytes() == whole
    assert sorted(entry.name for entry in path.parent.iterdir()) == [path.name, path.name + ".sha256"]


def test_an_unreachable_publisher_is_named(tmp_path: Path) -> None:
    def refuse(_url: str) -> BytesIO:
        raise OSError("no route")

    with pytest.raises(DownloadError, match=r"https://.* cannot be downloaded .*no route"):
        download("orphanet", tmp_path, refuse)
    assert list(tmp_path.rglob("*.zip")) == []


def test_every_source_is_fetched_over_https() -> None:
    assert [source.url for source in SOURCES.values() if not source.url.startswith("https://")] == []
