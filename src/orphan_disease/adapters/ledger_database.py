"""The prediction ledger's SQLite file: its tables, its connections, and an entry as a row.

Write-ahead log with `synchronous=FULL`: a commit returns after its frames are on the disk, each frame has a checksum,
and a torn tail is cut off when the file is next opened (https://sqlite.org/wal.html, https://sqlite.org/atomiccommit.html).
"""

import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson
from pydantic import ConfigDict, ValidationError

from orphan_disease.adapters.atomic_files import create_folder
from orphan_disease.adapters.quick_validation import QuickValidator
from orphan_disease.contracts.ledger_entry import LedgerEntry
from orphan_disease.contracts.records import PredictionRecord

__all__ = ["ENTRY_COLUMNS", "LedgerError", "Row", "connect_reader", "connect_writer", "entry_of", "row_of"]

SCHEMA_VERSION: Final = 1
BUSY_SECONDS: Final = 10.0
COMPRESSION: Final = 1  # a record shrinks to about a quarter; higher levels cost more time than they save

Row = tuple[str, str, str | None, str, str, str, bytes]
ENTRY_COLUMNS: Final = "prediction_id, client, idempotency_key, request_digest, written_at, date, record"

_SCHEMA: Final = """
CREATE TABLE ledger (ledger_id TEXT NOT NULL);
CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    prediction_id TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL,
    idempotency_key TEXT,
    request_digest TEXT NOT NULL,
    written_at TEXT NOT NULL,
    date TEXT NOT NULL,
    record BLOB NOT NULL
);
CREATE UNIQUE INDEX entries_by_idempotency_key ON entries (client, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX entries_by_date ON entries (date, sequence);
CREATE TABLE days (date TEXT PRIMARY KEY, planned_through INTEGER NOT NULL DEFAULT 0);
CREATE TABLE shipments (
    path TEXT PRIMARY KEY,
    date TEXT NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    shipped_at TEXT,
    pruned_at TEXT
);
CREATE INDEX shipments_waiting ON shipments (first_sequence) WHERE shipped_at IS NULL;
"""


class LedgerError(RuntimeError):
    """An entry could not be kept or read; no answer may be given for it."""


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open the ledger for writing, and create it where it is absent.

    Raises:
        LedgerError: if the file is no ledger, or one of a later release.
    """
    create_folder(path.parent)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA journal_size_limit={64 << 20}")
        _create_tables(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise LedgerError(f"{path} cannot be opened as a prediction ledger: {error}") from error
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open an existing ledger for reading; writers never wait for it."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _create_tables(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")  # several workers start at one time: one of them creates
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise LedgerError(f"{path} has schema {version}; this release reads up to {SCHEMA_VERSION}: update it")
        if version == 0:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute("INSERT INTO ledger VALUES (?)", (uuid4().hex,))
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def row_of(entry: LedgerEntry) -> Row:
    """An entry as a row, once it is sure that it can be shipped: what is kept here must never be stuck later.

    Raises:
        ValueError: if the time is not in UTC or the record is no prediction record; its text names fields, not values.
    """
    if entry.written_at.utcoffset() != UTC.utcoffset(None):
        raise ValueError(f"entry {entry.prediction_id}, written_at: without UTC as its zone; give an aware UTC time")
    written_at = entry.written_at.isoformat(timespec="microseconds")
    record = zlib.compress(_checked_bytes(entry), COMPRESSION)
    date = written_at[: len("YYYY-MM-DD")]
    return entry.prediction_id, entry.client, entry.idempotency_key, entry.request_digest, written_at, date, record


class _KeptRecord(PredictionRecord):
    """A record with whatever else the answer held beside it."""

    model_config = ConfigDict(extra="ignore")


_KEPT_RECORD: Final = QuickValidator(_KeptRecord)


def _checked_bytes(entry: LedgerEntry) -> bytes:
    """The record as JSON, held to its types without any leniency: a number as text would stop the archive later."""
    try:
        content = orjson.dumps(entry.record)
        _KEPT_RECORD.check(content)
        return content
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in each["loc"]) for each in error.errors()})
    except TypeError:
        fields = ["a value that JSON cannot hold"]
    # Raised outside the handlers: a chained validation error would carry the patient's values into the log.
    raise ValueError(f"entry {entry.prediction_id}, record: not a prediction record (see {', '.join(fields)})")


def entry_of(row: Sequence[Any]) -> LedgerEntry:
    """The entry of a row that was read in the order of `ENTRY_COLUMNS`.

    Raises:
        LedgerError: if the record's bytes are damaged.
    """
    prediction_id, client, idempotency_key, request_digest, written_at, _, packed = row
    try:
        record: Mapping[str, Any] = orjson.loads(zlib.decompress(packed))
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise LedgerError(f"the record of prediction {prediction_id} is damaged on the disk: {error}") from error
    return LedgerEntry(
        prediction_id, client, idempotency_key, request_digest, datetime.fromisoformat(written_at), record
    )
