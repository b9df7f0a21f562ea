from collections.abc import Iterator

import mlflow
import pytest


@pytest.fixture(scope="session")
def tracking_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store made for the tests; creating its tables takes seconds, so they share it."""
    folder = tmp_path_factory.mktemp("tracking")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.create_experiment("test", artifact_location=(folder / "artifacts").as_uri())
    return f"sqlite:///{folder}/mlflow.db"


@pytest.fixture
def tracked_run(tracking_store: str) -> Iterator[str]:
    """A run that is open in the tests' store."""
    mlflow.set_tracking_uri(tracking_store)
    mlflow.set_experiment("test")
    with mlflow.start_run() as run:
        yield run.info.run_id
