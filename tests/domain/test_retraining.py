"""The order to train again, and the comparison that decides which model is served."""

import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.retraining import RetrainingParams
from orphan_disease.domain.retraining import RetrainingNotDueError, compare_answers, order_retraining

MEASUREMENT = EvaluationParams(bootstrap_samples=20, seed=1)
PARAMS = RetrainingParams(measurement=MEASUREMENT)
RETRAIN = {"month": "2026-03", "action": "retrain", "reason": "macro-F1 0.4 is below 0.55"}
OK = {"month": "2026-03", "action": "ok", "reason": "macro-F1 0.9 is at least 0.65"}


def test_a_month_that_calls_for_it_orders_it() -> None:
    order = order_retraining(RETRAIN, "m1", PARAMS)
    assert (order["month"], order["champion_version"], order["reason"]) == ("2026-03", "m1", RETRAIN["reason"])


def test_a_good_month_is_refused_with_the_way_to_force_it() -> None:
    with pytest.raises(RetrainingNotDueError, match=r"2026-03 says ok.*force=true"):
        order_retraining(OK, "m1", PARAMS)


def test_an_order_for_another_month_asks_to_monitor_it_first() -> None:
    with pytest.raises(RetrainingNotDueError, match=r"last monitored month is 2026-03, not 2026-04"):
        order_retraining(RETRAIN, "m1", PARAMS.model_copy(update={"month": "2026-04"}))


def test_force_needs_no_month() -> None:
    order = order_retraining(
        {"month": None, "action": "not_monitored"}, "m1", PARAMS.model_copy(update={"force": True})
    )
    assert order["reason"] == "forced"


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


def test_the_better_candidate_is_taken() -> None:
    record = compare_answers(answers("m1", [0.9, 0.1, 0.1, 0.9]), answers("m2", [0.9, 0.9, 0.1, 0.9]), RETRAIN, PARAMS)

    assert record["promoted"] is True
    assert (record["champion_version"], record["candidate_version"]) == ("m1", "m2")
    assert (record["split"], record["cases"]) == ("test_disorders", 3)
    assert record["candidate_macro_f1"] == 1.0
    # champion: a has precision 1, recall 1/2; b has precision 1/2, recall 1
    assert record["champion_macro_f1"] == pytest.approx(2 / 3)
    assert record["difference"]["value"] == pytest.approx(1 / 3)


def test_the_worse_candidate_is_not_taken() -> None:
    record = compare_answers(answers("m1", [0.9, 0.9, 0.1, 0.9]), answers("m2", [0.9, 0.1, 0.1, 0.9]), RETRAIN, PARAMS)
    assert record["promoted"] is False


def test_real_cases_decide_where_there_are_any() -> None:
    old, new = answers("m1", [0.9, 0.1, 0.9, 0.9], "hospital"), answers("m2", [0.1, 0.9, 0.1, 0.1], "hospital")
    record = compare_answers(old, new, RETRAIN, PARAMS)

    assert (record["provenance"], record["cases"], record["promoted"]) == ("hospital", 1, False)


def test_models_of_different_categories_are_not_compared() -> None:
    other = answers("m2", [0.9, 0.9, 0.1, 0.1]).rename(columns={"probability_b": "probability_c"})
    record = compare_answers(answers("m1", [0.9, 0.9, 0.1, 0.1]), other, RETRAIN, PARAMS)
    assert (record["promoted"], record["verdict"]) == (False, "the two models speak of different categories")


def test_the_same_model_again_changes_nothing() -> None:
    same = answers("m1", [0.9, 0.9, 0.1, 0.1])
    record = compare_answers(same, same, RETRAIN, PARAMS)
    assert (record["promoted"], record["verdict"]) == (False, "training again gave the very model that is served")
