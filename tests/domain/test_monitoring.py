"""A month of answers against its truth."""

from typing import Any

import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.monitoring import CutOffs
from orphan_disease.domain.monitoring import Action, decide_action, join_month, last_month, measure_month
from orphan_disease.domain.monitoring_report import build_monitoring_report
from orphan_disease.domain.truth import type_truth

CUT_OFFS = CutOffs(minimum_labels=2, watch_below_macro_f1=0.8, retrain_below_macro_f1=0.5)
PARAMS = EvaluationParams(bootstrap_samples=20, minimum_cases=2, seed=1)


@pytest.fixture
def typed_truth() -> pd.DataFrame:
    rows = pd.DataFrame(
        [
            ("V1", "ORPHA:1", "2026-02-03T00:00:00Z"),
            ("V2", "ORPHA:2", "2026-03-05T00:00:00Z"),
            ("V3", "ORPHA:1", "2026-03-06T00:00:00Z"),
            ("V4", "ICD10:J00", "2026-03-07T00:00:00Z"),
            ("V9", "ORPHA:1", "2026-04-01T00:00:00Z"),  # nobody asked about this visit
        ],
        columns=["encounter_id", "diagnosis_id", "confirmed_at"],
    )
    typed, _ = type_truth(rows.assign(patient_id="", category="", simulated=""))
    return typed


@pytest.fixture
def disorders() -> pd.DataFrame:
    return pd.DataFrame(
        {"disorder_id": ["OMIM:1", "ORPHA:2"], "member_ids": [["OMIM:1", "ORPHA:1"], []], "category": ["a", "b"]}
    )


@pytest.fixture
def predictions() -> pd.DataFrame:
    cases = ["V1", "V2", "V3", "V4"]
    return pd.DataFrame(
        {
            "case_id": [*cases, "V3"],
            "patient_id": "PSN-1",
            "model_version": "m1",
            "predicted_at": pd.to_datetime(["2026-01-01"] * 4 + ["2026-01-02"], utc=True),
            "is_simulated": [False] * 5,
            "orphan_probability": [0.9, 0.8, 0.1, 0.2, 0.7],
            "category": ["a", "b", "b", "a", "a"],
            "probability_a": [0.9, 0.2, 0.1, 0.6, 0.7],
            "probability_b": [0.1, 0.8, 0.9, 0.4, 0.3],
            "prediction_set": [["a"], ["b"], ["b"], ["a"], ["a"]],
        }
    )


def test_a_month_holds_the_answers_whose_diagnosis_was_confirmed_in_it(
    predictions: pd.DataFrame, typed_truth: pd.DataFrame, disorders: pd.DataFrame
) -> None:
    february = join_month(predictions, typed_truth, disorders, "2026-02")
    assert february["case_id"].tolist() == ["V1"]
    assert february["category_actual"].tolist() == ["a"]
    assert february["provenance"].tolist() == ["hospital"]


def test_the_last_month_is_the_last_with_an_answered_case_and_the_last_answer_counts(
    predictions: pd.DataFrame, typed_truth: pd.DataFrame, disorders: pd.DataFrame
) -> None:
    outcomes = join_month(predictions, typed_truth, disorders, None).set_index("case_id")

    assert set(outcomes["split"]) == {"2026-03"}
    assert sorted(outcomes.index) == ["V2", "V3", "V4"]
    assert outcomes.loc["V3", "probability_a"] == 0.7
    assert outcomes["is_orphan"].to_dict() == {"V2": True, "V3": True, "V4": False}
    assert outcomes["group"].to_dict() == {"V2": "ORPHA:2", "V3": "OMIM:1", "V4": "case V4"}


def test_a_history_meets_the_latest_diagnosis_of_its_patient(
    predictions: pd.DataFrame, disorders: pd.DataFrame
) -> None:
    rows = [("SIM-000001", "V8", "NONE", "2026-01-01"), ("SIM-000001", "V9", "ORPHA:2", "2026-03-01")]
    names = ["patient_id", "encounter_id", "diagnosis_id", "confirmed_at"]
    typed, _ = type_truth(pd.DataFrame(rows, columns=names).assign(category="", simulated="yes"))
    history = predictions.iloc[:1].assign(case_id="HIS-1", patient_id="SIM-000001")

    outcomes = join_month(history, typed, disorders)
    assert (outcomes["split"].tolist(), outcomes["category_actual"].tolist()) == (["2026-03"], ["b"])


def test_no_diagnosis_gives_an_empty_month_that_is_not_decided(
    predictions: pd.DataFrame, typed_truth: pd.DataFrame, disorders: pd.DataFrame
) -> None:
    outcomes = join_month(predictions, typed_truth.iloc[:0], disorders, None)
    decision = decide_action(measure_month(outcomes, PARAMS), CUT_OFFS)

    assert len(outcomes) == 0
    assert (decision["action"], decision["labels"]) == ("not_enough_labels", 0)
    assert "not_enough_labels" in build_monitoring_report(outcomes, {}, decision, ["a", "b"])


def test_a_measured_month_is_decided_and_reported(
    predictions: pd.DataFrame, typed_truth: pd.DataFrame, disorders: pd.DataFrame
) -> None:
    outcomes = join_month(predictions, typed_truth, disorders, "2026-03")
    metrics = measure_month(outcomes, PARAMS)
    decision = decide_action(metrics, CUT_OFFS)

    assert metrics["2026-03"]["hospital"]["category"]["macro_f1"]["value"] == 1.0
    assert (decision["month"], decision["action"], decision["labels"]) == ("2026-03", "ok", 2)
    report = build_monitoring_report(outcomes, metrics, decision, ["a", "b"])
    assert "| macro-F1 | 1.000 (" in report
    assert "m1" in report


def section(labels: int, macro_f1: float) -> dict[str, Any]:
    return {"cases_of_known_category": labels, "category": {"macro_f1": {"value": macro_f1}}}


@pytest.mark.parametrize(
    ("macro_f1", "action"),
    [(0.8, Action.OK), (0.79, Action.WATCH), (0.5, Action.WATCH), (0.49, Action.RETRAIN)],
)
def test_cut_offs(macro_f1: float, action: Action) -> None:
    assert decide_action({"2026-03": {"hospital": section(2, macro_f1)}}, CUT_OFFS)["action"] == action


def test_too_few_labels_decide_nothing() -> None:
    assert decide_action({"2026-03": {"hospital": section(1, 0.1)}}, CUT_OFFS)["action"] == "not_enough_labels"


def test_real_cases_decide_where_there_are_any() -> None:
    decision = decide_action({"m": {"simulated": section(500, 0.9), "hospital": section(3, 0.1)}}, CUT_OFFS)
    assert (decision["provenance"], decision["action"]) == ("hospital", "retrain")


def test_cut_offs_must_be_in_order() -> None:
    with pytest.raises(ValueError, match="must not be above"):
        CutOffs(minimum_labels=1, watch_below_macro_f1=0.5, retrain_below_macro_f1=0.6)


def test_no_date_is_no_month() -> None:
    assert (
        last_month(pd.DataFrame({"confirmed_at": pd.to_datetime([None], utc=True), "is_orphan": True, "category": "a"}))
        == "none"
    )


def test_a_month_that_was_asked_for_is_named_even_if_it_is_empty() -> None:
    assert decide_action({}, CUT_OFFS, "2020-01")["month"] == "2020-01"
