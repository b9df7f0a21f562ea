"""A full disk, a store that refuses or hangs up in mid-write: run again, the bytes are an uninterrupted run's."""

import errno
import multiprocessing
import resource
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from orphan_disease.adapters.atomic import AtomicParquetDataset

LIMIT_BYTES = 20_000  # the table takes about 80,000
NO_ROOM = 7
FRAME = pd.DataFrame({"value": np.random.default_rng(7).random(10_000)})


def _save_with_little_room(path: str) -> None:
    """Save where no file grows beyond LIMIT_BYTES, as on a disk that fills up in mid-write; exit NO_ROOM if it did."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # else the limit kills, where a full disk raises
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))
    try:
        AtomicParquetDataset(filepath=path).save(FRAME)
    except DatasetError as error:
        cause = error.__cause__
        raise SystemExit(NO_ROOM if isinstance(cause, OSError) and cause.errno == errno.EFBIG else 1) from error


@pytest.mark.parametrize("earlier", [None, "old"])
def test_a_disk_that_fills_up_leaves_what_was_there_and_the_next_run_the_same_bytes(
    tmp_path: Path, earlier: str | None
) -> None:
    whole, target = tmp_path / "whole.parquet", tmp_path / "place" / "table.parquet"
    AtomicParquetDataset(filepath=str(whole)).save(FRAME)
    target.parent.mkdir()
    if earlier:
        target.write_text(earlier)
    child = multiprocessing.get_context("fork").Process(target=_save_with_little_room, args=(str(target),))
    child.start()
    child.join()
    assert child.exitcode == NO_ROOM
    assert [(path.name, path.read_text()) for path in target.parent.iterdir()] == (
        [(target.name, earlier)] if earlier else []
    )
    AtomicParquetDataset(filepath=str(target)).save(FRAME)
    assert target.read_bytes() == whole.read_bytes()


class _FailingBucket(BaseHTTPRequestHandler):
    """Keeps what is put, once `fault` is over; until then answers 503 or breaks the connection in mid-body."""

    protocol_version = "HTTP/1.1"
    objects: ClassVar[dict[str, bytes]] = {}
    fault: ClassVar[str | None] = None
    met: ClassVar[int] = 0

    def do_PUT(self) -> None:
        size = int(self.headers["Content-Length"])
        if self.headers.get("Expect"):
            self.send_response_only(100)
            self.end_headers()
        if self.fault == "reset":
            type(self).met += 1
            self.rfile.read(size // 2)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST, not FIN
            self.connection.shutdown(socket.SHUT_RD)
            self.close_connection = True
            return
        body = self.rfile.read(size)
        if self.fault == "503":
            type(self).met += 1
            self._answer(503, b"<Error><Code>SlowDown</Code><Message>slow down</Message></Error>")
            return
        self.objects[self.path] = body
        self._answer(200, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"0"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_FailingBucket]]:
    class Bucket(_FailingBucket):
        objects: ClassVar[dict[str, bytes]] = {}

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "loopback",
        "AWS_SECRET_ACCESS_KEY": "loopback",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",  # the body as it is, without chunks' signatures
        "AWS_MAX_ATTEMPTS": "2",
    }.items():
        monkeypatch.setenv(name, value)
    yield Bucket
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("fault", ["503", "reset"])
def test_a_store_that_fails_in_mid_write_keeps_nothing_and_the_next_run_puts_the_same_bytes(
    tmp_path: Path, bucket: type[_FailingBucket], fault: str
) -> None:
    whole = tmp_path / "whole.parquet"
    AtomicParquetDataset(filepath=str(whole)).save(FRAME)
    dataset = AtomicParquetDataset(
        filepath="s3://bucket/table.parquet",
        fs_args={"skip_instance_cache": True, "config_kwargs": {"retries": {"total_max_attempts": 1}}},
    )
    bucket.fault = fault
    with pytest.raises(DatasetError):
        dataset.save(FRAME)
    assert bucket.met, "no fault struck: the test shows nothing"
    assert bucket.objects == {}
    bucket.fault = None
    dataset.save(FRAME)
    assert bucket.objects == {"/bucket/table.parquet": whole.read_bytes()}
