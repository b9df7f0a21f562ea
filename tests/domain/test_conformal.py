import numpy as np
import pytest

from orphan_disease.domain.conformal import conformal_quantile, cross_coverage, nonconformity, prediction_sets


def test_quantile_is_the_ranked_score_of_the_true_class() -> None:
    # Scores of the true classes: 0.1, 0.2, ..., 0.9; ceil((9 + 1) * 0.8) = 8, so the eighth smallest.
    own = np.arange(0.1, 1.0, 0.1)
    probabilities = np.stack([1 - own, own], axis=1)
    assert conformal_quantile(probabilities, np.zeros(9, dtype=int), 0.8, "lac") == pytest.approx(0.8)


def test_too_few_cases_admit_every_class() -> None:
    probabilities = np.array([[0.9, 0.1]])
    quantile = conformal_quantile(probabilities, np.array([0]), 0.9, "lac")
    assert quantile == np.inf
    assert prediction_sets(probabilities, quantile, "lac").all()


def test_adaptive_score_counts_the_more_probable_classes() -> None:
    scores = nonconformity(np.array([[0.2, 0.5, 0.3]]), "aps")
    np.testing.assert_allclose(scores, [[1.0, 0.5, 0.8]])


def test_no_set_is_empty() -> None:
    assert prediction_sets(np.array([[0.4, 0.35, 0.25]]), 0.1, "lac").tolist() == [[True, False, False]]


@pytest.mark.parametrize("score", ["lac", "aps"])
def test_coverage_holds_on_groups_that_the_threshold_has_not_seen(score: str) -> None:
    generator = np.random.default_rng(3)
    true = generator.dirichlet(np.ones(4) * 0.5, size=4000)
    actual = np.array([generator.choice(4, p=row) for row in true])
    covered, size = cross_coverage(true, actual, np.arange(4000) // 20, 0.9, score)
    assert covered == pytest.approx(0.9, abs=0.02) or (score == "aps" and covered > 0.9)
    assert 1.0 <= size < 4.0
