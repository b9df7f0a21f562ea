"""The prediction ledger: every answer is on the disk before it is given, and in the archive in the end, once.

`append` returns after its entry is flushed. `ship` moves entries to the archive as Parquet: which entries make which
object is itself committed first, so that a repeated attempt writes the same object again, and an acknowledgement that
was lost leaves no second copy. See docs/explanation/durability.md.
"""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from orphan_disease.adapters.group_commit import GroupCommitter
from orphan_disease.adapters.ledger_database import (
    ENTRY_COLUMNS,
    LedgerError,
    Row,
    connect_reader,
    connect_writer,
    entry_of,
    row_of,
)
from orphan_disease.adapters.prediction_archive import PredictionArchive, shipped_bytes
from orphan_disease.adapters.process_lock import ProcessLock
from orphan_disease.contracts.ledger_entry import LedgerEntry

__all__ = ["Backlog", "LedgerError", "PredictionLedger"]

ENTRIES_PER_OBJECT: Final = 1_000
CLOSING_SECONDS: Final = 1.0

_VALUES: Final = "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_INSERT: Final = f"INSERT INTO entries ({ENTRY_COLUMNS}) {_VALUES}"  # constants, here and below
_SELECT: Final = f"SELECT {ENTRY_COLUMNS} FROM entries"  # noqa: S608
_BY_ID: Final = f"{_SELECT} WHERE prediction_id = ?"
_BY_KEY: Final = f"{_SELECT} WHERE client = ? AND idempotency_key = ?"
_OF_SHIPMENT: Final = f"{_SELECT} WHERE date = ? AND sequence BETWEEN ? AND ? ORDER BY sequence"
_BACKLOG: Final = """
    SELECT count(*), min(entries.sequence) FROM days JOIN entries ON entries.date = days.date
    AND entries.sequence > coalesce(
        (SELECT min(first_sequence) - 1 FROM shipments WHERE shipments.date = days.date AND shipped_at IS NULL),
        days.planned_through)
"""
_DUE: Final = """
    SELECT path, date, first_sequence, last_sequence FROM shipments WHERE shipped_at < ? AND pruned_at IS NULL
"""


@dataclass(frozen=True)
class Backlog:
    """What is not in the archive yet.

    Attributes:
        entries: how many.
        oldest_at: when the oldest of them was written, UTC; None where there is none.
    """

    entries: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class _Shipment:
    """One object of the archive: its path, and the entries of one date from the first sequence to the last."""

    path: str
    date: str
    first: int
    last: int


