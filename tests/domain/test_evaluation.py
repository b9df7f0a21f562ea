"""Figures of the packaged model against values worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.evaluation import (
    AnsweredCases,
    categories_of,
    join_truth,
    measure_answers,
    measure_categories,
    measure_orphan,
    out_of_fold_answers,
)

PARAMS = EvaluationParams(bootstrap_samples=50, minimum_cases=2, seed=1)


@pytest.fixture
def predictions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": ["1", "2", "3", "4", "5", "6"],
            "orphan_probability": [0.9, 0.8, 0.7, 0.1, 0.2, 0.6],
            "category": ["a", "b", "abstained", "a", "b", "a"],
            "probability_a": [0.9, 0.2, 0.6, 0.8, 0.3, 0.7],
            "probability_b": [0.1, 0.8, 0.4, 0.2, 0.7, 0.3],
            "prediction_set": [["a"], ["b"], ["a", "b"], ["a"], ["b"], ["a"]],
        }
    )


@pytest.fixture
def labels() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": ["6", "5", "4", "3", "2", "1"],
            "is_orphan": [True, False, False, True, True, True],
            "category": ["a", None, None, "b", "b", "a"],
            "disorder_id": ["D4", "I2", "I1", "D3", "D2", "D1"],
            "provenance": ["publication", "simulated", "simulated", "simulated", "simulated", "simulated"],
        }
    )


@pytest.fixture
def split_assignment() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": ["1", "2", "3", "4", "5", "6"],
            "group": ["g1", "g2", "g3", "g4", "g5", "g6"],
            "split": ["test_disorders"] * 6,
            "fold": [-1] * 6,
        }
    )


@pytest.fixture
def answers(predictions: pd.DataFrame, labels: pd.DataFrame, split_assignment: pd.DataFrame) -> pd.DataFrame:
    return join_truth(predictions, labels, split_assignment)


def test_truth_is_joined_by_case(answers: pd.DataFrame) -> None:
    assert answers["category_actual"].tolist()[:3] == ["a", "b", "b"]
    assert answers["is_orphan"].tolist() == [True, True, True, False, False, True]


def test_the_categories_are_those_of_the_flat_columns(predictions: pd.DataFrame) -> None:
    assert categories_of(predictions) == ("a", "b")


def test_category_figures_of_the_simulated_cases(answers: pd.DataFrame) -> None:
    simulated = answers[answers["provenance"] == "simulated"]
    figures = measure_categories(AnsweredCases.from_frame(simulated, ["a", "b"]), ["a", "b"], PARAMS)

    # Cases 1, 2, 3 are orphan: a right, b right, b taken for a; the third abstains and its set holds both.
    assert figures["accuracy"].value == pytest.approx(2 / 3)
    assert figures["precision_a"].value == pytest.approx(1 / 2)
    assert figures["recall_b"].value == pytest.approx(1 / 2)
    assert figures["macro_f1"].value == pytest.approx(2 / 3)
    assert figures["abstention_rate"].value == pytest.approx(1 / 3)
    assert figures["accuracy_when_answered"].value == 1.0
    assert figures["coverage"].value == 1.0
    assert figures["coverage_of_disorders"].value == 1.0
    assert figures["mean_set_size"].value == pytest.approx(4 / 3)
    assert figures["log_loss"].value == pytest.approx(-np.log([0.9, 0.8, 0.4]).mean())


def test_a_large_disorder_may_count_once() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.55])
    answered = AnsweredCases(
        actual=np.array([0, 0, 0, 1, 1]),
        probabilities=np.stack([confidence, 1 - confidence], axis=1),
        inside=np.array([[True, False]] * 3 + [[True, True], [True, False]]),
        abstained=np.zeros(5, dtype=bool),
        groups=np.array(["large"] * 4 + ["small"]),
    )
    figures = measure_categories(answered, ["a", "b"], PARAMS)
    assert figures["coverage"].value == pytest.approx(4 / 5)
    assert figures["coverage_of_disorders"].value == pytest.approx(1 / 2)
    assert figures["coverage_a"].value == 1.0
    assert figures["coverage_b"].value == pytest.approx(1 / 2)


def test_orphan_figures() -> None:
    scores = np.array([0.9, 0.4, 0.5, 0.1])
    figures = measure_orphan(scores, np.array([True, True, False, False]), np.arange(4), PARAMS)

    # Of the four pairs of one orphan and one other case, three are in order.
    assert figures["area_under_roc"].value == pytest.approx(0.75)
    # Without a false alarm only the case above 0.5 is found.
    assert figures["sensitivity_at_95_specificity"].value == pytest.approx(0.5)


def test_simulated_and_published_cases_stand_apart(answers: pd.DataFrame) -> None:
    document = measure_answers(answers, PARAMS)["test_disorders"]

    assert document["simulated"]["cases"] == 5
    assert document["simulated"]["cases_of_known_category"] == 3
    assert document["publication"] == {"cases": 1, "orphan_cases": 1, "cases_of_known_category": 1, "groups": 1}
    assert set(document["simulated"]) >= {"category", "orphan"}


def test_out_of_fold_answers_stand_beside_the_truth(labels: pd.DataFrame, split_assignment: pd.DataFrame) -> None:
    decided = pd.DataFrame(
        {
            "case_id": ["1", "4"],
            "orphan_probability": [0.8, 0.1],
            "category": ["a", "abstained"],
            "probability_a": [0.7, np.nan],
            "probability_b": [0.3, np.nan],
            "prediction_set": [["a"], ["a", "b"]],
        }
    )
    answers = out_of_fold_answers(decided, labels, split_assignment).set_index("case_id")

    assert set(answers["split"]) == {"out_of_fold"}
    assert answers.loc["1", "prediction_set"] == ["a"]
    assert answers["category_actual"].to_dict() == labels.set_index("case_id").loc[["1", "4"], "category"].to_dict()
    assert len(answers) == 2


def test_a_category_without_cases_has_no_coverage() -> None:
    answered = AnsweredCases(
        actual=np.array([0, 0]),
        probabilities=np.array([[0.9, 0.1], [0.4, 0.6]]),
        inside=np.array([[True, False], [True, True]]),
        abstained=np.zeros(2, dtype=bool),
        groups=np.array(["one", "two"]),
    )
    figures = measure_categories(answered, ["a", "b"], PARAMS)
    assert figures["coverage_a"].value == 1.0
    assert "coverage_b" not in figures
    assert all(np.isfinite([each.value, each.low, each.high]).all() for each in figures.values())
