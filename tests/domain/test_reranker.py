import numpy as np
import pytest

from orphan_disease.domain.candidates import FEATURE_NAMES, CandidateSet
from orphan_disease.domain.ranking import Ranker, RankingSettings, best_disorders
from orphan_disease.domain.reranker import (
    Reranker,
    RerankerSettings,
    TrainingCandidates,
    fit_probabilities,
    fit_reranker,
    out_of_fold_margins,
    shares_of_margins,
)
from tests.domain import tiny_knowledge as tiny

CANDIDATES = 6
DECIDING = FEATURE_NAMES.index("exact")
CASES_COLUMN = FEATURE_NAMES.index("case_rows")
SETTINGS = RerankerSettings(seed=0, rounds=100, folds=3, case_handicap=0.0)


def made_up(cases: int = 120, seed: int = 0) -> TrainingCandidates:
    """Cases whose right disorder is the one of the largest `exact`; all other features are noise."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(cases * CANDIDATES, len(FEATURE_NAMES))).astype(np.float32)
    features[:, CASES_COLUMN] = 0
    truth = features[:, DECIDING].reshape(cases, CANDIDATES).argmax(axis=1)
    disorder = np.tile(np.arange(CANDIDATES), (cases, 1))
    return TrainingCandidates.of(
        CandidateSet(disorder, features), truth, [f"group-{case % 12}" for case in range(cases)]
    )


def share_right(margins: np.ndarray, cases: TrainingCandidates) -> float:
    return float((margins.argmax(axis=1) == cases.is_right.argmax(axis=1)).mean())


def test_it_learns_what_tells_the_candidates_apart() -> None:
    training, unseen = made_up(cases=360), made_up(seed=1)
    learned = share_right(fit_reranker([training], SETTINGS).margins(unseen.candidates), unseen)
    assert learned > 0.7  # by chance 1 in 6; 28 of the 29 features are noise


def test_out_of_fold_margins_come_from_trees_that_saw_no_case_of_the_group() -> None:
    # Every group has an answer of its own, told by nothing but the group: unseen groups are guesses.
    rng = np.random.default_rng(3)
    groups = np.arange(90) % 9
    features = np.zeros((90 * CANDIDATES, len(FEATURE_NAMES)), dtype=np.float32)
    features[:, 0] = np.repeat(groups, CANDIDATES)
    features[:, 1] = np.tile(np.arange(CANDIDATES), 90)
    truth = rng.integers(0, CANDIDATES, size=9)[groups]
    disorder = np.tile(np.arange(CANDIDATES), (90, 1))
    cases = TrainingCandidates.of(CandidateSet(disorder, features), truth, [str(group) for group in groups])
    settings = RerankerSettings(seed=0, rounds=60, folds=9, case_handicap=0.0)
    seen = fit_reranker([cases], settings).margins(cases.candidates)
    unseen = out_of_fold_margins([cases], settings)[0]
    assert share_right(seen, cases) > 0.9
    assert share_right(unseen, cases) < 0.6


def test_the_handicap_is_taken_off_disorders_with_a_case_only() -> None:
    training = made_up()
    features = training.candidates.features.copy()
    features[::2, CASES_COLUMN] = 3
    candidates = CandidateSet(training.candidates.disorder, features)
    plain = fit_reranker([training], SETTINGS)
    handicapped = Reranker(plain.booster, plain.temperature, plain.elsewhere, case_handicap=1.5)
    difference = plain.margins(candidates) - handicapped.margins(candidates)
    np.testing.assert_allclose(difference, 1.5 * candidates.with_cases, rtol=1e-5)


def test_fitted_probabilities_are_as_frequent_as_they_say() -> None:
    rng = np.random.default_rng(5)
    margins = rng.normal(size=(4000, 5)).astype(np.float32)
    true_shares = shares_of_margins(margins, temperature=0.5, elsewhere=1.0)
    drawn = np.array([rng.choice(6, p=np.append(row, 1 - row.sum()) / 1.0) for row in true_shares.astype(float)])
    is_right = drawn[:, None] == np.arange(5)[None, :]
    candidates = CandidateSet(np.zeros_like(is_right, dtype=np.intp), np.empty((0, 0), dtype=np.float32))
    cases = TrainingCandidates(candidates, is_right, ("a",) * 4000, np.zeros_like(margins))
    temperature, elsewhere = fit_probabilities([margins], [cases])
    assert temperature == pytest.approx(0.5, abs=0.05)
    assert elsewhere == pytest.approx(1.0, abs=0.15)


def test_nothing_to_learn_from_is_refused() -> None:
    lost = made_up()
    nowhere = TrainingCandidates(lost.candidates, np.zeros_like(lost.is_right), lost.groups, lost.prior)
    with pytest.raises(ValueError, match="nothing to learn"):
        fit_reranker([nowhere], SETTINGS)


def test_the_ranking_follows_the_re_ranker() -> None:
    knowledge = tiny.tiny_knowledge()
    reranker = fit_reranker([made_up()], SETTINGS)
    batch = tiny.tiny_batch({"observed_terms": [tiny.LAMELLAR]}, {"observed_terms": [tiny.MURMUR]})
    ranker = Ranker(knowledge, RankingSettings(candidates=2), reranker)
    scores = ranker.score(batch)
    margins = reranker.margins(scores.candidates)
    by_rank = np.take_along_axis(scores.fused, scores.candidates.disorder, axis=1)
    np.testing.assert_array_equal(np.argsort(-by_rank, kind="stable"), np.argsort(-margins, kind="stable"))
    np.testing.assert_allclose(scores.probabilities.sum(axis=1), 1.0, rtol=1e-5)
    for depth in (1, 2, 3):
        np.testing.assert_array_equal(ranker.best_disorders(scores, depth), best_disorders(scores.fused, depth))


def test_age_and_sex_are_added_as_nats_after_the_trees() -> None:
    part = made_up(cases=30)
    reranker = fit_reranker([part], SETTINGS)
    margins = reranker.margins(part.candidates)
    nats = np.zeros_like(margins)
    nats[:, 0] = np.log(4)
    before, after = (reranker.probabilities(each) for each in (margins, reranker.with_prior(margins, nats)))
    odds = [each[:, 0] / each[:, 1] for each in (before, after)]
    np.testing.assert_allclose(odds[1] / odds[0], 4, rtol=1e-3)
