"""Answers and truth of a few visits, with everything that can be wrong with a truth file."""

from typing import Any

import pandas as pd

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.monitoring import MonitoringParams
from orphan_disease.contracts.records import DIFFERENTIAL_TYPE
from orphan_disease.domain.truth import type_truth

BANDS = (0.0, 18.0)


def monitoring_params(**changes: Any) -> MonitoringParams:
    given: dict[str, Any] = {
        "catch_up_months": 3,
        "measurement": EvaluationParams(bootstrap_samples=20, minimum_cases=2, seed=1),
        "subgroups": {"age_bands_from_years": BANDS, "differential_depths": (1, 3)},
        "cut_offs": {"minimum_labels": 2, "figures": {"category.macro_f1": {"watch": 0.8, "retrain": 0.5}}},
        "drift": {"significance": 0.01, "minimum_effect": 0.1, "minimum_cases": 20},
        "alarms": {"months": 4, "cases_per_month": (20,), "shifted_share": 0.5, "seed": 1},
    }
    return MonitoringParams.model_validate(given | changes)


def disorders() -> pd.DataFrame:
    return pd.DataFrame(
        {"disorder_id": ["OMIM:1", "ORPHA:2"], "member_ids": [["OMIM:1", "ORPHA:1"], []], "category": ["a", "b"]}
    )


def truth_rows() -> pd.DataFrame:
    rows = [
        ("V1", "ORPHA:1", "2026-02-03T00:00:00Z"),
        ("V2", "ORPHA:1", "2026-02-20T00:00:00Z"),  # revised in March
        ("V2", "ORPHA:2", "2026-03-05T00:00:00Z"),
        ("V3", "ORPHA:1", "2026-03-06T00:00:00Z"),
        ("V3", "ORPHA:1", "2026-03-06T00:00:00Z"),  # sent twice
        ("V4", "ORPHA:2", "2026-03-07T00:00:00Z"),  # in conflict with the next
        ("V4", "ICD10:J00", "2026-03-07T00:00:00Z"),
        ("V9", "ORPHA:1", "2026-04-01T00:00:00Z"),  # nobody asked about this visit
        ("V1", "pending", "2026-03-08T00:00:00Z"),  # cannot be read
    ]
    table = pd.DataFrame(rows, columns=["encounter_id", "diagnosis_id", "confirmed_at"])
    return table.assign(patient_id="", category="", simulated="")


def typed_truth() -> tuple[pd.DataFrame, pd.DataFrame]:
    return type_truth(truth_rows())


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": ["V1", "V2", "V3"],
            "sex": ["female", "male", "female"],
            "age_days": [400.0, 9000.0, None],
            "encounter_at": pd.to_datetime(["2024-12-01", "2026-01-01", None], utc=True),
        }
    )


def predictions() -> pd.DataFrame:
    """Four visits answered by version m1, and V3 again, better, by m2."""
    cases = ["V1", "V2", "V3", "V4", "V3"]
    first = {"score": 1.0, "probability": 0.5, "prevalence_class": None, "onset": [], "inheritance": []}
    one = {"disorder_id": "OMIM:1", "disorder_name": "One", "equivalent_ids": ["OMIM:1", "ORPHA:1"], **first}
    two = {"disorder_id": "OMIM:9", "disorder_name": "Two", "equivalent_ids": ["OMIM:9", "ORPHA:2"], **first}
    lists = [[one, two], [one, two], [two], [one], [one, two]]
    return pd.DataFrame(
        {
            "case_id": cases,
            "patient_id": [f"PSN-{case}" for case in cases],
            "model_version": ["m1"] * 4 + ["m2"],
            "predicted_at": pd.to_datetime(["2026-01-01"] * 4 + ["2026-01-02"], utc=True).astype("datetime64[us, UTC]"),
            "is_simulated": [False] * 5,
            "orphan_probability": [0.9, 0.8, 0.1, 0.2, 0.7],
            "category": ["a", "b", "b", "a", "a"],
            "probability_a": [0.9, 0.2, 0.1, 0.6, 0.7],
            "probability_b": [0.1, 0.8, 0.9, 0.4, 0.3],
            "prediction_set": [["a"], ["b"], ["b"], ["a"], ["a"]],
            "differential": pd.Series(lists, dtype=pd.ArrowDtype(DIFFERENTIAL_TYPE)),
        }
    )