class PredictionLedger:
    """A ledger on the local disk, shared by the threads and the worker processes of one machine.

    Args:
        path: the ledger's file; created with its folders where it is absent. It must lie on a local file system.
        archive: where `ship` takes entries.
        entries_per_object: the most entries of one Parquet object.

    Raises:
        LedgerError: if the file is no ledger, or one of a later release.
    """

    def __init__(
        self, path: Path, archive: PredictionArchive | None = None, *, entries_per_object: int = ENTRIES_PER_OBJECT
    ) -> None:
        """Open the ledger; entries that a killed process has acknowledged are there."""
        self._archive = archive
        self._entries_per_object = entries_per_object
        self._writer, self._reader, self._shipper = connect_writer(path), connect_reader(path), connect_writer(path)
        self._ledger_id: str = self._reader.execute("SELECT ledger_id FROM ledger").fetchone()[0]
        # SQLite's own wait for another writer polls; a lock wakes the next one at once.
        self._writing, self._planning = ProcessLock(_beside(path, "lock")), ProcessLock(_beside(path, "lock"))
        self._shipping_elsewhere = ProcessLock(_beside(path, "shipping"))
        self._reading, self._shipping = Lock(), Lock()
        self._committer: GroupCommitter[LedgerEntry] = GroupCommitter(self._commit, name="prediction-ledger")

    def submit(self, entry: LedgerEntry) -> Future[None]:
        """As `append`, without waiting: the future ends when the entry is durable."""
        return self._committer.submit(entry)

    def append(self, entry: LedgerEntry) -> None:
        """Keep an entry; returns when it would survive the machine's sudden end. Appending it again changes nothing.

        Of one client's idempotency key the first entry alone is kept: an append that comes second, from whichever
        process, returns when the first is durable, and `by_idempotency_key` gives what stands.

        Raises:
            LedgerError: if the disk refuses, or the prediction id is taken by another entry.
            ValueError: if the entry is not in UTC or its record is no prediction record.
        """
        self.submit(entry).result()

    def get(self, prediction_id: str) -> LedgerEntry | None:
        """The entry of a prediction; None where there is none."""
        return self._find(_BY_ID, prediction_id)

    def by_idempotency_key(self, client: str, key: str) -> LedgerEntry | None:
        """The first entry that a client's key led to; None where there is none."""
        return self._find(_BY_KEY, client, key)

    def backlog(self) -> Backlog:
        """What is not in the archive yet: a figure to watch, since these entries are on this machine alone."""
        with self._reading:
            count, oldest = self._reader.execute(_BACKLOG).fetchone()
            sql = "SELECT written_at FROM entries WHERE sequence = ?"
            row = self._reader.execute(sql, (oldest,)).fetchone()
        return Backlog(count, datetime.fromisoformat(row[0]) if row else None)

    def ship(self) -> int:
        """Take to the archive what is not there yet.

        Returns:
            Entries that the archive has newly acknowledged; 0 while another thread or process ships.

        Raises:
            LedgerError: if the ledger has no archive.
            Exception: what the archive raises; the next call begins with what was not acknowledged.
        """
        if self._archive is None:
            raise LedgerError("this ledger was opened without an archive to ship to")
        with self._shipping:
            if not self._shipping_elsewhere.try_acquire():
                return 0
            try:
                return self._ship_all(self._archive)
            finally:
                self._shipping_elsewhere.release()

    def forget_shipped(self, before: datetime) -> int:
        """Remove the entries that the archive acknowledged before a time, and give how many; their space is reused."""
        moment = before.astimezone(UTC).isoformat()
        removed = 0
        with self._shipping:
            for path, *span in self._shipper.execute(_DUE, (moment,)).fetchall():
                with self._planning, self._shipper:
                    self._shipper.execute("BEGIN IMMEDIATE")
                    sql = "DELETE FROM entries WHERE date = ? AND sequence BETWEEN ? AND ?"
                    removed += self._shipper.execute(sql, span).rowcount
                    self._shipper.execute("UPDATE shipments SET pruned_at = ? WHERE path = ?", (moment, path))
        return removed

    def close(self) -> None:
        """Keep what is queued, and close the files. A shipment that hangs is left to the next start."""
        self._committer.close()
        with self._reading:
            self._reader.close()
        self._writer.close()
        self._writing.close()
        if self._shipping.acquire(timeout=CLOSING_SECONDS):
            with closing(self._shipper), closing(self._planning), closing(self._shipping_elsewhere):
                self._shipping.release()

    def _find(self, query: str, *values: str) -> LedgerEntry | None:
        with self._reading:
            row = self._reader.execute(query, values).fetchone()
        return None if row is None else entry_of(row)

    def _commit(self, entries: Sequence[LedgerEntry]) -> list[Exception | None]:
        """One transaction for all entries; one that is refused leaves the others untouched."""
        rows = [_row_or_error(entry) for entry in entries]
        try:
            with self._writing, self._writer:
                self._writer.execute("BEGIN IMMEDIATE")
                days = {(row[-2],) for row in rows if not isinstance(row, Exception)}
                self._writer.executemany("INSERT INTO days (date) VALUES (?) ON CONFLICT DO NOTHING", days)
                return [row if isinstance(row, Exception) else self._insert(row) for row in rows]
        except sqlite3.Error as error:
            raise LedgerError(f"the ledger could not be written: {error}") from error

    def _insert(self, row: Row) -> Exception | None:
        if self._writer.execute(_INSERT, row).rowcount == 1:
            return None
        same_id = self._writer.execute(_BY_ID, (row[0],)).fetchone()
        if same_id is None or same_id == row:  # its idempotency key, or itself, was there first
            return None
        return LedgerError(f"prediction {row[0]} is taken by another entry")

    def _ship_all(self, archive: PredictionArchive) -> int:
        shipped = 0
        while (shipment := self._waiting() or self._plan()) is not None:
            span = (shipment.date, shipment.first, shipment.last)
            entries = [entry_of(row) for row in self._shipper.execute(_OF_SHIPMENT, span)]
            archive.put(shipment.path, shipped_bytes(entries))
            moment = datetime.now(UTC).isoformat()
            with self._planning, self._shipper:
                self._shipper.execute("BEGIN IMMEDIATE")
                self._shipper.execute("UPDATE shipments SET shipped_at = ? WHERE path = ?", (moment, shipment.path))
            shipped += len(entries)
        return shipped

    def _waiting(self) -> _Shipment | None:
        """The first shipment that was planned and never acknowledged."""
        sql = "SELECT path, date, first_sequence, last_sequence FROM shipments WHERE shipped_at IS NULL"
        row = self._shipper.execute(f"{sql} ORDER BY first_sequence LIMIT 1").fetchone()
        return None if row is None else _Shipment(*row)

    def _plan(self) -> _Shipment | None:
        """Commit which entries the next object holds; from then on it holds these and no others."""
        with self._planning, self._shipper:
            self._shipper.execute("BEGIN IMMEDIATE")
            for date, planned_through in self._shipper.execute("SELECT * FROM days ORDER BY date").fetchall():
                sql = "SELECT sequence FROM entries WHERE date = ? AND sequence > ? ORDER BY sequence LIMIT ?"
                found = self._shipper.execute(sql, (date, planned_through, self._entries_per_object)).fetchall()
                if found:
                    return self._write_plan(date, found[0][0], found[-1][0])
        return None

    def _write_plan(self, date: str, first: int, last: int) -> _Shipment:
        shipment = _Shipment(f"date={date}/{self._ledger_id}-{first:012d}.parquet", date, first, last)
        values = (shipment.path, date, first, last)
        sql = "INSERT INTO shipments (path, date, first_sequence, last_sequence) VALUES (?, ?, ?, ?)"
        self._shipper.execute(sql, values)
        self._shipper.execute("UPDATE days SET planned_through = ? WHERE date = ?", (last, date))
        return shipment


def _row_or_error(entry: LedgerEntry) -> Row | Exception:
    """The row of an entry, or what is wrong with it: that is this entry's alone."""
    try:
        return row_of(entry)
    except (ValueError, TypeError) as error:
        return error


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")
