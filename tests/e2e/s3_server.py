"""A real S3 protocol server on loopback, for as long as a test needs it."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import s3fs

ACCESS_KEY = "loopback"
SECRET_KEY = "loopback-secret"  # noqa: S105  # a server of this test alone, on loopback
STARTUP_SECONDS = 60
GRPC_OFFSET = 10_000  # the server takes a second port for each: the port's gRPC twin


@dataclass(frozen=True)
class S3Server:
    """Where the server listens, and the bucket that it holds."""

    endpoint: str
    bucket: str

    @property
    def variables(self) -> dict[str, str]:
        """The standard variables that point any S3 client at this server."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def filesystem(self) -> s3fs.S3FileSystem:
        return s3fs.S3FileSystem(
            key=ACCESS_KEY,
            secret=SECRET_KEY,
            client_kwargs={"endpoint_url": self.endpoint, "region_name": "us-east-1"},
            use_listings_cache=False,
            skip_instance_cache=True,
        )


def _free_port() -> int:
    """Return a free port whose gRPC twin is free too."""
    while True:
        with socket.socket() as first, socket.socket() as twin:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            if port + GRPC_OFFSET > 65_535:
                continue
            with suppress(OSError):
                twin.bind(("127.0.0.1", port + GRPC_OFFSET))
                return port


def _is_up(server: S3Server) -> bool:
    with suppress(Exception):  # any refusal means: not yet
        return bool(server.filesystem().exists(server.bucket))
    return False


@contextmanager
def s3_server(folder: Path, bucket: str = "hospital") -> Iterator[S3Server]:
    """Run `weed mini` on loopback with one bucket, and end it with its process."""
    weed = shutil.which("weed") or str(Path(sys.executable).with_name("weed"))
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "s3.json"
    identity = {
        "name": "test",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config.write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
    port, master, volume, filer, admin = (_free_port() for _ in range(5))
    command = [
        weed,
        "mini",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        "-admin.ui=false",
        "-webdav=false",
        f"-master.port={master}",
        f"-volume.port={volume}",
        f"-filer.port={filer}",
        f"-admin.port={admin}",
        f"-s3.port={port}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.config={config}",
        f"-bucket={bucket}",
    ]
    server = S3Server(endpoint=f"http://127.0.0.1:{port}", bucket=bucket)
    with (folder / "server.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            deadline = time.monotonic() + STARTUP_SECONDS
            while not _is_up(server):
                if process.poll() is not None or time.monotonic() > deadline:
                    message = (folder / "server.log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"the S3 server did not start: {message}")
                time.sleep(0.2)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)
