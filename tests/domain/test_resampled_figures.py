"""Weighted figures against scikit-learn and against values worked out by hand."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import roc_auc_score, roc_curve

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.calibration import expected_calibration_error
from orphan_disease.domain.resampled_figures import (
    area_under_roc,
    calibration_error,
    ratio,
    resampled_intervals,
    sensitivity_at,
)

PARAMS = EvaluationParams(bootstrap_samples=50, seed=1)
CASES = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=2, max_size=20)


@given(cases=CASES)
def test_the_weighted_roc_is_that_of_the_repeated_cases(cases: list[tuple[int, bool, int]]) -> None:
    scores = np.array([score / 5 for score, _, _ in cases])
    positive = np.array([flag for _, flag, _ in cases])
    weights = np.array([count for _, _, count in cases])
    repeated = np.repeat(np.arange(len(cases)), weights)
    area = area_under_roc(scores, positive)(weights[None].astype(float))[0]
    sensitivity = sensitivity_at(scores, positive, 0.8)(weights[None].astype(float))[0]
    if len({*positive[repeated].tolist()}) < 2:
        assert np.isnan(area)
        return
    assert area == pytest.approx(roc_auc_score(positive[repeated], scores[repeated]))
    false_positives, true_positives, _ = roc_curve(positive[repeated], scores[repeated], drop_intermediate=False)
    assert sensitivity == pytest.approx(true_positives[false_positives <= 0.2 + 1e-9].max())


def test_the_calibration_error_is_that_of_the_cases() -> None:
    generator = np.random.default_rng(PARAMS.seed)
    probabilities = generator.dirichlet(np.ones(3), size=30)
    actual = generator.integers(3, size=30)
    figure = calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == actual, 10)
    assert figure(np.ones((1, 30)))[0] == pytest.approx(expected_calibration_error(probabilities, actual, 10))


def test_a_ratio_without_a_whole_case_is_undefined() -> None:
    assert np.isnan(ratio([True], [False])(np.ones((1, 1)))[0])


def test_resamples_draw_whole_groups() -> None:
    groups = np.array(["x", "x", "x", "y"])
    interval = resampled_intervals({"share": ratio(groups == "x")}, groups, PARAMS)["share"]

    # Drawn: both groups, x twice, or y twice.
    assert interval.value == 0.75
    assert (interval.low, interval.high) == (0.0, 1.0)
