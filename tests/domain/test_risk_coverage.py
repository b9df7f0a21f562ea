import numpy as np
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.evaluation import AnsweredCases
from orphan_disease.domain.risk_coverage import accuracy_at, measure_risk_coverage, risk_coverage_curve


def _answered() -> AnsweredCases:
    """Five cases; the surest three are right, the other two wrong."""
    confidence = np.array([0.6, 0.9, 0.7, 0.95, 0.8])
    actual = np.array([1, 0, 1, 0, 0])
    return AnsweredCases(
        actual=actual,
        probabilities=np.stack([confidence, 1 - confidence], axis=1),
        inside=np.ones((5, 2), dtype=bool),
        abstained=np.zeros(5, dtype=bool),
        groups=np.array([0, 1, 1, 1, 2]),
    )


def test_the_curve_falls_as_unsure_cases_are_answered() -> None:
    curve = risk_coverage_curve(_answered())
    assert curve["share_answered"].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert curve["accuracy"].tolist() == pytest.approx([1, 1, 1, 0.75, 0.6])
    assert curve["threshold"].tolist() == pytest.approx([0.95, 0.9, 0.8, 0.7, 0.6])


def test_a_case_on_the_border_counts_in_part() -> None:
    answered = _answered()
    figure = accuracy_at(answered.probabilities.max(axis=1), answered.hit, 0.7)
    # Room for 3.5 of 5 cases: three right, half a wrong one.
    assert figure(np.ones((1, 5)))[0] == pytest.approx(3 / 3.5)


def test_a_case_drawn_twice_is_two_cases() -> None:
    answered = _answered()
    figure = accuracy_at(answered.probabilities.max(axis=1), answered.hit, 0.5)
    # Weights 0 and 2 by turns: six cases, room for three; the surest right one twice, then half of a wrong one's two.
    assert figure(np.array([[2.0, 0.0, 2.0, 2.0, 0.0]]))[0] == pytest.approx(2 / 3)


def test_the_gain_is_the_difference() -> None:
    params = EvaluationParams(bootstrap_samples=50, seed=0)
    found = measure_risk_coverage(_answered(), 0.8, params)
    assert found["accuracy_at_80_answered"].value == pytest.approx(0.75)
    assert found["gain"].value == pytest.approx(0.15)
    # Two of five are wrong: with the errors last, one of the four answered is.
    assert found["largest_gain"].value == pytest.approx(0.75 - 0.6)


def test_a_disorder_counts_once_however_many_cases_it_has() -> None:
    params = EvaluationParams(bootstrap_samples=50, seed=0)
    found = measure_risk_coverage(_answered(), 0.5, params)
    # Disorder 0 (one case) is wrong, 1 is right in two of its three cases, 2 (one case) is right: 5/3 of 3 votes.
    assert found["accuracy_at_full_coverage_of_disorders"].value == pytest.approx(5 / 9)
    # Half is 1.5 votes: two thirds of disorder 1, and 5/6 of disorder 2's one. All are right.
    assert found["accuracy_at_50_answered_of_disorders"].value == pytest.approx(1.0)
    assert found["largest_gain_of_disorders"].value == pytest.approx(4 / 9)
