"""Champion and challenger: figures worked out by hand, and every reason for which one is taken or not."""

import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.promotion import PromotionParams
from orphan_disease.domain.promotion import (
    challenge_record,
    compare_answers,
    judge_promotion,
)

PARAMS = PromotionParams(measurement=EvaluationParams(bootstrap_samples=20, seed=1), permutations=200)
PASSED = {"passed": True, "checks": []}
COMPARED = {"difference": {"value": 0.05}, "p_value": 0.2, "champion_macro_f1": 0.70, "candidate_macro_f1": 0.75}


def answers(version: str, probabilities_a: list[float], provenance: str = "simulated") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": ["1", "2", "3", "4"],
            "model_version": version,
            "is_orphan": True,
            "category_actual": ["a", "a", "b", "b"],
            "category": "a",
            "probability_a": probabilities_a,
            "probability_b": [1 - each for each in probabilities_a],
            "prediction_set": [["a"]] * 4,
            "split": ["test_disorders"] * 3 + ["test_patients"],
            "provenance": [provenance, *["simulated"] * 3],
            "group": ["g1", "g2", "g3", "g4"],
        }
    )


def test_the_figures_of_both_models_are_those_of_the_deciding_split() -> None:
    record = compare_answers(answers("m1", [0.9, 0.1, 0.1, 0.9]), answers("m2", [0.9, 0.9, 0.1, 0.9]), PARAMS)

    assert (record["champion_version"], record["candidate_version"]) == ("m1", "m2")
    assert (record["split"], record["cases"], record["groups"]) == ("test_disorders", 3, 3)
    assert record["candidate_macro_f1"] == 1.0
    # champion: a has precision 1, recall 1/2; b has precision 1/2, recall 1
    assert record["champion_macro_f1"] == pytest.approx(2 / 3)
    assert record["difference"]["value"] == pytest.approx(1 / 3)


def test_real_cases_decide_where_there_are_any() -> None:
    old, new = answers("m1", [0.9, 0.1, 0.9, 0.9], "hospital"), answers("m2", [0.1, 0.9, 0.1, 0.1], "hospital")
    record = compare_answers(old, new, PARAMS)
    assert (record["provenance"], record["cases"]) == ("hospital", 1)
    assert not judge_promotion(record, PARAMS).promoted


def test_models_of_different_categories_are_not_compared() -> None:
    other = answers("m2", [0.9, 0.9, 0.1, 0.1]).rename(columns={"probability_b": "probability_c"})
    verdict = judge_promotion(compare_answers(answers("m1", [0.9, 0.9, 0.1, 0.1]), other, PARAMS), PARAMS)
    assert (verdict.promoted, verdict.reason) == (False, "the two models speak of different categories")


def test_the_same_model_again_changes_nothing() -> None:
    same = answers("m1", [0.9, 0.9, 0.1, 0.1])
    verdict = judge_promotion(compare_answers(same, same, PARAMS), PARAMS)
    assert (verdict.promoted, verdict.reason) == (False, "the challenger is the very model that is served")


@pytest.mark.parametrize(
    ("changed", "failed", "promoted", "why"),
    [
        ({"p_value": 0.05}, None, True, "better by the paired test"),
        ({}, None, False, "not better by the paired test at 0.05"),
        ({"difference": {"value": -0.01}, "p_value": 0.01}, None, False, "the lead is below 0"),
        ({"champion_macro_f1": 0.59, "candidate_macro_f1": 0.61}, None, True, "below its floor of 0.6"),
        ({"champion_macro_f1": 0.50, "candidate_macro_f1": 0.59}, None, False, "no floor is broken"),
        ({}, "macro-F1 0.4 in 2026-03", True, "the champion failed (macro-F1 0.4 in 2026-03)"),
        ({"difference": {"value": -0.01}}, "macro-F1 0.4 in 2026-03", False, "the lead is below 0"),
    ],
)
def test_a_challenger_is_taken_for_a_reason(changed: dict, failed: str | None, promoted: bool, why: str) -> None:
    verdict = judge_promotion({**COMPARED, **changed}, PARAMS, champion_failed=failed)
    assert verdict.promoted is promoted
    assert why in verdict.reason


def test_where_a_person_must_approve_retraining_only_proposes() -> None:
    order = {"action": "retrain", "reason": "macro-F1 0.4 in 2026-03"}
    old, new = answers("m1", [0.9, 0.1, 0.1, 0.9]), answers("m2", [0.9, 0.9, 0.1, 0.9])
    assert challenge_record(old, new, order, PASSED, PARAMS)["promoted"] is True
    asked = challenge_record(old, new, order, PASSED, PARAMS.model_copy(update={"approval_required": True}))
    assert asked["promoted"] is False
    assert "awaits a person's approval" in asked["verdict"]


def test_a_better_candidate_that_fails_a_gate_is_not_taken() -> None:
    order = {"action": "retrain", "reason": "macro-F1 0.4 in 2026-03"}
    old, new = answers("m1", [0.9, 0.1, 0.1, 0.9]), answers("m2", [0.9, 0.9, 0.1, 0.9])
    failed = {"passed": False, "checks": [{"name": "coverage", "status": "failed"}, {"name": "x", "status": "passed"}]}
    record = challenge_record(old, new, order, failed, PARAMS)
    assert (record["promoted"], record["verdict"].endswith("fails its gates: coverage")) == (False, True)
