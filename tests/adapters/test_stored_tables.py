"""Predictions come as a file, as a folder of parts, or as the newest version of the default."""

from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DatasetError

from orphan_disease.adapters.prediction_dataset import PredictionsDataset
from orphan_disease.adapters.stored_tables import StoredPredictionsDataset, StoredTableDataset
from tests.domain.small_predictor import small_cases, small_predictor


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return small_predictor().predict(small_cases().iloc[:6]).assign(model_version="m1")


def write(answers: pd.DataFrame, path: Path) -> None:
    PredictionsDataset(filepath=str(path)).save(answers)


def test_a_file_is_read_as_it_was_written(answers: pd.DataFrame, tmp_path: Path) -> None:
    write(answers, tmp_path / "one.parquet")
    found = StoredPredictionsDataset(filepath="elsewhere", target_path=str(tmp_path / "one.parquet")).load()
    assert found["case_id"].tolist() == answers["case_id"].tolist()
    assert found["differential"][0][0]["disorder_id"] == answers["differential"][0][0]["disorder_id"]


def test_a_folder_is_every_part_once_and_no_part_of_a_writer(answers: pd.DataFrame, tmp_path: Path) -> None:
    write(answers.iloc[:4], tmp_path / "date=2026-10-01" / "part-0.parquet")
    write(answers.iloc[3:], tmp_path / "date=2026-10-02" / "part-0.parquet")  # the fourth was shipped twice
    (tmp_path / "date=2026-10-02" / ".part-1.parquet.partial").write_bytes(b"torn")
    (tmp_path / "date=2026-10-02" / "_part-1.parquet").write_bytes(b"torn")
    found = StoredPredictionsDataset(filepath=str(tmp_path)).load()
    assert found["case_id"].tolist() == answers["case_id"].tolist()
    assert list(found.columns) == list(answers.columns)  # the folders' names add none


def test_an_empty_folder_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no Parquet file"):
        StoredPredictionsDataset(filepath=str(tmp_path)).load()


def test_an_absent_optional_table_is_empty_and_lists_stay_lists(tmp_path: Path) -> None:
    dataset = StoredTableDataset(filepath=str(tmp_path / "cases.parquet"), optional=True)
    assert dataset.exists()
    assert dataset.load().columns.tolist() == ["case_id"]
    pd.DataFrame({"case_id": ["c"], "observed_terms": [["HP:1"]]}).to_parquet(tmp_path / "cases.parquet")
    assert dataset.load()["observed_terms"].tolist() == [["HP:1"]]


def test_it_is_only_read(answers: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="only read"):
        StoredTableDataset(filepath=str(tmp_path / "x.parquet")).save(answers)
