"""Rules on pipelines, nodes and the catalog of every environment, each with a bad example that it must catch."""

from pathlib import Path
from typing import Any

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from orphan_disease.pipeline_registry import register_pipelines
from tests.architecture import rules

ENVIRONMENTS = ("local", "test", "published", "s3")
# Fabrication makes raw files of knowledge, and retraining begins with reports: their layers lead back by nature.
ROOMS_WITH_LAYERS = (
    "data_engineering",
    "feature_engineering",
    "balancing",
    "modelling",
    "tuning",
    "evaluation",
    "decision_report",
    "inference",
    "benchmark",
    "monitoring",
)
ANSWERING = ("inference", "benchmark", "monitoring")
PROMISED = {
    "__default__",
    "training",
    "inference",
    "retraining",
    "benchmark",
    "fabrication",
    "data_engineering",
    "feature_engineering",
    "balancing",
    "modelling",
    "evaluation",
    "decision_report",
    "protocol",
    "tuning",
    "monitoring",
}


@pytest.fixture(scope="module")
def pipelines() -> dict[str, Pipeline]:
    return register_pipelines()


@pytest.fixture(scope="module")
def nodes(pipelines: dict[str, Pipeline]) -> list[Node]:
    # Retraining runs training's nodes on datasets of other names, so that the pipelines cannot be summed.
    return list({node for pipeline in pipelines.values() for node in pipeline.nodes})


def _catalog(project_root: Path, environment: str) -> DataCatalog:
    bootstrap_project(project_root)
    with KedroSession.create(project_root, env=environment) as session:
        catalog: DataCatalog = session.load_context().catalog
        return catalog


@pytest.fixture(params=ENVIRONMENTS)
def catalog(request: pytest.FixtureRequest, project_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setenv("ORPHAN_DISEASE_ARTIFACTS", f"{tmp_path}/mlruns")
    monkeypatch.setenv("ORPHAN_DISEASE_BUCKET", "hospital")
    return _catalog(project_root, request.param)


def test_the_registry_names_every_promised_pipeline(pipelines: dict[str, Pipeline]) -> None:
    assert set(pipelines) >= PROMISED
    assert set(pipelines["__default__"].nodes) == set(pipelines["training"].nodes)
    assert [name for name, pipeline in pipelines.items() if not pipeline.nodes] == []


def test_nodes_bear_their_functions_names(nodes: list[Node]) -> None:
    assert rules.badly_named_nodes(nodes) == []


def test_nodes_are_short(nodes: list[Node]) -> None:
    assert rules.long_nodes(nodes) == []


def test_nodes_name_their_parameters_and_inputs(nodes: list[Node]) -> None:
    assert rules.bare_parameters(nodes) == []
    assert rules.positional_inputs(nodes) == []


@pytest.mark.parametrize("name", ANSWERING)
def test_nothing_is_fitted_where_answers_are_given(pipelines: dict[str, Pipeline], name: str) -> None:
    assert rules.fitting_nodes(pipelines[name]) == []


def test_every_dataset_is_declared_in_every_environment(pipelines: dict[str, Pipeline], catalog: DataCatalog) -> None:
    assert rules.undeclared_datasets(pipelines, catalog.keys()) == []
    for dataset in catalog.keys():  # a catalog is no dict: keys() lists, get() builds
        assert catalog.get(dataset) is not None


def test_dataset_names_are_nouns_without_dots(pipelines: dict[str, Pipeline]) -> None:
    datasets = {name for pipeline in pipelines.values() for name in pipeline.datasets()}
    assert rules.badly_named_datasets(name for name in datasets if not name.startswith("params:")) == []


def test_every_dataset_has_a_layer_and_a_rooms_layers_lead_one_way(
    project_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pipelines: dict[str, Pipeline]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    catalog = _catalog(project_root, "test")
    layers = {}
    for name in {name for pipeline in pipelines.values() for name in pipeline.datasets() if ":" not in name}:
        layers[name] = ((getattr(catalog.get(name), "metadata", None) or {}).get("kedro-viz") or {}).get("layer")
    assert [name for name, layer in sorted(layers.items()) if layer is None] == []
    assert [back for name in ROOMS_WITH_LAYERS for back in rules.circular_layers(name, pipelines[name], layers)] == []


def test_the_s3_environment_keeps_everything_in_the_bucket(
    project_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pipelines: dict[str, Pipeline]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setenv("ORPHAN_DISEASE_BUCKET", "hospital")
    catalog = _catalog(project_root, "s3")
    outputs = {name for pipeline in pipelines.values() for name in pipeline.all_outputs()}
    described = {name: str(catalog.get(name)) for name in outputs}
    elsewhere = {"registered_model"}  # MLflow's own: its tracking store says where
    assert [name for name, text in described.items() if "hospital/orphan_disease/" not in text] == sorted(elsewhere)


def fit_everything(cases: int, parameters: int) -> int:
    """A bad node, for the rules to catch: it fits, takes bare parameters, and is long."""
    total = cases
    total += parameters
    total += 1
    total += 2
    total += 3
    total += 4
    total += 5
    total += 6
    total += 7
    total += 8
    total += 9
    total += 10
    total += 11
    total += 12
    total += 13
    return total


def test_the_bad_node_is_caught_by_every_rule() -> None:
    bad = Node(fit_everything, inputs=["all.cases", "parameters"], outputs="Everything", name="run_everything")
    well_named = Node(fit_everything, inputs={"cases": "a", "parameters": "b"}, outputs="c", name="fit_everything")
    assert rules.badly_named_nodes([bad])
    assert rules.long_nodes([bad])
    assert rules.bare_parameters([bad])
    assert rules.positional_inputs([bad])
    assert rules.fitting_nodes(Pipeline([well_named]))
    assert rules.undeclared_datasets({"bad": Pipeline([well_named])}, ["a", "b"]) == [
        "bad: c has no entry in the catalog"
    ]
    back = Node(fit_everything, inputs={"cases": "c", "parameters": "b"}, outputs="d", name="fit_back")
    assert rules.circular_layers("good", Pipeline([well_named]), {"a": "raw", "b": "raw", "c": "models"}) == []
    assert rules.circular_layers(
        "bad", Pipeline([well_named, back]), {"a": "raw", "b": "raw", "c": "models", "d": "raw"}
    )
    assert rules.badly_named_datasets(["all.cases", "Everything", "cases"]) != []
    assert rules.badly_named_nodes([well_named]) == []
