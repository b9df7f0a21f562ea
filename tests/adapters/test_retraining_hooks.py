"""One retraining at a time, and its progress is kept when it is cut off."""

from pathlib import Path
from typing import Any

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node

from orphan_disease.adapters.optional_json import OptionalJSONDataset
from orphan_disease.adapters.retraining_hooks import RetrainingHooks, RetrainingRunningError

RUN: dict[str, Any] = {"pipeline_names": ["retraining"], "env": "test", "runtime_params": {"force": True}}


@pytest.fixture
def catalog(tmp_path: Path) -> DataCatalog:
    place = str(tmp_path / "progress.json")
    return DataCatalog({"retraining_progress": OptionalJSONDataset(filepath=place, default={})})


def node(name: str) -> Node:
    return Node(lambda x: x, inputs="x", outputs=name, name=name)


def test_a_second_retraining_of_the_same_data_is_refused_until_the_first_is_over(catalog: DataCatalog) -> None:
    first, second = RetrainingHooks(), RetrainingHooks()
    first.before_pipeline_run(RUN, catalog)
    with pytest.raises(RetrainingRunningError, match="another retraining"):
        second.before_pipeline_run(RUN, catalog)
    first.on_pipeline_error()
    second.before_pipeline_run(RUN, catalog)
    second.after_pipeline_run(catalog)
    first.before_pipeline_run(RUN, catalog)
    first.on_pipeline_error()


def test_what_was_done_is_noted_until_all_is_done(catalog: DataCatalog) -> None:
    hooks = RetrainingHooks()
    hooks.before_pipeline_run(RUN, catalog)
    hooks.before_node_run(node("split_cases"), catalog)
    hooks.before_node_run(node("fit"), catalog)  # what `fit` would store is lost
    hooks.on_pipeline_error()
    assert catalog.load("retraining_progress") == {
        "env": "test",
        "runtime_params": {"force": True},
        "done": ["split_cases"],
    }

    hooks.before_pipeline_run(RUN | {"node_names": ["fit"]}, catalog)  # it goes on
    hooks.before_node_run(node("fit"), catalog)
    hooks.before_node_run(node("compare"), catalog)
    assert catalog.load("retraining_progress")["done"] == ["split_cases", "fit"]
    hooks.after_pipeline_run(catalog)
    assert catalog.load("retraining_progress") == {}


def test_other_pipelines_are_left_alone() -> None:
    hooks = RetrainingHooks()
    catalog = DataCatalog({"x": MemoryDataset(1)})
    hooks.before_pipeline_run({"pipeline_names": ["training"]}, catalog)
    hooks.before_node_run(node("y"), catalog)
    hooks.after_pipeline_run(catalog)
    assert list(catalog.keys()) == ["x"]
