"""The whole loop on a small scale: answers, truth, alarm, retraining, and a year that goes on where it was cut off."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest
from kedro.framework.startup import bootstrap_project

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.simulated_year import simulate_year
from tests.e2e.conftest import Run

ALLOWED_TO_BE_BEHIND = -0.05  # `promotion` of conf/test/parameters_simulated_year.yml, where no gate is asked for


@pytest.fixture(scope="module")
def year(local_training: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, place = tmp_path_factory.mktemp("year"), local_training.place
    command = [sys.executable, "-m", "orphan_disease", "simulate-year", f"--env={place.env}", f"--folder={folder}"]
    command.append(f"--trained={place.parameters['data_root']}")
    done = subprocess.run(
        command, cwd=place.project, env=place.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return folder


def _months(year: Path) -> list[dict[str, Any]]:
    return list(orjson.loads((year / "year.json").read_bytes()))


def _document(year: Path, name: str) -> dict[str, Any]:
    return dict(orjson.loads((year / "data" / "08_reporting" / f"{name}.json").read_bytes()))


def test_the_planted_change_is_found_and_trained_upon(year: Path) -> None:
    before, after = _months(year)
    assert (before["action"], before["retrained"]) in {("ok", False), ("watch", False)}
    assert after["judged_version"] == after["served"] == before["served_after"]
    assert after["figures"]["differential.top_10"]["high"] < before["figures"]["differential.top_10"]["value"]
    assert (after["action"], after["retrained"]) == ("retrain", True)
    order = _document(year, "retraining_order")
    assert (order["month"], order["reason"], order["champion_version"]) == ("2026-02", after["reason"], after["served"])


def test_the_history_holds_what_came_of_the_new_model(year: Path) -> None:
    """Whether so small a model is taken is not foreseen; that what was measured, said and done agree, is."""
    _, after = _months(year)
    record = _document(year, "promotion_record")
    store = PackageStore(str(year / "data" / "06_models" / "model_package"))
    (event,) = store.history.events()
    assert record["champion_version"] == after["served"] != record["candidate_version"]
    assert event.action.value == ("promoted" if record["promoted"] else "refused")
    assert (event.to_version, event.by) == (record["candidate_version"], "retraining")
    assert event.reason == record["verdict"] == after["verdict"]
    assert event.report is not None
    taken = record["difference"]["value"] >= ALLOWED_TO_BE_BEHIND
    assert record["promoted"] is taken
    assert store.served() == after["served_after"] == record["candidate_version" if taken else "champion_version"]


def test_new_patients_are_added_to_the_history_and_nothing_is_known_before_its_day(year: Path) -> None:
    truth = pd.read_csv(year / "so_far" / "truth.csv")
    assert pd.to_datetime(truth["confirmed_at"], utc=True, format="ISO8601").max() < pd.Timestamp(
        "2026-03-01", tz="UTC"
    )
    triage = pd.read_csv(year / "so_far" / "triage.csv", dtype="str")
    assert triage["patient_id"].nunique() == 700 + 2 * 150
    history = pd.read_csv(year / "data" / "01_raw" / "triage.csv", dtype="str")["patient_id"]
    trained_on = pd.read_parquet(year / "data" / "03_primary" / "cases.parquet")["patient_id"]
    assert trained_on.nunique() - history.nunique() == 2 * 150


def test_the_year_is_drawn_and_kept_apart_from_real_work(year: Path) -> None:
    assert (year / "year.png").read_bytes().startswith(b"\x89PNG")
    assert (year / "year.md").read_text().count("| 2026-") == 2
    assert (year / "mlflow.db").exists()
    assert "simulated" not in os.environ.get("MLFLOW_TRACKING_URI", "")


def test_a_year_that_is_over_is_not_run_again(year: Path, project_root: Path) -> None:
    record = year / "data" / "08_reporting" / "monitoring" / "2026-02" / "record.json"
    before = record.stat().st_mtime_ns
    bootstrap_project(project_root)
    rows = simulate_year(project_root, "test", year)
    assert (len(rows), record.stat().st_mtime_ns) == (2, before)
