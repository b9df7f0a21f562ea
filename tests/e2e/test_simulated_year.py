"""The whole loop on a small scale: answers, truth, alarm, retraining, and a year that goes on where it was cut off."""

import os
from pathlib import Path

import orjson
import pandas as pd
import pytest
from kedro.framework.startup import bootstrap_project

from orphan_disease.adapters.simulated_year import simulate_year
from tests.e2e.conftest import Run


@pytest.fixture(scope="module")
def year(local_training: Run, project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    bootstrap_project(project_root)
    simulate_year(project_root, "test", folder, Path(local_training.place.parameters["data_root"]))
    return folder


def test_the_planted_change_is_found_and_trained_upon(year: Path) -> None:
    before, after = orjson.loads((year / "year.json").read_bytes())
    assert (before["action"], before["retrained"]) in {("ok", False), ("watch", False)}
    assert (after["action"], after["retrained"]) == ("retrain", True)
    assert after["figures"]["category.macro_f1"]["high"] < before["figures"]["category.macro_f1"]["value"]
    promotion = orjson.loads((year / "data" / "08_reporting" / "promotion_record.json").read_bytes())
    assert promotion["month"] == after["month"]
    assert after["served_after"] in {promotion["candidate_version"], promotion["champion_version"]}


def test_new_patients_are_added_to_the_history_and_nothing_is_known_before_its_day(year: Path) -> None:
    truth = pd.read_csv(year / "so_far" / "truth.csv")
    assert pd.to_datetime(truth["confirmed_at"], utc=True, format="ISO8601").max() < pd.Timestamp(
        "2026-03-01", tz="UTC"
    )
    triage = pd.read_csv(year / "so_far" / "triage.csv", dtype="str")
    assert triage["patient_id"].nunique() == 700 + 2 * 150


def test_the_year_is_drawn_and_kept_apart_from_real_work(year: Path) -> None:
    assert (year / "year.png").read_bytes().startswith(b"\x89PNG")
    assert (year / "year.md").read_text().count("| 2026-") == 2
    assert (year / "mlflow.db").exists()
    assert "simulated" not in os.environ.get("MLFLOW_TRACKING_URI", "")


def test_a_year_that_is_over_is_not_run_again(year: Path, project_root: Path) -> None:
    record = year / "data" / "08_reporting" / "monitoring" / "2026-02" / "record.json"
    before = record.stat().st_mtime_ns
    rows = simulate_year(project_root, "test", year)
    assert (len(rows), record.stat().st_mtime_ns) == (2, before)
