from pathlib import Path

import optuna
import pytest
from kedro.io import DatasetError

from orphan_disease.adapters.tuning_studies import StudyStorageDataset


def test_studies_are_there_when_the_storage_is_opened_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/not-yet/studies.db"
    first = optuna.create_study(study_name="one", storage=StudyStorageDataset(url=url).load())
    first.tell(first.ask(), 0.5)
    again = optuna.load_study(study_name="one", storage=StudyStorageDataset(url=url).load())
    assert [trial.value for trial in again.trials] == [0.5]


def test_nothing_is_saved_from_outside_and_no_password_is_shown() -> None:
    dataset = StudyStorageDataset(url="postgresql://tuner:secret@host/studies")
    with pytest.raises(DatasetError, match="write their trials themselves"):
        dataset.save("trials")  # type: ignore[arg-type]
    assert "secret" not in str(dataset._describe())
