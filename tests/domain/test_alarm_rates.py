"""Simulated months: quiet without a shift, loud with one."""

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.alarm_rates import NERVOUS_SYSTEM, alarm_pool, measure_alarms
from orphan_disease.domain.drift import describe_answers
from tests.domain.month_world import monitoring_params
from tests.domain.small_predictor import small_ontology

PARAMS = monitoring_params(
    measurement=EvaluationParams(bootstrap_samples=50, minimum_cases=5, seed=1),
    cut_offs={"minimum_labels": 20, "figures": {"category.macro_f1": {"watch": 0.75, "retrain": 0.7}}},
    drift={"significance": 0.01, "minimum_effect": 0.1, "minimum_cases": 50},
    alarms={"months": 10, "cases_per_month": (150,), "shifted_share": 0.6, "seed": 1},
)


def pool(size: int = 1000) -> pd.DataFrame:
    """Answers that are right for nine orphan patients of ten."""
    generator = np.random.default_rng(np.array([5]))
    actual = generator.integers(0, 2, size)
    said = np.where(generator.random(size) < 0.9, actual, 1 - actual)
    answers = pd.DataFrame(
        {
            "case_id": [f"c{number}" for number in range(size)],
            "is_orphan": True,
            "category_actual": np.array(["a", "b"])[actual],
            "provenance": "simulated",
            "group": [f"D{number % 300}" for number in range(size)],
            "orphan_probability": generator.random(size),
            "category": np.array(["a", "b"])[said],
            "probability_a": np.where(said == 0, 0.9, 0.1),
            "probability_b": np.where(said == 0, 0.1, 0.9),
            "prediction_set": [["a", "b"]] * size,
            "rank": np.nan,
            NERVOUS_SYSTEM: generator.random(size) < 0.4,
        }
    )
    return pd.concat([answers, describe_answers(answers).drop(columns="case_id")], axis=1)


def test_alarms_follow_shifts_and_equal_seeds_give_equal_rates() -> None:
    rates = measure_alarms(pool(), PARAMS).set_index("shift")
    assert rates.loc["none", "rate"] <= 0.1
    assert rates.loc["wrong_answers", "rate"] >= 0.9
    assert rates.loc["new_patients", "rate"] >= 0.9
    assert rates.loc["wrong_answers", "retrain"] == rates.loc["wrong_answers", "months"] == 10
    assert (rates["low"] <= rates["rate"]).all()
    assert (rates["rate"] <= rates["high"]).all()
    pd.testing.assert_frame_equal(rates, measure_alarms(pool(), PARAMS).set_index("shift"))


def test_a_month_must_leave_a_reference() -> None:
    with pytest.raises(ValueError, match="months of 150 cases: the pool of 200"):
        measure_alarms(pool(200), PARAMS)


def test_only_held_out_answers_are_drawn_from() -> None:
    answers = pool(4).drop(columns=[NERVOUS_SYSTEM, "rank"])
    answers["split"] = ["out_of_fold", "test_disorders", "test_patients", "out_of_fold"]
    cases = answers[["case_id"]].assign(observed_terms=[[]] * 4)
    assert alarm_pool(answers, cases, small_ontology())["case_id"].tolist() == ["c1", "c2"]
