"""Shipping kept answers to the archive, in a process of its own and of low priority.

Writing a minute's answers as Parquet is seconds of work. Inside the service it would hold up every request meanwhile; a
process beside it takes what is left of the machine. The ledger is made to be shared by processes.
"""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType
from typing import Final

import structlog

from orphan_disease.adapters.ledger_shipper import LedgerShipper
from orphan_disease.adapters.prediction_archive import PredictionArchive
from orphan_disease.adapters.prediction_ledger import PredictionLedger
from orphan_disease.serving.logs import configure_logs
from orphan_disease.serving.settings import Settings

__all__ = ["LEDGER_FILE", "ShippingProcess", "ship_until_told"]

LEDGER_FILE: Final = "predictions.sqlite"
NICENESS: Final = 19
LOOK_SECONDS: Final = 1.0  # how often each of the two processes looks for the other
RESTART_SECONDS: Final = 5.0
END_SECONDS: Final = 10.0
_log = structlog.get_logger()


class ShippingProcess:
    """The process, started again where it ends by itself.

    Args:
        settings: of the service; the process reads the same.
    """

    def __init__(self, settings: Settings) -> None:
        """Keep the settings."""
        self._environment = {**os.environ, **settings.to_environment()}
        self._ending = threading.Event()
        self._watch = threading.Thread(target=self._run, name="shipping", daemon=True)

    def start(self) -> None:
        """Start the process, and watch it."""
        self._watch.start()

    def stop(self) -> None:
        """End it; what is not shipped stays in the ledger for the next start."""
        self._ending.set()
        self._watch.join(2 * END_SECONDS)

    def _run(self) -> None:
        while not self._ending.is_set():
            command = [sys.executable, "-m", "orphan_disease.serving.shipping"]
            process = subprocess.Popen(command, env=self._environment, stdin=subprocess.DEVNULL)  # noqa: S603  # our own
            while process.poll() is None and not self._ending.wait(LOOK_SECONDS):
                pass
            if self._ending.is_set():
                _end(process)
            else:
                _log.error("shipping_ended", status=process.returncode)
                self._ending.wait(RESTART_SECONDS)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ship_until_told(settings: Settings) -> None:
    """Ship the ledger at the interval of the settings, until a signal comes or the service is gone."""
    ending = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)  # the terminal's, which the service gets as well
    parent = os.getppid()
    os.nice(NICENESS)
    ledger = PredictionLedger(settings.serving_folder / LEDGER_FILE, PredictionArchive(settings.archive_root))
    shipper = LedgerShipper(ledger, every_seconds=settings.ship_seconds)
    shipper.start()
    while not ending.wait(LOOK_SECONDS) and os.getppid() == parent:
        pass
    shipper.stop(END_SECONDS)
    ledger.close()


if __name__ == "__main__":
    chosen = Settings.from_environment(os.environ)
    configure_logs(chosen.log_level)
    ship_until_told(chosen)
