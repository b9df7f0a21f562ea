"""The bundle names what exists, and batch inference answers frames by the registered model."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
import yaml

from deploy.databricks import batch_inference
from orphan_disease.adapters import package_files, pyfunc_model
from orphan_disease.adapters.mlflow_models import model_signature
from orphan_disease.pipeline_registry import register_pipelines
from tests.domain.small_predictor import NERVOUS_TERMS, SKIN_TERMS, small_predictor


@pytest.fixture(scope="module")
def folder(project_root: Path) -> Path:
    return project_root / "deploy" / "databricks"


@pytest.fixture(scope="module")
def bundle(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((folder / "databricks.yml").read_text())
    for pattern in content["include"]:
        for file in sorted(folder.glob(pattern)):
            content.update(yaml.safe_load(file.read_text()))
    return content


def tasks_of(bundle: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for job in bundle["resources"]["jobs"].values():
        for task in job["tasks"]:
            yield job, task


def texts_of(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for value in content.values():
            yield from texts_of(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts_of(value)
    elif isinstance(content, str):
        yield content


def test_every_variable_is_declared_and_used(bundle: dict[str, Any]) -> None:
    used = {name for text in texts_of(bundle) for name in re.findall(r"\$\{var\.(\w+)\}", text)}
    assert used == set(bundle["variables"])


def test_every_task_runs_on_a_cluster_of_its_job_with_the_wheel(bundle: dict[str, Any], folder: Path) -> None:
    for job, task in tasks_of(bundle):
        clusters = {each["job_cluster_key"] for each in job["job_clusters"]}
        assert task["job_cluster_key"] in clusters
        assert [each["whl"] for each in task["libraries"]] == ["../../../dist/*.whl"]
        if "spark_python_task" in task:
            assert (folder / "resources" / task["spark_python_task"]["python_file"]).resolve().is_file()


def test_wheel_tasks_call_commands_and_pipelines_that_exist(bundle: dict[str, Any], project_root: Path) -> None:
    scripts = (project_root / "pyproject.toml").read_text()
    pipelines = register_pipelines()
    for _, task in tasks_of(bundle):
        if wheel := task.get("python_wheel_task"):
            assert f'\n{wheel["entry_point"]} = "{wheel["package_name"]}.__main__:main"' in scripts
            command, *options = wheel["parameters"]
            assert command == "run"
            named = dict(option.removeprefix("--").split("=", 1) for option in options)
            assert named["pipelines"] in pipelines
            assert named["conf-source"].endswith("conf-orphan_disease.tar.gz")


def test_the_batch_task_gives_the_options_that_its_script_takes(bundle: dict[str, Any], folder: Path) -> None:
    task = next(task for _, task in tasks_of(bundle) if "spark_python_task" in task)
    given = {option.split("=")[0] for option in task["spark_python_task"]["parameters"]}
    source = (folder / "batch_inference.py").read_text()
    assert given == set(re.findall(r'add_argument\("(--\w+)"', source))


def test_frames_are_answered_by_the_registered_model(tmp_path: Path) -> None:
    predictor = small_predictor()
    package_files.write_package(predictor, tmp_path / "package")
    mlflow.pyfunc.save_model(
        str(tmp_path / "model"),
        python_model=str(Path(pyfunc_model.__file__)),
        artifacts={"package": str(tmp_path / "package")},
        signature=model_signature(predictor.categories),
        pip_requirements=[],
    )

    def packet(name: str, terms: tuple[str, ...]) -> str:
        features = [{"type": {"id": term}} for term in terms]
        return json.dumps({"id": name, "subject": {"id": name}, "phenotypicFeatures": features})

    frames = [
        pd.DataFrame({"payload": [packet("a", NERVOUS_TERMS[:3]), "torn {"]}),
        pd.DataFrame({"payload": [packet("b", SKIN_TERMS[:3])]}, index=[7]),
    ]
    loads: list[int] = []

    def load() -> batch_inference.Model:
        loads.append(1)
        model: batch_inference.Model = mlflow.pyfunc.load_model(str(tmp_path / "model"))
        return model

    answers = pd.concat(batch_inference.answers_of(iter(frames), load))
    assert loads == [1]
    assert tuple(answers.columns) == batch_inference.COLUMNS
    assert answers["case_id"].tolist() == ["a", "b"]
    best = [max(each, key=each.get) for each in map(json.loads, answers["category_probabilities"])]
    assert best == ["nerve", "skin"]
