"""From the ledger to the archive: every entry arrives once, whatever the store does in between."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow.parquet as pq
import pytest

from deploy.load.kill_ledger import kill_writers
from orphan_disease.adapters import prediction_ledger
from orphan_disease.adapters.ledger_shipper import LedgerShipper
from orphan_disease.adapters.prediction_archive import PredictionArchive
from orphan_disease.adapters.prediction_ledger import LedgerError, PredictionLedger
from tests.adapters.failing_store import FailingStore
from tests.adapters.ledger_entries import stored_entry

KILLS = 20
LAST_OF_DATE = 59  # the entry of 23:59


def _archived(folder: Path) -> Counter[str]:
    files = sorted(folder.rglob("*.parquet"))
    return Counter(name for file in files for name in pq.read_table(file)["prediction_id"].to_pylist())


def _stored(store: FailingStore) -> Counter[str]:
    tables = [pq.read_table(store.open(path)) for path in store.find("/archive")]
    return Counter(name for table in tables for name in table["prediction_id"].to_pylist())


def _once(numbers: range) -> Counter[str]:
    return Counter(f"prediction-{number}" for number in numbers)


def _until(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def store() -> FailingStore:
    return FailingStore()


@pytest.fixture
def ledger(tmp_path: Path, store: FailingStore) -> Iterator[PredictionLedger]:
    archive = PredictionArchive("/archive", filesystem=store)
    with closing(PredictionLedger(tmp_path / "ledger.db", archive, entries_per_object=10)) as opened:
        yield opened


def test_entries_lie_by_date_in_objects_of_a_limited_size(ledger: PredictionLedger, store: FailingStore) -> None:
    for number in range(45, 75):
        ledger.append(stored_entry(number))

    assert ledger.ship() == 30
    rows = {path: pq.read_metadata(store.open(path)).num_rows for path in store.find("/archive")}
    assert [(path.split("/")[2], count) for path, count in sorted(rows.items())] == [
        ("date=2026-03-01", 10),
        ("date=2026-03-01", 5),
        ("date=2026-03-02", 10),
        ("date=2026-03-02", 5),
    ]
    assert _stored(store) == _once(range(45, 75))
    assert ledger.backlog().entries == 0
    assert ledger.ship() == 0


def test_an_entry_of_yesterday_that_comes_late_is_shipped_too(ledger: PredictionLedger, store: FailingStore) -> None:
    for number in (LAST_OF_DATE + 1, LAST_OF_DATE, LAST_OF_DATE + 2):
        ledger.append(stored_entry(number))
        assert ledger.ship() == 1
    assert _stored(store) == _once(range(LAST_OF_DATE, LAST_OF_DATE + 3))


@pytest.mark.parametrize("failure", ["down", "reset", "lost", "slow"])
def test_whatever_the_store_does_every_entry_arrives_once(
    ledger: PredictionLedger, store: FailingStore, failure: str
) -> None:
    for number in range(35):
        ledger.append(stored_entry(number))
    store.failures = [failure, "none", failure, failure]
    for _ in range(len(store.failures) + 1):
        try:
            ledger.ship()
        except OSError:
            for number in range(35, 50):  # answers go on while the store is away
                ledger.append(stored_entry(number))

    assert store.failures == []
    assert ledger.backlog().entries == 0
    total = 35 if failure == "slow" else 50
    assert _stored(store) == _once(range(total))


def test_after_a_lost_acknowledgement_the_same_object_is_put_again(
    ledger: PredictionLedger, store: FailingStore
) -> None:
    ledger.append(stored_entry(1))
    store.failures = ["lost"]
    with pytest.raises(TimeoutError):
        ledger.ship()
    first = store.cat(store.puts[0])
    ledger.append(stored_entry(2))  # it belongs to the next object, not to the one that was planned
    ledger.ship()

    assert store.puts[0] == store.puts[1] != store.puts[2]
    assert store.cat(store.puts[0]) == first
    assert _stored(store) == _once(range(1, 3))


def test_what_was_planned_is_shipped_by_the_next_process(tmp_path: Path, store: FailingStore) -> None:
    archive = PredictionArchive("/archive", filesystem=store)
    with closing(PredictionLedger(tmp_path / "ledger.db", archive)) as ledger:
        ledger.append(stored_entry(1))
        store.failures = ["lost"]
        with pytest.raises(TimeoutError):
            ledger.ship()

    with closing(PredictionLedger(tmp_path / "ledger.db", archive)) as again:
        assert again.backlog().entries == 1
        assert again.ship() == 1
    assert _stored(store) == _once(range(1, 2))


def test_one_process_ships_at_a_time(tmp_path: Path, store: FailingStore) -> None:
    archive = PredictionArchive("/archive", filesystem=store)
    with (
        closing(PredictionLedger(tmp_path / "l.db", archive)) as one,
        closing(PredictionLedger(tmp_path / "l.db")) as two,
    ):
        one.append(stored_entry(1))
        assert two._shipping_elsewhere.try_acquire()
        assert one.ship() == 0
        two._shipping_elsewhere.release()
        assert one.ship() == 1
        with pytest.raises(LedgerError, match="without an archive"):
            two.ship()


def test_closing_does_not_wait_for_a_store_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_put, may_end = Event(), Event()

    class HangingStore(FailingStore):
        def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
            is_put.set()
            may_end.wait(60)

    monkeypatch.setattr(prediction_ledger, "CLOSING_SECONDS", 0.01)
    ledger = PredictionLedger(tmp_path / "l.db", PredictionArchive("/archive", filesystem=HangingStore()))
    ledger.append(stored_entry(1))
    shipper = LedgerShipper(ledger)
    shipper.start()
    assert is_put.wait(60)
    shipper.stop(timeout_seconds=0.01)
    ledger.close()
    assert not may_end.is_set()
    may_end.set()
    shipper.stop()


def test_two_ledgers_share_an_archive_without_meeting(tmp_path: Path) -> None:
    for machine in ("a", "b"):
        with closing(PredictionLedger(tmp_path / machine / "l.db", PredictionArchive(f"{tmp_path}/archive"))) as ledger:
            ledger.append(stored_entry(ord(machine)))
            ledger.ship()
    assert _archived(tmp_path / "archive") == _once(range(97, 99))


def test_shipped_entries_are_kept_for_a_while_then_forgotten(ledger: PredictionLedger, store: FailingStore) -> None:
    ledger.append(stored_entry(1, key="k"))
    ledger.ship()
    ledger.append(stored_entry(2))
    assert ledger.forget_shipped(datetime.now(UTC) - timedelta(days=1)) == 0
    assert ledger.get("prediction-1") is not None

    assert ledger.forget_shipped(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert ledger.get("prediction-1") is None
    assert ledger.get("prediction-2") is not None  # not shipped yet
    ledger.ship()
    assert _stored(store) == _once(range(1, 3))


def test_the_thread_ships_through_an_outage(
    ledger: PredictionLedger, store: FailingStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.failures = ["down", "reset", "lost", "down", "lost"]
    shipper = LedgerShipper(ledger, every_seconds=0.01, longest_wait_seconds=0.02)
    shipper.start()
    for number in range(30):
        ledger.append(stored_entry(number))
    _until(lambda: not store.failures and not ledger.backlog().entries)
    shipper.stop()

    assert _stored(store) == _once(range(30))
    assert {record.levelno for record in caplog.records if "Shipping" in record.message} == {logging.WARNING}
    assert not [record for record in caplog.records if "archive" in record.message or "prediction-" in record.message]


def test_the_thread_ends_in_the_middle_of_an_outage(ledger: PredictionLedger, store: FailingStore) -> None:
    ledger.append(stored_entry(1))
    store.failures = ["down"] * 1_000
    shipper = LedgerShipper(ledger, every_seconds=60, longest_wait_seconds=3_600)
    shipper.start()
    _until(lambda: bool(store.puts))
    shipper.stop(timeout_seconds=60)

    assert not shipper._thread.is_alive()
    assert ledger.backlog().entries == 1


def test_a_killed_writer_loses_and_doubles_nothing(tmp_path: Path) -> None:
    outcome = kill_writers(tmp_path, KILLS, longest_life_seconds=0.05)
    assert outcome.acknowledged >= KILLS
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert outcome.in_archive == outcome.in_ledger >= outcome.acknowledged
