"""Monitoring runs from stored predictions and the truth file to a report."""

from pathlib import Path

import pandas as pd
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner

from orphan_disease.adapters.atomic import AtomicJSONDataset
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.monitoring import CutOffs, MonitoringParams
from orphan_disease.pipelines.monitoring import create_pipeline
from tests.domain.small_predictor import small_cases, small_predictor

PARAMS = MonitoringParams(
    measurement=EvaluationParams(bootstrap_samples=10, seed=1, minimum_cases=5),
    cut_offs=CutOffs(minimum_labels=10, watch_below_macro_f1=0.7, retrain_below_macro_f1=0.5),
)


def test_a_month_of_good_answers_is_ok(tmp_path: Path) -> None:
    cases = small_cases().iloc[:30]
    cases = cases.assign(provenance="simulated", patient_id=[f"SIM-{number:06}" for number in range(30)])
    truth = pd.DataFrame(
        {
            "patient_id": cases["patient_id"],
            "encounter_id": "",
            "diagnosis_id": ["OMIM:0" if number % 2 else "ORPHA:106" for number in range(30)],
            "confirmed_at": "2026-05-06T00:00:00Z",
            "category": "",
            "simulated": "yes",
        }
    )
    outputs = create_pipeline().all_outputs()
    catalog = DataCatalog(
        {
            "stored_predictions": MemoryDataset(small_predictor().predict(cases)),
            "raw_truth": MemoryDataset(truth),
            "served_package": MemoryDataset(small_predictor(), copy_mode="assign"),
            "params:monitoring": MemoryDataset(PARAMS),
            **{name: MemoryDataset() for name in outputs},
            "monitoring_decision": AtomicJSONDataset(filepath=str(tmp_path / "decision.json")),
        }
    )
    SequentialRunner().run(create_pipeline(), catalog)

    decision = catalog.load("monitoring_decision")
    assert (decision["month"], decision["action"], decision["labels"]) == ("2026-05", "ok", 30)
    assert catalog.load("monitoring_report").startswith("# Monitoring: 2026-05")
