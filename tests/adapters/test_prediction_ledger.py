"""What is appended is found, once, by its id and by its key, by every process and after every sudden end."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orphan_disease.adapters.prediction_ledger import LedgerError, PredictionLedger
from orphan_disease.adapters.process_lock import ProcessLock
from tests.adapters.ledger_entries import START, stored_entry, stored_record

CANARY = "CANARY-PATIENT-NAME"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "predictions.db"


def test_an_entry_comes_back_as_it_was(path: Path) -> None:
    entry = stored_entry(1, key="k")
    with closing(PredictionLedger(path)) as ledger:
        ledger.append(entry)

    with closing(PredictionLedger(path)) as again:
        assert again.get("prediction-1") == entry
        assert again.by_idempotency_key("ward", "k") == entry
        assert again.get("prediction-2") is None
        assert again.by_idempotency_key("another ward", "k") is None


def test_a_commit_waits_for_the_disk(path: Path) -> None:
    with closing(PredictionLedger(path)) as ledger:
        assert ledger._writer.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert ledger._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_of_one_key_the_first_answer_stands(path: Path) -> None:
    first, second = stored_entry(1, key="k"), stored_entry(2, key="k")
    with closing(PredictionLedger(path)) as ledger:
        ledger.append(first)
        ledger.append(second)

        assert ledger.by_idempotency_key("ward", "k") == first
        assert ledger.get("prediction-2") is None
        ledger.append(stored_entry(3, key="k", client="another ward"))


def test_workers_that_race_for_one_key_keep_one_answer(path: Path) -> None:
    with closing(PredictionLedger(path)) as one, closing(PredictionLedger(path)) as other:
        futures = [(one, other)[number % 2].submit(stored_entry(number, key="k")) for number in range(50)]
        wait(futures)

        assert [future.exception() for future in futures] == [None] * 50
        kept = [number for number in range(50) if one.get(f"prediction-{number}")]
        assert len(kept) == 1
        assert other.by_idempotency_key("ward", "k") == stored_entry(kept[0], key="k")


def test_an_append_that_is_repeated_changes_nothing(path: Path) -> None:
    with closing(PredictionLedger(path)) as ledger:
        ledger.append(stored_entry(1))
        ledger.append(stored_entry(1))
        assert ledger.backlog().entries == 1

        with pytest.raises(LedgerError, match="prediction-1 is taken by another entry"):
            ledger.append(stored_entry(1, category="b"))
        assert ledger.get("prediction-1") == stored_entry(1)


def test_one_refused_entry_leaves_its_group_untouched(path: Path) -> None:
    with closing(PredictionLedger(path)) as ledger:
        ledger.append(stored_entry(0))
        with ProcessLock(path.with_name("predictions.db.lock")):  # so that all of these are one commit
            futures = [ledger.submit(stored_entry(number)) for number in range(1, 10)]
            clash = ledger.submit(stored_entry(0, category="b"))
        wait([*futures, clash])

        assert [future.exception() for future in futures] == [None] * 9
        assert isinstance(clash.exception(), LedgerError)
        assert ledger.backlog().entries == 10


def test_many_threads_share_a_flush(path: Path) -> None:
    with closing(PredictionLedger(path)) as ledger:
        commits: list[str] = []
        ledger._writer.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
        with ProcessLock(path.with_name("predictions.db.lock")):
            futures = [ledger.submit(stored_entry(number)) for number in range(100)]
        wait(futures)

        assert len(commits) <= 2  # what was taken before the lock was held, and all the rest
        assert ledger.backlog().entries == 100


def test_two_workers_write_one_ledger(path: Path) -> None:
    with closing(PredictionLedger(path)) as one, closing(PredictionLedger(path)) as other:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: (one if n % 2 else other).append(stored_entry(n)), range(100)))

        assert all(one.get(f"prediction-{number}") for number in range(100))
        assert other.backlog().entries == 100


def test_a_disk_that_refuses_is_told_and_recovers(path: Path) -> None:
    with closing(PredictionLedger(path)) as ledger:
        ledger.append(stored_entry(1))
        pages = ledger._writer.execute("PRAGMA page_count").fetchone()[0]
        ledger._writer.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(LedgerError, match="full"):
            for number in range(2, 100):
                ledger.append(stored_entry(number))
        refused = ledger.backlog().entries + 1
        assert ledger.get(f"prediction-{refused}") is None

        ledger._writer.execute(f"PRAGMA max_page_count={1 << 30}")
        ledger.append(stored_entry(refused))
        assert ledger.get(f"prediction-{refused}") is not None


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"category": None}, "category"),
        ({"orphan_probability": CANARY}, "orphan_probability"),
        ({"category_probabilities": CANARY}, "category_probabilities"),
        ({"differential": [{"disorder_id": CANARY}]}, "differential.0.disorder_name"),
        ({"orphan_probability": "0.75"}, "orphan_probability"),
        ({"orphan_probability": float("nan")}, "orphan_probability"),
        ({"predicted_at": 1_700_000_000}, "predicted_at"),
        ({"is_simulated": "yes"}, "is_simulated"),
        ({"differential": [{**stored_record(1)["differential"][0], "rank": CANARY}]}, "differential.0.rank"),
    ],
)
def test_what_could_not_be_shipped_is_not_kept(path: Path, broken: dict[str, object], named: str) -> None:
    with closing(PredictionLedger(path)) as ledger:
        with pytest.raises(ValueError, match=named) as refused:
            ledger.append(stored_entry(1, **broken))
        assert CANARY not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None
        assert ledger.backlog().entries == 0


def test_a_time_without_utc_is_refused(path: Path) -> None:
    entry = stored_entry(1)
    elsewhere = [START.replace(tzinfo=None), START.astimezone(timezone(timedelta(hours=2)))]
    with closing(PredictionLedger(path)) as ledger:
        for moment in elsewhere:
            with pytest.raises(ValueError, match="written_at"):
                ledger.append(type(entry)(**{**vars(entry), "written_at": moment}))


def test_the_backlog_tells_the_oldest_entry(path: Path) -> None:
    with closing(PredictionLedger(path)) as ledger:
        assert ledger.backlog().oldest_at is None
        for number in (5, 6):
            ledger.append(stored_entry(number))
        assert ledger.backlog().oldest_at == START + timedelta(minutes=5)


def test_a_file_that_is_no_ledger_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"a document of somebody else" * 100)
    with pytest.raises(LedgerError, match=r"predictions\.db cannot be opened as a prediction ledger"):
        PredictionLedger(path)
    assert path.read_bytes() == b"a document of somebody else" * 100


def test_a_ledger_of_a_later_release_is_refused(path: Path) -> None:
    PredictionLedger(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(LedgerError, match="schema 99"):
        PredictionLedger(path)


def test_a_damaged_record_is_told_by_its_id(path: Path) -> None:
    with closing(PredictionLedger(path)) as ledger:
        ledger.append(stored_entry(1))
        ledger._writer.execute("UPDATE entries SET record = x'00'")
        with pytest.raises(LedgerError, match="prediction-1 is damaged"):
            ledger.get("prediction-1")


def test_a_closed_ledger_takes_nothing(path: Path) -> None:
    ledger = PredictionLedger(path)
    ledger.close()
    with pytest.raises(RuntimeError, match="closed"):
        ledger.append(stored_entry(1))


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of ten entries as the disk holds it in mid-work: the write-ahead log is not folded in yet."""
    folder = tmp_path_factory.mktemp("grown")
    with closing(PredictionLedger(folder / "live" / "predictions.db")) as ledger:
        for number in range(10):
            ledger.append(stored_entry(number))
        shutil.copytree(folder / "live", folder / "cut")
    return folder / "cut"


@given(kept=st.floats(0, 1))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_the_log_is_torn_its_whole_entries_stay(grown: Path, kept: float) -> None:
    copy = grown.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(grown, copy)
    log = copy / "predictions.db-wal"
    with log.open("r+b") as stream:
        stream.truncate(int(log.stat().st_size * kept))

    with closing(PredictionLedger(copy / "predictions.db")) as ledger:
        found = [ledger.get(f"prediction-{number}") for number in range(10)]
        whole = sum(entry is not None for entry in found)
        assert found == [stored_entry(number) for number in range(whole)] + [None] * (10 - whole)
        ledger.append(stored_entry(99))
        assert ledger.get("prediction-99") == stored_entry(99)


def test_entries_are_forgotten_only_after_the_archive_has_them(path: Path) -> None:
    with closing(PredictionLedger(path)) as ledger:
        ledger.append(stored_entry(1))
        assert ledger.forget_shipped(datetime.now(UTC) + timedelta(days=1)) == 0
        assert ledger.get("prediction-1") is not None
