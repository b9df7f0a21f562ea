import numpy as np
import pytest

from orphan_disease.contracts.vocabulary import ABSTAINED
from orphan_disease.domain.calibration import Calibrator
from orphan_disease.domain.decision import DecisionRule, correct_prevalence

IDENTITY = Calibrator(method="temperature", parameters=((1.0,),))


def _rule(**changes: object) -> DecisionRule:
    settings: dict[str, object] = {
        "categories": ("a", "b", "c"),
        "orphan_calibrator": IDENTITY,
        "orphan_trained": 0.5,
        "orphan_deployed": 0.5,
        "category_calibrator": IDENTITY,
        "category_trained": (0.5, 0.25, 0.25),
        "category_deployed": (0.5, 0.25, 0.25),
        "coverage": 0.9,
        "score": "lac",
        "thresholds": (0.65, 0.65, 0.65),
        "maximum_set_size": 2,
        "novelty_feature": "evidence__likelihood_level",
        "novelty_threshold": -5.0,
    }
    return DecisionRule.model_validate(settings | changes)


def test_prevalence_correction_is_bayes() -> None:
    # 90 % at even odds means a likelihood ratio of 9; at 1 % prevalence the odds are 9 * 1 / 99.
    corrected = correct_prevalence(np.array([[0.1, 0.9]]), [0.5, 0.5], [0.99, 0.01])
    assert corrected[0, 1] == pytest.approx((9 / 99) / (1 + 9 / 99))


def test_prevalence_correction_needs_every_class() -> None:
    with pytest.raises(ValueError, match="frequency above 0"):
        correct_prevalence(np.array([[0.1, 0.9]]), [0.0, 1.0], [0.5, 0.5])


def test_decides_when_sure_and_abstains_when_the_set_is_large() -> None:
    raw = np.array([[0.8, 0.1, 0.1], [0.36, 0.35, 0.29]])
    answer = _rule(thresholds=(0.7, 0.7, 0.7)).decide(np.array([[0.2, 0.8]] * 2), raw, [0.0, 0.0])
    assert answer.category == ("a", "a")
    answer = _rule(thresholds=(0.7, 0.7, 0.7), maximum_set_size=1).decide(np.array([[0.2, 0.8]] * 2), raw, [0.0, 0.0])
    assert answer.category == ("a", ABSTAINED)
    assert answer.inside.tolist() == [[True, False, False], [True, True, False]]


def test_abstains_far_from_anything_known() -> None:
    answer = _rule().decide(np.array([[0.2, 0.8]]), np.array([[0.9, 0.05, 0.05]]), [-6.0])
    assert answer.category == (ABSTAINED,)


def test_orphan_probability_follows_the_deployed_prevalence() -> None:
    raw = np.array([[0.5, 0.5]])
    assert _rule().orphan_probability(raw)[0] == pytest.approx(0.5, abs=1e-6)
    assert _rule(orphan_deployed=0.05).orphan_probability(raw)[0] == pytest.approx(0.05, abs=1e-6)


def test_category_shares_follow_the_deployment() -> None:
    raw = np.array([[0.5, 0.25, 0.25]])
    shifted = _rule(category_deployed=(0.2, 0.4, 0.4)).category_probabilities(raw)
    np.testing.assert_allclose(shifted, [[0.2, 0.4, 0.4]], atol=1e-6)


def test_rule_survives_json() -> None:
    rule = _rule(thresholds=(None, 0.7, 0.0))
    assert DecisionRule.from_dict(rule.to_dict()) == rule


def test_each_category_has_its_own_threshold() -> None:
    # b is inside from a probability of 0.1 on, a and c from 0.4 on; the most probable one always is.
    rule = _rule(thresholds=(0.6, 0.9, 0.6))
    answer = rule.decide(np.array([[0.2, 0.8]] * 2), np.array([[0.7, 0.15, 0.15], [0.3, 0.35, 0.35]]), [0.0, 0.0])
    assert answer.inside.tolist() == [[True, True, False], [False, True, False]]


def test_a_category_without_a_threshold_is_always_inside() -> None:
    answer = _rule(thresholds=(0.0, 0.0, None)).decide(np.array([[0.2, 0.8]]), np.array([[0.9, 0.09, 0.01]]), [0.0])
    assert answer.inside.tolist() == [[True, False, True]]


def test_a_rule_packaged_with_one_threshold_is_read() -> None:
    document = _rule().to_dict()
    del document["thresholds"]
    assert DecisionRule.from_dict(document | {"quantile": 0.65}) == _rule()
    assert DecisionRule.from_dict(document | {"quantile": None}) == _rule(thresholds=(None, None, None))


def test_thresholds_are_as_many_as_categories() -> None:
    with pytest.raises(ValueError, match="2 thresholds for 3 categories"):
        _rule(thresholds=(0.6, 0.6))
