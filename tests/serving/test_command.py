"""The service as a process: it starts, answers, refuses slow and broken clients, and ends in order."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from orphan_disease.serving.command import serve_command

START_SECONDS = 240


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serving")


@pytest.fixture(scope="module")
def address(models: Path, folder: Path) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    environment = os.environ | {
        "ORPHAN_DISEASE_MODEL": str(models),
        "ORPHAN_DISEASE_SERVING_FOLDER": str(folder),
        "ORPHAN_DISEASE_REQUEST_TIMEOUT_SECONDS": "2",
        "ORPHAN_DISEASE_PORT": str(port),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "orphan_disease.serving"], env=environment, stdout=log)
        try:
            wait_until_ready(f"http://{host}:{port}", process)
            yield host, port
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == -signal.SIGTERM  # uvicorn ends in order, then by the signal itself
            assert "Application shutdown complete" in (folder / "log").read_text()


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/v1/health/ready", timeout=60).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the service did not become ready")


def exchange(address: tuple[str, int], sent: bytes) -> bytes:
    """What the service answers to bytes that are sent as they are."""
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(sent)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
        return received


def test_the_first_start_makes_a_key_that_opens_everything(address: tuple[str, int], folder: Path) -> None:
    file = folder / "development_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in (folder / "log").read_text()

    url = f"http://{address[0]}:{address[1]}"
    headers = {"X-API-Key": file.read_text().strip(), "Idempotency-Key": "k"}
    form = {"observed": ["HP:1000000", "HP:1000001"], "age_years": 3}
    with httpx.Client(timeout=60) as client:
        answer = client.post(f"{url}/v1/predictions", json=form, headers=headers)
        assert answer.status_code == 200
        assert client.post(f"{url}/v1/predictions", json=form, headers=headers).content == answer.content
        assert client.get(url + answer.headers["location"], headers=headers).json() == answer.json()
        assert client.get(f"{url}/metrics", headers=headers).status_code == 200
        assert client.post(f"{url}/v1/predictions", json=form).status_code == 401
    assert headers["X-API-Key"] not in (folder / "log").read_text()


def test_a_head_that_does_not_come_ends_the_connection(address: tuple[str, int]) -> None:
    assert exchange(address, b"GET /v1/health/live HTT").startswith(b"HTTP/1.1 408 ")
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(b"GET /v1/health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        received = b""
        while not received.endswith(b"}"):
            received += connection.recv(65_536)
        assert received.startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /v1/he")  # a later head may not dawdle either
        assert connection.recv(65_536).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_does_not_come_ends_the_request(address: tuple[str, int], folder: Path) -> None:
    key = (folder / "development_key").read_bytes().strip()
    head = b"POST /v1/predictions HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\nx-api-key: " + key + b"\r\n\r\n{"
    assert exchange(address, head).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_is_too_large_or_none_is_refused(address: tuple[str, int]) -> None:
    large = exchange(address, b"GET / HTTP/1.1\r\nx: " + b"y" * 100_000)
    broken = exchange(address, b"hello\r\n\r\n")
    assert large.startswith(b"HTTP/1.1 431 ")
    assert broken.startswith(b"HTTP/1.1 400 ")
    for answer in (large, broken):
        assert b"application/problem+json" in answer


def test_without_a_model_the_error_says_what_to_do(tmp_path: Path) -> None:
    missing = CliRunner().invoke(serve_command, env={"ORPHAN_DISEASE_MODEL": str(tmp_path)})
    wrong = CliRunner().invoke(serve_command, ["--port", "70000"])
    assert missing.exit_code == wrong.exit_code == 1
    assert "make train" in missing.output
    assert "ORPHAN_DISEASE_PORT" in wrong.output
