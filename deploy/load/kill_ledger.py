"""Kill the writer of a prediction ledger again and again, and count what was lost or doubled.

    python deploy/load/kill_ledger.py --kills 50

Each round, a process of its own appends from several threads and ships to the archive meanwhile; at a random moment it
is killed (SIGKILL). Whatever it had been told is durable must be in the ledger, and in the end once in the archive.
"""

import json
import multiprocessing
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from threading import Thread
from typing import Any, Final
from uuid import uuid4

import click
import orjson
import pyarrow.parquet as pq

from orphan_disease.adapters.ledger_shipper import LedgerShipper
from orphan_disease.adapters.prediction_archive import PredictionArchive
from orphan_disease.adapters.prediction_ledger import PredictionLedger
from orphan_disease.contracts.ledger_entry import LedgerEntry

THREADS: Final = 4
START_SECONDS: Final = 60.0
RECORD: Final[dict[str, Any]] = {
    "case_id": "case",
    "model_version": "none",
    "knowledge_version": "none",
    "predicted_at": "2026-01-01T00:00:00+00:00",
    "is_simulated": True,
    "orphan_probability": 0.5,
    "category": "neurological",
    "category_probabilities": {"neurological": 0.75, "organ_system": 0.25},
    "prediction_set": ["neurological"],
}


@dataclass(frozen=True)
class Outcome:
    """What the rounds left behind.

    Attributes:
        kills: processes that were killed.
        acknowledged: appends that had returned.
        in_ledger: entries of the ledger after the last recovery.
        in_archive: rows of the archive after everything was shipped.
        lost: acknowledged entries that the ledger or the archive lacks.
        doubled: entries that the archive holds more than once.
    """

    kills: int
    acknowledged: int
    in_ledger: int
    in_archive: int
    lost: int
    doubled: int


def _write_for_ever(folder: str) -> None:
    """Append from several threads, note each acknowledgement after it, and ship all the while."""
    root = Path(folder)
    ledger = PredictionLedger(root / "ledger.db", PredictionArchive(str(root / "archive")), entries_per_object=16)
    LedgerShipper(ledger, every_seconds=0.01).start()
    noted = os.open(root / "acknowledged", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def append() -> None:
        while True:
            number = uuid4().hex
            ledger.append(LedgerEntry(number, "load", number, "0" * 64, datetime.now(UTC), orjson.dumps(RECORD)))
            os.write(noted, f"{number}\n".encode())

    threads = [Thread(target=append) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _kill_one(folder: Path, longest_life_seconds: float) -> None:
    """Start a writer, let it live a random time after its first acknowledgement, and kill it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["orphan_disease.adapters.ledger_shipper", "click"])
    process = context.Process(target=_write_for_ever, args=(str(folder),), daemon=True)
    before, deadline = _size(folder / "acknowledged"), time.monotonic() + START_SECONDS
    process.start()
    while _size(folder / "acknowledged") == before:
        if process.exitcode is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{folder}: the writer gave no acknowledgement (exit code {process.exitcode})")
        time.sleep(0.001)
    time.sleep(SystemRandom().uniform(0, longest_life_seconds))
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    if process.exitcode != -signal.SIGKILL:
        raise RuntimeError(f"the writer ended by itself, with exit code {process.exitcode}")


def kill_writers(folder: Path, kills: int, longest_life_seconds: float = 0.2) -> Outcome:
    """Kill a writer `kills` times on one ledger, recover, ship what is left, and count.

    Args:
        folder: an empty one, where ledger and archive are made.
        kills: how often.
        longest_life_seconds: the most that a writer lives after its first acknowledgement.
    """
    for _ in range(kills):
        _kill_one(folder, longest_life_seconds)
    acknowledged = set((folder / "acknowledged").read_text().split())
    with closing(PredictionLedger(folder / "ledger.db", PredictionArchive(str(folder / "archive")))) as ledger:
        missing = {number for number in acknowledged if ledger.get(number) is None}
        with closing(sqlite3.connect(folder / "ledger.db")) as connection:
            total: int = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
        ledger.ship()
    files = sorted((folder / "archive").rglob("*.parquet"))
    rows = Counter(number for file in files for number in pq.read_table(file)["prediction_id"].to_pylist())
    lost = missing | (acknowledged - set(rows))
    doubled = sum(count > 1 for count in rows.values())
    return Outcome(kills, len(acknowledged), total, rows.total(), len(lost), doubled)


@click.command()
@click.option("--kills", default=50, show_default=True, help="How often the writer is killed.")
def main(kills: int) -> None:
    """Kill the writer of a prediction ledger, and print what was lost (nothing) or doubled (nothing)."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_writers(Path(folder), kills)
    click.echo(json.dumps(asdict(outcome)))
    sys.exit(1 if outcome.lost or outcome.doubled or outcome.in_ledger != outcome.in_archive else 0)


if __name__ == "__main__":
    main()
