"""The main job: one command from nothing to a packaged model, and answers from it."""

import json
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.pipeline_registry import register_pipelines
from tests.e2e.conftest import Run
from tests.e2e.places import Place

FAMILIES = ("decision_tree", "random_forest", "xgboost", "mlp")


def test_training_writes_everything_that_it_names(local_training: Run) -> None:
    catalog = local_training.place.catalog()
    outputs = register_pipelines()["training"].all_outputs()
    assert [name for name in sorted(outputs) if not catalog.exists(name)] == []


def test_training_ends_with_the_four_families_side_by_side(local_training: Run) -> None:
    assert [family for family in FAMILIES if family not in local_training.printed.lower().replace(" ", "_")] == []


def test_training_says_which_knowledge_it_used(local_training: Run) -> None:
    assert "2025-01-16" in local_training.printed


def test_training_is_tracked_and_the_model_registered(local_training: Run) -> None:
    database = local_training.place.variables["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///")
    with sqlite3.connect(database) as connection:
        assert connection.execute("select status from runs").fetchall() == [("FINISHED",)]
        assert connection.execute("select count(*) from metrics").fetchone()[0] > 0
        assert connection.execute("select count(*) from registered_model_aliases").fetchone()[0] >= 1
        tags = dict(connection.execute("select key, value from tags").fetchall())
    assert "git_commit" in tags


def test_nothing_of_a_patient_is_printed(local_training: Run) -> None:
    cases: pd.DataFrame = local_training.place.catalog().load("cases")
    assert len(cases) > 0
    assert [case for case in cases[columns.CASE_ID].astype(str) if case in local_training.printed] == []


def _phenopacket(case_id: str, excluded_by_term: dict[str, bool]) -> str:
    """Return a phenopacket of a six-year-old girl with the given features."""
    subject = {"id": case_id, "sex": "FEMALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P6Y"}}}
    features = [{"type": {"id": term}, "excluded": excluded} for term, excluded in excluded_by_term.items()]
    meta = {"created": "2026-01-01T00:00:00Z", "createdBy": "test", "resources": [], "phenopacketSchemaVersion": "2.0"}
    return json.dumps({"id": case_id, "subject": subject, "phenotypicFeatures": features, "metaData": meta})


@pytest.fixture(scope="module")
def handful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of four files: two phenopackets, a broken file, and one that is no phenopacket."""
    folder = tmp_path_factory.mktemp("handful")
    seizures = {"HP:0001250": False, "HP:0001263": False, "HP:0001252": False, "HP:0000478": True}
    (folder / "one.json").write_text(_phenopacket("case-one", seizures))
    (folder / "two.json").write_text(_phenopacket("case-two", {"HP:0002650": False}))
    (folder / "broken.json").write_text('{"id": "case-three", "phenotypicFeatures": [')
    (folder / "other.json").write_text('{"hello": "world"}')
    return folder


@pytest.fixture(scope="module")
def answers(trained_place: Place, handful: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, ...]:
    """Return the answers of two inference runs on the same folder."""
    tables = []
    for name in ("first", "second"):
        path = tmp_path_factory.mktemp("answers") / f"{name}.parquet"
        trained_place.run("inference", cases_path=str(handful), predictions_path=str(path))
        tables.append(pd.read_parquet(path))
    return tuple(tables)


def test_inference_answers_readable_cases_from_the_package_alone(answers: tuple[pd.DataFrame, ...]) -> None:
    answered = answers[0]
    assert sorted(answered[columns.CASE_ID]) == ["case-one", "case-two"]
    assert answered[columns.ORPHAN_PROBABILITY].between(0, 1).all()
    assert answered[columns.MODEL_VERSION].notna().all()
    for differential in answered[columns.DIFFERENTIAL]:
        assert len(differential) >= 50
        assert {"disorder_id", "disorder_name", "score"} <= set(differential[0])
    for prediction_set in answered[columns.PREDICTION_SET]:
        assert len(prediction_set) >= 1


def test_inference_quarantines_what_it_cannot_read(trained_place: Place, answers: tuple[pd.DataFrame, ...]) -> None:
    quarantine: pd.DataFrame = trained_place.catalog().load("inference_quarantine")
    assert {Path(file).name for file in quarantine[columns.SOURCE_FILE]} == {"broken.json", "other.json"}
    assert quarantine[columns.REASON].notna().all()


def test_the_same_cases_get_the_same_answers_twice(answers: tuple[pd.DataFrame, ...]) -> None:
    pd.testing.assert_frame_equal(*(each.drop(columns=columns.PREDICTED_AT) for each in answers))
