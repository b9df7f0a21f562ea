"""The predictions file comes back as it was, and plain pandas reads it."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kedro.io import Version

from orphan_disease.adapters.prediction_dataset import PredictionsDataset
from orphan_disease.contracts.records import prediction_schema
from orphan_disease.domain.prediction_records import as_frame

ROW = {
    "case_id": "c1",
    "patient_id": None,
    "model_version": "m1",
    "knowledge_version": "hpo",
    "predicted_at": datetime(2026, 1, 2, tzinfo=UTC),
    "is_simulated": None,
    "orphan_probability": 0.75,
    "category": "b",
    "probability_a": 0.25,
    "probability_b": 0.75,
    "category_probabilities": [("a", 0.25), ("b", 0.75)],
    "prediction_set": ["b"],
    "differential": [
        {
            "disorder_id": "OMIM:1",
            "disorder_name": "One",
            "score": 3.5,
            "probability": 0.5,
            "equivalent_ids": ["OMIM:1"],
            "prevalence_class": None,
            "onset": [],
            "inheritance": [],
        }
    ],
    "next_questions": [],
}


@pytest.fixture
def predictions() -> pd.DataFrame:
    return as_frame(pa.Table.from_pylist([ROW], schema=prediction_schema(["a", "b"])))


def test_records_come_back_as_they_were(predictions: pd.DataFrame, tmp_path: Path) -> None:
    dataset = PredictionsDataset(filepath=str(tmp_path / "predictions.parquet"))
    dataset.save(predictions)

    pd.testing.assert_frame_equal(dataset.load(), predictions)


def test_an_empty_file_keeps_the_columns(predictions: pd.DataFrame, tmp_path: Path) -> None:
    dataset = PredictionsDataset(filepath=str(tmp_path / "predictions.parquet"))
    dataset.save(predictions.iloc[:0])

    assert pq.read_schema(tmp_path / "predictions.parquet").equals(prediction_schema(["a", "b"]))
    assert list(dataset.load().columns) == list(predictions.columns)


def test_plain_pandas_reads_the_file(predictions: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "predictions.parquet"
    PredictionsDataset(filepath=str(path)).save(predictions)

    frame = pd.read_parquet(path)
    assert frame["differential"].iloc[0][0]["disorder_id"] == "OMIM:1"
    assert dict(frame["category_probabilities"].iloc[0]) == {"a": 0.25, "b": 0.75}


def test_a_given_path_is_one_file_and_the_default_keeps_versions(predictions: pd.DataFrame, tmp_path: Path) -> None:
    default, given = tmp_path / "default.parquet", tmp_path / "given.parquet"
    for moment, target in (("first", None), ("second", None), ("third", str(given))):
        PredictionsDataset(filepath=str(default), target_path=target, version=Version(None, moment)).save(predictions)

    assert given.is_file()
    assert sorted(path.name for path in default.iterdir()) == ["first", "second"]
