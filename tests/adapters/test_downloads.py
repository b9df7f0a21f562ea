"""Downloads: the checksum is that of the bytes, and what is no archive never replaces one that is."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import IO, cast
from urllib.request import urlopen

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
        download("orphanet", tmp_path, _giving(content), refresh=True)
    assert path.read_bytes() == whole
    assert sorted(entry.name for entry in path.parent.iterdir()) == [path.name, path.name + ".sha256"]


def test_an_unreachable_publisher_is_named(tmp_path: Path) -> None:
    def refuse(_url: str) -> BytesIO:
        raise OSError("no route")

    with pytest.raises(DownloadError, match=r"https://.* cannot be downloaded .*no route"):
        download("orphanet", tmp_path, refuse, wait=lambda _seconds: None)
    assert list(tmp_path.rglob("*.zip")) == []


def test_every_source_is_fetched_over_https() -> None:
    assert [source.url for source in SOURCES.values() if not source.url.startswith("https://")] == []


@contextmanager
def _publisher(*answers: tuple[int, bytes, int]) -> Iterator[Callable[[str], IO[bytes]]]:
    """A server on loopback that gives its answers in turn: status, body, and the bytes that it announces."""
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, announced = waiting.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/archive.zip"
        yield lambda _url: cast(IO[bytes], urlopen(address, timeout=60))  # loopback
        server.shutdown()


def test_a_publisher_that_stumbles_is_asked_again_with_growing_waits(tmp_path: Path) -> None:
    whole, waits = _archive("a.json"), list[float]()
    answers = [(503, b"", 0), (200, whole[:20], len(whole)), (200, whole, len(whole))]
    with _publisher(*answers) as open_url:
        got = download("orphanet", tmp_path, open_url, wait=waits.append)
    assert got.path.read_bytes() == whole
    assert waits == [1.0, 4.0]


def test_what_is_not_there_is_not_asked_for_again(tmp_path: Path) -> None:
    with _publisher((404, b"", 0)) as open_url, pytest.raises(DownloadError, match="404"):
        download("orphanet", tmp_path, open_url, wait=lambda _seconds: pytest.fail("a 404 will not pass by waiting"))


def test_what_is_there_is_used_again_without_asking_anyone(tmp_path: Path) -> None:
    def refuse(_url: str) -> BytesIO:
        raise OSError("no route")

    first = download("orphanet", tmp_path, _giving(_archive("a.json")))
    again = download("orphanet", tmp_path, refuse)
    assert (first.is_reused, again.is_reused) == (False, True)
    assert (again.sha256, again.members, again.size_bytes) == (first.sha256, first.members, first.size_bytes)


def test_what_is_there_but_damaged_is_downloaded_again(tmp_path: Path) -> None:
    whole = _archive("a.json")
    path = download("orphanet", tmp_path, _giving(whole)).path
    path.write_bytes(whole[:-1])
    assert not download("orphanet", tmp_path, _giving(whole)).is_reused
    assert path.read_bytes() == whole
