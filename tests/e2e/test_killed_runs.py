"""A month's end that is killed at random points and resumed tells the same as one that nothing disturbed.

It takes a quarter of an hour and is asked for: `KILLS=10 pytest tests/e2e/test_killed_runs.py`. By default
`tests/pipelines/monitoring` cuts monitoring off at each of its saves, inside one process.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orphan_disease.adapters.package_store import PackageStore
from tests.e2e.places import RUN_SECONDS, Place, copied_place

KILLS = int(os.environ.get("KILLS", "0"))
pytestmark = pytest.mark.skipif(not KILLS, reason="takes a quarter of an hour: KILLS=10")
TIMED = "Costs"  # the section of the gates that measures the machine
MONITORING_OUTPUTS = (
    "08_reporting/monitoring",
    "08_reporting/decisions",
    "08_reporting/monitoring_report.html",
    "08_reporting/monitoring_decision.json",
    "08_reporting/monitoring_metrics.json",
    "08_reporting/monitoring.prom",
    "08_reporting/monitoring_emf.json",
    "07_model_output/answer_outcomes.parquet",
)
RETRAINING_REPORTS = (
    "08_reporting/retraining_order.json",
    "08_reporting/promotion_record.json",
    "08_reporting/classification_metrics.json",
)


def _cut_off(place: Place, pipeline: str, kills: list[int], folder: Path, **parameters: str) -> dict[str, Any]:
    """Run a pipeline through its kills to its end; returns how each attempt ended, and the last one's changes."""
    plan = folder / f"{pipeline}.json"
    given = {**place.parameters, **parameters}
    document = {
        "project": str(place.project),
        "env": place.env,
        "pipeline": pipeline,
        "parameters": given,
        "kills": kills,
    }
    plan.write_text(json.dumps(document), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.cut_off", str(plan)],
        cwd=place.project,
        env=place.environment,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _random_kills(changes: int, seed: int) -> list[int]:
    """Random points of an undisturbed run, as distances from one to the next."""
    points = sorted(random.Random(seed).sample(range(1, changes + 1), KILLS))
    return [after - before for before, after in zip([0, *points], points, strict=False)]


def _bytes_of(root: Path, places: tuple[str, ...]) -> dict[str, bytes]:
    given = [root / name for name in places]
    found = [file.relative_to(root) for place in given for file in (place, *place.rglob("*")) if file.is_file()]
    # A killed save may leave its hidden half, which nothing reads (docs/decisions/0003).
    whole = [name for name in found if not any(part.endswith(".partial") for part in name.parts)]
    return {str(name): (root / name).read_bytes() for name in whole}


def _root(place: Place) -> Path:
    return Path(place.parameters["data_root"])


@pytest.fixture(scope="module")
def answered(trained_place: Place) -> Place:
    """A trained place with answers given in the months that its truth is of."""
    trained_place.run("inference")
    return trained_place


def test_monitoring_killed_at_random_points_gives_the_same_bytes(answered: Place, tmp_path: Path) -> None:
    undisturbed, killed = (copied_place(answered, tmp_path / name) for name in ("undisturbed", "killed"))
    whole = _cut_off(undisturbed, "monitoring", [], tmp_path)
    expected = _bytes_of(_root(undisturbed), MONITORING_OUTPUTS)
    assert whole["ends"] == ["done"]
    assert len([name for name in expected if name.endswith("record.json")]) >= 1

    # Each attempt begins anew, so each point is counted from the start.
    points = random.Random(1).sample(range(1, whole["changes"] + 1), KILLS)
    resumed = _cut_off(killed, "monitoring", points, tmp_path)

    assert resumed["ends"] == ["killed"] * KILLS + ["done"]
    assert _bytes_of(_root(killed), MONITORING_OUTPUTS) == expected


def test_a_retraining_killed_at_random_points_gives_the_same_model_and_report(
    trained_place: Place, tmp_path: Path
) -> None:
    undisturbed, killed = (copied_place(trained_place, tmp_path / name) for name in ("undisturbed", "killed"))
    whole = _cut_off(undisturbed, "retraining", [], tmp_path, force="true")
    assert whole["ends"] == ["done"]

    resumed = _cut_off(killed, "retraining", _random_kills(whole["changes"], 1), tmp_path, force="true")

    assert resumed["ends"] == ["killed"] * KILLS + ["done"]
    first, second = (_root(place) for place in (undisturbed, killed))
    assert _bytes_of(second, RETRAINING_REPORTS) == _bytes_of(first, RETRAINING_REPORTS)
    reports = [json.loads((root / "08_reporting/validation_results.json").read_bytes()) for root in (first, second)]
    untimed = [[check for check in report["checks"] if check["section"] != TIMED] for report in reports]
    assert untimed[0] == untimed[1] and len(untimed[0]) > 0
    stores = [PackageStore(str(root / "06_models/model_package")) for root in (first, second)]
    assert stores[0].pointers() == stores[1].pointers()
    events = [[(event.action, event.to_version, event.reason) for event in store.history.events()] for store in stores]
    assert events[0] == events[1] and len(events[0]) == 1
    predictions = [pd.read_parquet(root / "07_model_output/test_predictions.parquet") for root in (first, second)]
    # As text: pandas compares no lists of maps that hold missing values.
    told = [table.drop(columns="predicted_at").to_json(double_precision=15) for table in predictions]
    assert told[0] == told[1]
