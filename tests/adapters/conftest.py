from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest


@pytest.fixture
def tracked_run(tmp_path: Path) -> Iterator[str]:
    """A run that is open in a store made for the test."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    experiment = mlflow.create_experiment("test", artifact_location=(tmp_path / "artifacts").as_uri())
    with mlflow.start_run(experiment_id=experiment) as run:
        yield run.info.run_id
