"""The thread that takes the ledger's entries to the archive, through outages of any length."""

import logging
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Final

from tenacity import RetryCallState, RetryError, Retrying, stop_when_event_set, wait_random_exponential
from tenacity.nap import sleep_using_event

from orphan_disease.adapters.prediction_ledger import PredictionLedger

__all__ = ["LedgerShipper"]

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 60.0
LONGEST_WAIT_SECONDS: Final = 300.0
RETENTION: Final = timedelta(days=30)


class LedgerShipper:
    """Ships at an interval; while the archive refuses, waits longer and longer (with chance in it), and never gives up.

    Every worker process may run one: only one of them ships at a time, and another takes over where that one dies.

    Args:
        ledger: opened with an archive.
        every_seconds: between the end of one round and the next.
        longest_wait_seconds: between two attempts in an outage.
        retention: how long the ledger keeps an entry after the archive has acknowledged it; until then it is found by
            its id and by its idempotency key.
    """

    def __init__(
        self,
        ledger: PredictionLedger,
        *,
        every_seconds: float = EVERY_SECONDS,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
        retention: timedelta = RETENTION,
    ) -> None:
        """Keep the settings; `start` begins."""
        self._ledger = ledger
        self._every_seconds = every_seconds
        self._retention = retention
        self._ending = Event()
        self._thread = Thread(target=self._run, name="ledger-shipper", daemon=True)
        self._retrying = Retrying(
            wait=wait_random_exponential(multiplier=min(1.0, longest_wait_seconds), max=longest_wait_seconds),
            stop=stop_when_event_set(self._ending),
            sleep=sleep_using_event(self._ending),
            after=_report,
        )

    def start(self) -> None:
        """Begin to ship."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 30.0) -> None:
        """End after the attempt that runs; what is not shipped stays in the ledger for the next start."""
        self._ending.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._retrying(self._round)
            except RetryError:  # the service ends in the middle of an outage
                logger.info("Shipping ends while the archive is out of reach; the ledger keeps what is left.")
            self._ending.wait(self._every_seconds)

    def _round(self) -> None:
        self._ledger.ship()
        self._ledger.forget_shipped(datetime.now(UTC) - self._retention)


def _report(state: RetryCallState) -> None:
    """Say that an attempt failed, by the error's kind alone: its text may quote what was sent."""
    error = state.outcome.exception() if state.outcome else None
    logger.warning("Shipping predictions failed (attempt %d, %s).", state.attempt_number, type(error).__name__)
