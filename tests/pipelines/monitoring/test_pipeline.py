"""Monitoring runs from stored predictions and the truth file to a page, and again to the same bytes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner

from orphan_disease.adapters.atomic import AtomicJSONDataset, AtomicTextDataset
from orphan_disease.adapters.metric_formats import EmbeddedMetricsDataset, PrometheusTextDataset
from orphan_disease.adapters.monthly import NamedFilesDataset
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain import drift
from orphan_disease.pipelines.monitoring import create_pipeline
from tests.domain.month_world import monitoring_params
from tests.domain.small_predictor import small_cases, small_ontology, small_predictor

PARAMS = monitoring_params(
    measurement=EvaluationParams(bootstrap_samples=10, seed=1, minimum_cases=5),
    cut_offs={"minimum_labels": 10, "figures": {"category.macro_f1": {"watch": 0.7, "retrain": 0.5}}},
)


def catalog_in(folder: Path, answers: pd.DataFrame) -> DataCatalog:
    cases = small_cases().iloc[:30].assign(encounter_at=pd.Timestamp("2026-05-02", tz="UTC"))
    patients = [f"SIM-{number:06}" for number in range(30)]
    truth = pd.DataFrame(
        {
            "patient_id": patients,
            "encounter_id": "",
            "diagnosis_id": ["OMIM:0" if number % 2 else "ORPHA:106" for number in range(30)],
            "confirmed_at": ["2026-04-06T00:00:00Z"] * 10 + ["2026-05-06T00:00:00Z"] * 20,
            "category": "",
            "simulated": "yes",
        }
    )
    described = drift.describe_cases(cases, small_ontology()).drop(columns="case_id")
    reference = described.assign(model_version="m1", provenance="simulated")
    by_month: dict[str, Any] = {"filepath": str(folder / "monitoring")}
    records = NamedFilesDataset(**by_month, suffix="/record.json")
    return DataCatalog(
        {
            "stored_predictions": MemoryDataset(answers),
            "answered_cases": MemoryDataset(cases),
            "raw_truth": MemoryDataset(truth),
            "served_package": MemoryDataset(small_predictor(), copy_mode="assign"),
            "training_references": MemoryDataset(reference),
            "params:monitoring": MemoryDataset(PARAMS),
            **{name: MemoryDataset() for name in create_pipeline().all_outputs()},
            "month_records": records,
            "earlier_records": NamedFilesDataset(**by_month, suffix="/record.json"),
            "month_pages": NamedFilesDataset(**by_month, suffix="/report.html", kind="text"),
            "month_decisions": NamedFilesDataset(filepath=str(folder / "decisions"), suffix=".json"),
            "monitoring_decision": AtomicJSONDataset(filepath=str(folder / "decision.json")),
            "monitoring_report": AtomicTextDataset(filepath=str(folder / "report.html")),
            "monitoring_metrics": AtomicJSONDataset(filepath=str(folder / "metrics.json")),
            "monitoring_prometheus": PrometheusTextDataset(filepath=str(folder / "m.prom")),
            "monitoring_emf": EmbeddedMetricsDataset(filepath=str(folder / "emf.json")),
        }
    )


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_months_of_good_answers_are_ok_and_twice_the_same(answers: pd.DataFrame, tmp_path: Path) -> None:
    first = catalog_in(tmp_path, answers)
    SequentialRunner().run(create_pipeline(), first)

    decision = first.load("monitoring_decision")
    assert (decision["month"], decision["action"], decision["labels"]) == ("2026-05", "ok", 20)
    record = first.load("month_records")["2026-05"]
    assert (record["drift"]["tested"], record["drift"]["drifted"]) == (True, False)
    assert sorted(first.load("month_records")) == ["2026-04", "2026-05"]
    written = files(tmp_path)
    assert {"report.html", "m.prom", "emf.json", f"decisions/2026-05_{decision['key']}.json"} <= set(written)

    SequentialRunner().run(create_pipeline(), catalog_in(tmp_path, answers.iloc[::-1].reset_index(drop=True)))
    assert files(tmp_path) == written


class CutOffError(BaseException):
    """The process ends here, as far as the run can tell."""


class PowerCut:
    """Kedro hooks that end a run at its n-th save, before or after the bytes are written."""

    def __init__(self, save: int, *, is_written: bool) -> None:
        self.left, self.is_written = save, is_written

    @hook_impl
    def before_dataset_saved(self, dataset_name: str) -> None:
        self.left -= 1
        if self.left == 0 and not self.is_written:
            raise CutOffError(dataset_name)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str) -> None:
        if self.left == 0 and self.is_written:
            raise CutOffError(dataset_name)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    cases = small_cases().iloc[:30].assign(provenance="simulated")
    given = small_predictor().predict(cases).assign(model_version="m1", is_simulated=True)
    return given.assign(patient_id=[f"SIM-{number:06}" for number in range(30)])


@pytest.fixture(scope="module")
def undisturbed(answers: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    SequentialRunner().run(create_pipeline(), catalog_in(folder, answers))
    return files(folder)


def test_a_run_that_is_cut_off_at_any_save_and_begun_again_leaves_the_same_bytes(
    answers: pd.DataFrame, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    for save in range(1, 13):
        manager = _create_hook_manager()
        manager.register(PowerCut(save, is_written=save % 2 == 0))
        with pytest.raises(CutOffError):
            SequentialRunner().run(create_pipeline(), catalog_in(tmp_path, answers), hook_manager=manager)
    SequentialRunner().run(create_pipeline(), catalog_in(tmp_path, answers))
    assert files(tmp_path) == undisturbed


def test_two_runs_at_once_make_one_decision(
    answers: pd.DataFrame, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    with ThreadPoolExecutor(2) as together:
        runs = [
            together.submit(SequentialRunner().run, create_pipeline(), catalog_in(tmp_path, answers)) for _ in range(2)
        ]
        for run in runs:
            run.result()
    assert files(tmp_path) == undisturbed
    assert len(list((tmp_path / "decisions").iterdir())) == len(list((tmp_path / "monitoring").iterdir())) == 2
