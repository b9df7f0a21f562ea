import numpy as np
import pytest

from orphan_disease.domain.conformal import conformal_quantile, nonconformity, prediction_sets


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


def test_a_group_with_one_vote_is_not_outvoted_by_its_cases() -> None:
    # Four groups: one of six cases with scores of 0.1, and three of one case each, with 0.2, 0.3 and 0.4.
    own = np.array([0.1] * 6 + [0.2, 0.3, 0.4])
    probabilities = np.stack([1 - own, own], axis=1)
    actual, groups = np.zeros(9, dtype=int), np.array([0] * 6 + [1, 2, 3])
    # Of 9 + 9/4 votes, 60 % are 6.75: the seventh case. Of 4 + 1 votes, 60 % are 3: the third group.
    assert conformal_quantile(probabilities, actual, 0.6, "lac", groups) == pytest.approx(0.2)
    weights = 1 / np.array([6] * 6 + [1, 1, 1])
    assert conformal_quantile(probabilities, actual, 0.6, "lac", groups, weights) == pytest.approx(0.3)
    assert conformal_quantile(probabilities, actual, 0.9, "lac", groups, weights) == np.inf


@pytest.mark.parametrize("score", ["lac", "aps"])
def test_sets_cover_new_groups_where_large_groups_are_the_easy_ones(score: str) -> None:
    # 600 groups of 1 to 40 cases; the larger a group, the surer its answers: cases alone would promise too much.
    generator = np.random.default_rng(3)
    sizes = generator.integers(1, 41, size=600)
    groups = np.repeat(np.arange(600), sizes)
    true = np.stack([generator.dirichlet(np.ones(4) * (0.1 if sizes[group] > 20 else 1.0)) for group in groups])
    actual = np.array([generator.choice(4, p=row) for row in true])
    known = groups < 300
    weights = 1 / sizes[groups]
    covered = {}
    for name, given in (("cases", None), ("groups", weights[known])):
        quantile = conformal_quantile(true[known], actual[known], 0.9, score, groups[known], given)
        inside = prediction_sets(true[~known], quantile, score)[np.arange((~known).sum()), actual[~known]]
        covered[name] = np.average(inside, weights=weights[~known])
    if score == "aps":  # without randomisation it covers more than it promises
        assert covered["groups"] > 0.87
    else:
        assert covered["groups"] == pytest.approx(0.9, abs=0.03)
        assert covered["cases"] < covered["groups"] - 0.02
