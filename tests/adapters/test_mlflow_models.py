"""The registered model answers as the package does, from a document or from plain fields."""

import json
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Node
from mlflow.tracking import MlflowClient

from orphan_disease.adapters.atomic import AtomicJSONDataset
from orphan_disease.adapters.mlflow_hooks import RunRecordHooks
from orphan_disease.adapters.mlflow_models import RegisteredModelDataset
from orphan_disease.contracts.parameters.modelling import Family
from tests.domain.small_predictor import NERVOUS_TERMS, small_predictor

NODE = Node(lambda: 1, inputs=None, outputs="x", name="x")


@pytest.fixture
def dataset(tracked_run: str) -> RegisteredModelDataset:
    return RegisteredModelDataset(name=f"model_{tracked_run}")


def test_the_first_version_is_champion_and_the_next_a_candidate(
    dataset: RegisteredModelDataset, tracked_run: str
) -> None:
    assert not dataset.exists()
    dataset.save(small_predictor())
    assert dataset.load() == "1"
    dataset.save(small_predictor(Family.ENSEMBLE))
    client = MlflowClient()
    assert dataset.load() == "1"
    assert int(client.get_model_version_by_alias(f"model_{tracked_run}", "candidate").version) == 2

    loaded = mlflow.pyfunc.load_model(f"models:/model_{tracked_run}@candidate")
    fields = loaded.predict(pd.DataFrame({"case_id": ["x"], "observed_terms": [list(NERVOUS_TERMS[:3])]}))
    document = {
        "id": "x",
        "subject": {"id": "p"},
        "phenotypicFeatures": [{"type": {"id": term}} for term in NERVOUS_TERMS[:3]],
        "metaData": {"created": "2026-01-01T00:00:00Z"},
    }
    packet = loaded.predict(pd.DataFrame({"payload": [json.dumps(document)]}))
    for answer in (fields, packet):
        assert answer["case_id"].tolist() == ["x"]
        assert json.loads(answer["differential"].iloc[0])[0]["disorder_id"] == "OMIM:0"
        assert answer["probability_nerve"].iloc[0] > 0.5


def test_the_figures_are_written_on_the_version(
    dataset: RegisteredModelDataset, tracked_run: str, tmp_path: Path
) -> None:
    dataset.save(small_predictor())
    entry = AtomicJSONDataset(filepath=str(tmp_path / "m.json"), metadata={"mlflow": "metrics"})
    hooks = RunRecordHooks()
    hooks.before_pipeline_run(
        run_params={"project_path": str(tmp_path)}, catalog=DataCatalog({"classification_metrics": entry})
    )
    metrics = {"test_disorders": {"simulated": {"cases": 5, "category": {"macro_f1": {"value": 0.8125}}}}}
    hooks.after_dataset_saved(dataset_name="classification_metrics", data=metrics, node=NODE)

    assert (
        MlflowClient().get_model_version(f"model_{tracked_run}", "1").tags["macro_f1.test_disorders.simulated"]
        == "0.812"
    )


def test_without_a_run_nothing_is_registered(tracking_store: str) -> None:
    mlflow.set_tracking_uri(tracking_store)
    dataset = RegisteredModelDataset(name="small_model")
    dataset.save(small_predictor())
    assert not dataset.exists()
