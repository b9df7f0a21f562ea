"""What a tracked run records: settings, figures and fingerprints, never a patient's data."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Node
from matplotlib.figure import Figure
from mlflow.tracking import MlflowClient

from orphan_disease.adapters.atomic import AtomicJSONDataset
from orphan_disease.adapters.mlflow_hooks import RunRecordHooks
from orphan_disease.contracts.parameters.evaluation import EvaluationParams

NODE = Node(lambda: 1, inputs=None, outputs="x", name="x")


def hooks_for(kinds: dict[str, str], project: Path) -> RunRecordHooks:
    datasets = {
        name: AtomicJSONDataset(filepath=str(project / f"{name}.json"), metadata={"mlflow": kind})
        for name, kind in kinds.items()
    }
    hooks = RunRecordHooks()
    hooks.before_pipeline_run(run_params={"project_path": str(project)}, catalog=DataCatalog(datasets))
    return hooks


def test_each_kind_is_recorded_in_its_place(tracked_run: str, tmp_path: Path) -> None:
    kinds = {"figures_of_x": "metrics", "plot_of_x": "figure", "card_of_x": "text", "record_of_x": "document"}
    hooks = hooks_for(kinds, tmp_path)
    saved: dict[str, Any] = {
        "figures_of_x": {"a": {"b": 0.5, "note": "text", "bad": float("nan")}, "flag": True},
        "plot_of_x": Figure(),
        "card_of_x": "# Card",
        "record_of_x": {"a": 1},
    }
    for name, data in saved.items():
        hooks.after_dataset_saved(dataset_name=name, data=data, node=NODE)

    client = MlflowClient()
    assert client.get_run(tracked_run).data.metrics == {"figures_of_x.a.b": 0.5}
    found = {item.path for folder in ("figures", "reports") for item in client.list_artifacts(tracked_run, folder)}
    assert found == {"figures/plot_of_x.png", "reports/card_of_x.md", "reports/record_of_x.json"}


def test_typed_parameters_are_recorded_field_by_field_once(tracked_run: str, tmp_path: Path) -> None:
    hooks = hooks_for({}, tmp_path)
    for _ in range(2):
        hooks.before_node_run(inputs={"params:evaluation.measurement": EvaluationParams(seed=3), "cases": "data"})

    params = MlflowClient().get_run(tracked_run).data.params
    assert params["evaluation.measurement.seed"] == "3"
    assert not any("cases" in name.split(".") for name in params)


def test_tables_leave_their_fingerprint_and_nothing_else(tracked_run: str, tmp_path: Path) -> None:
    hooks = hooks_for({}, tmp_path)
    table = pd.DataFrame({"case_id": ["SECRET-1"], "observed_terms": [["HP:0001250"]]})
    hooks.after_dataset_loaded(dataset_name="cases", data=table, node=NODE)

    run = MlflowClient().get_run(tracked_run)
    assert len(run.data.tags["data.cases.sha256"]) == 64
    assert run.data.tags["data.cases.rows"] == "1"
    assert "SECRET" not in str(run.data.to_dictionary())
    assert MlflowClient().list_artifacts(tracked_run) == []


def test_the_code_is_named_even_outside_a_repository(tracked_run: str, tmp_path: Path) -> None:
    hooks_for({}, tmp_path)
    assert MlflowClient().get_run(tracked_run).data.tags["git_commit"] == "unknown"


def test_without_a_run_nothing_is_recorded(tmp_path: Path) -> None:
    hooks = hooks_for({"figures_of_x": "metrics"}, tmp_path)
    hooks.after_dataset_saved(dataset_name="figures_of_x", data={"a": 1.0}, node=NODE)
    hooks.before_node_run(inputs={"params:x": EvaluationParams(seed=3)})


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"catalog entry x: metadata\.mlflow is 'picture'"):
        hooks_for({"x": "picture"}, tmp_path)
