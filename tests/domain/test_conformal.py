import numpy as np
import pytest

from orphan_disease.domain.conformal import category_thresholds, conformal_quantile, nonconformity, prediction_sets


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


def _answers() -> tuple[np.ndarray, np.ndarray]:
    """Eight cases of category 0 and four of category 1, with their scores; below 0.5 the true one is the likelier."""
    first, second = np.array([0.1, 0.2, 0.3, 0.4, 0.45, 0.6, 0.7, 0.8]), np.array([0.2, 0.6, 0.8, 0.9])
    probabilities = np.concatenate([np.stack([1 - first, first], axis=1), np.stack([second, 1 - second], axis=1)])
    return probabilities, np.repeat([0, 1], [8, 4])


def test_categories_share_a_level_and_not_a_threshold() -> None:
    probabilities, actual = _answers()
    # The most probable category is the true one up to a score of 0.45: five cases of category 0, one of category 1 are
    # covered at any level. The others' levels: 6/8, 7/8, 1 in category 0; 2/4, 3/4, 1 in category 1. Of 12 + 1 votes,
    # 9 are asked for (0.69 * 13 = 8.97): the third smallest of them, 3/4, where category 0 has scores up to 0.6 and
    # category 1 up to 0.8.
    np.testing.assert_allclose(category_thresholds(probabilities, actual, 0.69, "lac"), [0.6, 0.8])


def test_where_the_most_probable_category_is_right_often_enough_it_stands_alone() -> None:
    probabilities, actual = _answers()
    thresholds = category_thresholds(probabilities, actual, 0.45, "lac")  # 5.85 of 13 votes; six are right
    np.testing.assert_array_equal(thresholds, [0.0, 0.0])
    assert (prediction_sets(probabilities, thresholds, "lac").sum(axis=1) == 1).all()


def test_too_few_groups_admit_every_category() -> None:
    probabilities, actual = _answers()
    thresholds = category_thresholds(probabilities, actual, 0.9, "lac", groups=np.repeat([0, 1, 2], 4))
    assert np.isinf(thresholds).all()  # of 12 + 4 votes, 14.4 are asked for


def test_votes_move_the_level() -> None:
    probabilities, actual = _answers()
    weights = np.where(np.arange(12) == 11, 5.0, 1.0)  # the worst case of category 1 counts five times
    np.testing.assert_allclose(category_thresholds(probabilities, actual, 0.57, "lac"), [0.6, 0.8])
    # Levels in category 1 are now 1/8, 2/8, 3/8 and 1. Of 16 + 16/12 votes, 9.9 are asked for: six of the right ones,
    # then those at the levels 2/8, 3/8, 6/8 and 7/8.
    np.testing.assert_allclose(category_thresholds(probabilities, actual, 0.57, "lac", weights=weights), [0.7, 0.8])


def test_a_scarce_category_is_covered_and_the_promise_is_kept_on_new_groups() -> None:
    # 1,000 groups of three cases; one group in eight is of the scarce category, of which answers think little.
    generator = np.random.default_rng(11)
    kind = np.repeat((generator.random(1000) < 1 / 8).astype(int), 3)
    groups = np.repeat(np.arange(1000), 3)
    surety = generator.normal(np.where(kind == 1, -0.5, 3.0), 1.5)  # log-odds of category 0 less those of category 1
    first = 1 / (1 + np.exp(-surety))
    probabilities = np.stack([first, 1 - first], axis=1)
    known = groups < 500
    covered = {}
    for name, find in (("category", category_thresholds), ("common", conformal_quantile)):
        threshold = find(probabilities[known], kind[known], 0.97, "lac", groups[known])
        inside = prediction_sets(probabilities[~known], threshold, "lac")[np.arange((~known).sum()), kind[~known]]
        covered[name] = [inside.mean(), inside[kind[~known] == 1].mean()]
    assert covered["category"][0] == pytest.approx(0.97, abs=0.015)
    assert covered["common"][0] == pytest.approx(0.97, abs=0.015)
    assert covered["category"][1] > covered["common"][1] + 0.02
