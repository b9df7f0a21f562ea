"""A service of one's own, on a free port and in a folder of its own, to be measured, overloaded and killed."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["START_SECONDS", "RunningService", "running_service"]

START_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.02


class RunningService:
    """The processes of one service: they share a process group, and are killed together.

    Args:
        folder: where it keeps its ledger, its audit trail and its keys.
        settings: variables of the environment beside the folder's and the port's.
    """

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        """Choose a port; nothing runs yet."""
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.log = folder / "service.log"
        self._environment = {
            **os.environ,
            "ORPHAN_DISEASE_SERVING_FOLDER": str(folder),
            "ORPHAN_DISEASE_PORT": str(self.port),
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        """Host and port, as a URL names them."""
        return f"127.0.0.1:{self.port}"

    @property
    def key(self) -> str:
        """The key that the first start made."""
        return (self.folder / "development_key").read_text().strip()

    def start(self) -> float:
        """Start it, and give the seconds until it was ready.

        Raises:
            RuntimeError: if it does not become ready.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # our own
                [sys.executable, "-m", "orphan_disease.serving"],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        while time.perf_counter() - started < START_SECONDS and self._process.poll() is None:
            if self.is_ready():
                return time.perf_counter() - started
            time.sleep(POLL_SECONDS)
        raise RuntimeError(f"the service did not become ready; see {self.log}")

    def is_ready(self) -> bool:
        """Whether it answers that it is ready."""
        try:
            with urllib.request.urlopen(f"http://{self.host}/v1/health/ready", timeout=5) as answer:  # loopback
                return bool(answer.status == 200)  # noqa: PLR2004  # OK
        except (OSError, urllib.error.HTTPError):
            return False

    def kill(self) -> None:
        """Kill every process of it at once, without warning."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._signal(signal.SIGTERM, of_group=False)

    def _signal(self, number: signal.Signals, *, of_group: bool = True) -> None:
        if self._process is not None:
            (os.killpg if of_group else os.kill)(self._process.pid, number)
            self._process.wait()
            self._process = None


@contextmanager
def running_service(folder: Path, settings: dict[str, str] | None = None) -> Iterator[RunningService]:
    """A service that is ready, and that ends with the block."""
    service = RunningService(folder, settings)
    service.start()
    try:
        yield service
    finally:
        service.stop()
