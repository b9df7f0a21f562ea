"""A token bucket for each client, shared by the worker processes of one machine.

The generic cell rate algorithm (ITU-T I.371): one number a client, the time at which its bucket would be full again,
says as much as a count of tokens and a time of refill, and is brought up to date by one statement.
"""

import hashlib
import logging
import sqlite3
import time
from pathlib import Path
from threading import Lock
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.adapters.atomic_files import create_folder

__all__ = ["RateLimiter", "RateLimits"]

logger = logging.getLogger(__name__)

BUSY_SECONDS: Final = 1.0
WAIT_WHERE_BUSY_SECONDS: Final = 1.0
CHECKS_BETWEEN_CLEANINGS: Final = 4_096

_TABLE: Final = "CREATE TABLE IF NOT EXISTS buckets (client BLOB PRIMARY KEY, full_at REAL NOT NULL) WITHOUT ROWID"
# A time further ahead than a bucket can be is of another boot of the machine: that bucket is full by now.
_TAKE: Final = """
    INSERT INTO buckets VALUES (:client, :now + :interval)
    ON CONFLICT DO UPDATE SET full_at = iif(full_at > :now + :whole, :now, max(full_at, :now)) + :interval
    WHERE iif(full_at > :now + :whole, :now, max(full_at, :now)) + :interval <= :now + :whole
"""
_FULL_AT: Final = "SELECT full_at FROM buckets WHERE client = :client"
_CLEAN: Final = "DELETE FROM buckets WHERE full_at <= :now"


class RateLimits(BaseModel):
    """How much one client may ask."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests_per_second: float = Field(default=50.0, gt=0, description="in the long run")
    burst_requests: int = Field(default=200, ge=1, description="at once, after a rest")


class RateLimiter:
    """Limits kept in a small SQLite file: quick, shared by processes, and free to be lost (nothing is flushed).

    Args:
        path: the file, created with its folders where it is absent; clients stand in it as digests.
        limits: the same in every worker.
    """

    def __init__(self, path: Path, limits: RateLimits) -> None:
        """Open the file."""
        create_folder(path.parent)
        self._interval = 1 / limits.requests_per_second
        self._whole = self._interval * limits.burst_requests
        self._checks = 0
        self._lock = Lock()
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(_TABLE)

    def check(self, client: str) -> float:
        """Seconds that the client has to wait before its next request; 0 where this one is allowed (and counted).

        A request that is not allowed costs the client nothing. Where the file cannot be had, nobody is let through
        uncounted: the answer is a second, and the log says why.
        """
        now = time.monotonic()  # of the machine since it started, the same for all its processes
        digest = hashlib.blake2b(client.encode(errors="replace"), digest_size=16).digest()
        values = {"client": digest, "now": now, "interval": self._interval, "whole": self._whole}
        try:
            with self._lock:
                return self._take(values, now)
        except sqlite3.OperationalError as error:
            logger.warning("The rate limits cannot be read or written: %s.", error)
            return WAIT_WHERE_BUSY_SECONDS

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _take(self, values: dict[str, object], now: float) -> float:
        self._checks += 1
        if self._checks % CHECKS_BETWEEN_CLEANINGS == 0:
            self._connection.execute(_CLEAN, {"now": now})
        if self._connection.execute(_TAKE, values).rowcount == 1:
            return 0.0
        row = self._connection.execute(_FULL_AT, values).fetchone()
        full_at: float = row[0] if row else now  # another worker has just cleaned it away: it was full
        return max(full_at + self._interval - self._whole - now, 0.001)
