"""What the service ships can be read as stored predictions, on a disk and in a bucket, however bad the connection."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import s3fs
from kedro.io import DatasetError

from orphan_disease.adapters.ledger_shipper import LedgerShipper
from orphan_disease.adapters.prediction_archive import PredictionArchive, shipped_bytes
from orphan_disease.adapters.prediction_dataset import PredictionsDataset
from orphan_disease.adapters.prediction_ledger import PredictionLedger
from orphan_disease.contracts.records import PredictionRecord, prediction_schema
from tests.adapters.faulty_connection import faulty_connection
from tests.adapters.ledger_entries import stored_entry, stored_record
from tests.e2e.s3_server import S3Server, s3_server

LAST_OF_DATE = 59  # the entry of 23:59


def _once(numbers: range) -> Counter[str]:
    return Counter(f"prediction-{number}" for number in numbers)


def _until(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_archive_is_a_predictions_path(tmp_path: Path) -> None:
    with closing(PredictionLedger(tmp_path / "l.db", PredictionArchive(f"{tmp_path}/archive"))) as ledger:
        for number in (LAST_OF_DATE, LAST_OF_DATE + 1):
            ledger.append(stored_entry(number, contributions=["what the record does not know"]))
        ledger.append(stored_entry(99, **stored_record(99, categories=("b", "c"))))
        ledger.ship()
    frame = PredictionsDataset(filepath="unused", target_path=f"{tmp_path}/archive").load()

    assert list(frame["case_id"]) == ["case-59", "case-60", "case-99"]
    assert set(frame.columns) == {*prediction_schema(["a", "b", "c"]).names, "prediction_id"}
    assert frame["probability_a"].isna().tolist() == [False, False, True]
    assert dict(frame["category_probabilities"].iloc[2]) == {"b": 0.5, "c": 0.5}
    assert frame["predicted_at"].iloc[0] == pd.Timestamp("2026-03-01T23:59Z")
    assert frame["differential"].iloc[0][0]["disorder_id"] == "OMIM:1"


def test_a_copy_in_the_archive_counts_once(tmp_path: Path) -> None:
    for name in ("date=2026-03-01/a.parquet", "date=2026-03-01/copy-of-a.parquet"):
        PredictionArchive(str(tmp_path)).put(name, shipped_bytes([stored_entry(1), stored_entry(2)]))
    frame = PredictionsDataset(filepath=str(tmp_path)).load()
    assert list(frame["prediction_id"]) == ["prediction-1", "prediction-2"]


def test_an_empty_folder_is_no_predictions(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no Parquet file"):
        PredictionsDataset(filepath=str(tmp_path)).load()


def test_what_was_shipped_is_the_record_that_was_kept() -> None:
    entries = [stored_entry(1), stored_entry(2, **stored_record(2, categories=("b", "c")))]
    table = pq.read_table(BytesIO(shipped_bytes(entries)))
    assert table.schema.equals(prediction_schema(["a", "b", "c"]).append(pa.field("prediction_id", pa.string())))
    assert [PredictionRecord.from_row(row) for row in table.to_pylist()] == [
        PredictionRecord.from_row(entry.record) for entry in entries
    ]


def test_a_record_may_leave_out_what_has_a_default() -> None:
    entry = stored_entry(1)
    short = dict(entry.record)
    for name in ("patient_id", "next_questions"):
        del short[name]
    short["differential"] = [{k: v for k, v in short["differential"][0].items() if k not in {"onset", "contributions"}}]
    (row,) = pq.read_table(BytesIO(shipped_bytes([replace(entry, content=orjson.dumps(short))]))).to_pylist()
    assert (row["patient_id"], row["next_questions"]) == (None, [])
    assert (row["differential"][0]["onset"], row["differential"][0]["contributions"]) == ([], [])


def test_equal_entries_give_equal_objects() -> None:
    assert shipped_bytes([stored_entry(1)]) == shipped_bytes([stored_entry(1)])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("server")) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.variables.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()  # another test's server had the same arguments, at another address
        yield running
        s3fs.S3FileSystem.clear_instance_cache()


def test_the_archive_in_a_bucket_is_a_predictions_path(tmp_path: Path, server: S3Server) -> None:
    url = f"s3://{server.bucket}/whole"
    with closing(PredictionLedger(tmp_path / "l.db", PredictionArchive(url), entries_per_object=10)) as ledger:
        for number in range(25):
            ledger.append(stored_entry(number))
        assert ledger.ship() == 25
    frame = PredictionsDataset(filepath="unused", target_path=url).load()
    assert Counter(frame["prediction_id"]) == _once(range(25))


@pytest.mark.parametrize("fault", ["down", "reset", "lost", "slow"])
def test_through_a_bad_connection_every_entry_reaches_the_bucket_once(
    tmp_path: Path, server: S3Server, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # what is tried again is up to us
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    folder = f"{server.bucket}/{fault}"
    with faulty_connection(int(server.endpoint.rsplit(":", 1)[1])) as connection:
        reached = s3fs.S3FileSystem(client_kwargs={"endpoint_url": connection.url}, skip_instance_cache=True)
        archive = PredictionArchive(folder, filesystem=reached)
        with closing(PredictionLedger(tmp_path / "l.db", archive, entries_per_object=10)) as ledger:
            shipper = LedgerShipper(ledger, every_seconds=0.01, longest_wait_seconds=0.05)
            connection.fault = fault
            shipper.start()
            for number in range(25):
                ledger.append(stored_entry(number))
            _until(lambda: connection.met >= 3)
            assert fault == "slow" or ledger.backlog().entries == 25
            connection.fault = None
            _until(lambda: not ledger.backlog().entries)
            shipper.stop()
    files = server.filesystem()
    tables = [pq.read_table(files.open(path)) for path in files.find(folder)]
    assert Counter(name for table in tables for name in table["prediction_id"].to_pylist()) == _once(range(25))
