import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.modelling import CandidateParams, Family, Resampling
from orphan_disease.domain.classifiers import build_estimator
from orphan_disease.domain.resampling import (
    AugmentationPool,
    AugmentationSampler,
    build_resampling_plan,
    imbalance_ratio,
    is_binary,
    resampled_estimator,
)

NAMES = ("profile__observed_seizure", "evidence__likelihood_level", "vitals__heart_rate_bpm_missing")


class _Recorder:
    """An estimator that remembers what it was fitted to."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "_Recorder":  # noqa: N803
        self.rows, self.codes = X, y
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        return np.ones((len(X), 2)) / 2


def _training() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    codes = np.array([0] * 30 + [1] * 10)
    features = np.stack([generator.integers(0, 2, 40), generator.normal(size=40), generator.integers(0, 2, 40)], axis=1)
    return features.astype(np.float32), codes


def _pool(rows: int = 50) -> AugmentationPool:
    features = np.full((rows, 3), 7, dtype=np.float32)
    ids = np.array([f"d{place % 5}" for place in range(rows)], dtype=object)
    return AugmentationPool(features, np.arange(rows) % 2, ids)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Resampling.NONE, [30, 10]),
        (Resampling.CLASS_WEIGHT, [30, 10]),
        (Resampling.RANDOM_OVERSAMPLING, [30, 24]),
        (Resampling.SMOTE, [30, 24]),
        (Resampling.AUGMENTATION, [30, 24]),
    ],
)
def test_each_strategy_reaches_its_target(strategy: Resampling, expected: list[int]) -> None:
    features, codes = _training()
    plan = build_resampling_plan({"a": 30, "b": 10}, ResamplingParams(target_ratio=0.8))
    recorder = _Recorder()
    estimator = resampled_estimator(
        strategy, recorder, plan, categories=("a", "b"), feature_names=NAMES, pool=_pool(), seed=0
    )
    estimator.fit(features, codes)
    seen = recorder if strategy in (Resampling.NONE, Resampling.CLASS_WEIGHT) else estimator.named_steps["estimator"]
    assert np.bincount(seen.codes).tolist() == expected


def test_a_smote_neighbour_keeps_binary_columns_binary() -> None:
    features, codes = _training()
    plan = build_resampling_plan({"a": 30, "b": 10}, ResamplingParams())
    recorder = _Recorder()
    estimator = resampled_estimator(
        Resampling.SMOTE, recorder, plan, categories=("a", "b"), feature_names=NAMES, seed=0
    )
    estimator.fit(features, codes)
    rows = estimator.named_steps["estimator"].rows
    assert set(np.unique(rows[:, [0, 2]])) <= {0.0, 1.0}
    assert len(np.unique(rows[:, 1])) > 40


@pytest.mark.parametrize(("scarce", "expected"), [(1, [8, 8]), (2, [8, 8]), (8, [8, 8])])
def test_smote_makes_do_with_few_rows(scarce: int, expected: list[int]) -> None:
    codes = np.array([0] * 8 + [1] * scarce)
    features = np.random.default_rng(0).random((len(codes), 3)).astype(np.float32)
    plan = build_resampling_plan({"a": 8, "b": scarce}, ResamplingParams())
    estimator = resampled_estimator(
        Resampling.SMOTE, _Recorder(), plan, categories=("a", "b"), feature_names=NAMES, seed=0
    )
    estimator.fit(features, codes)
    assert np.bincount(estimator.named_steps["estimator"].codes).tolist() == expected


def test_augmentation_appends_and_leaves_the_input_alone() -> None:
    features, codes = _training()
    rows, resampled = AugmentationSampler(_pool(), 1.0, seed=0).fit_resample(features, codes)
    np.testing.assert_array_equal(rows[:40], features)
    assert (rows[40:] == 7).all()
    assert (resampled[40:] == 1).all()


@given(st.frozensets(st.sampled_from([f"d{place}" for place in range(5)])))
def test_no_augmented_row_comes_from_a_held_out_disorder(held_out: frozenset[str]) -> None:
    assert not set(_pool().without(held_out).disorder_ids) & held_out


def test_augmentation_without_a_pool_is_refused() -> None:
    plan = build_resampling_plan({"a": 3, "b": 1}, ResamplingParams())
    estimator = build_estimator(Family.DECISION_TREE, CandidateParams(), seed=0)
    with pytest.raises(ValueError, match="needs a pool"):
        resampled_estimator(
            Resampling.AUGMENTATION, estimator, plan, categories=("a", "b"), feature_names=NAMES, seed=0
        )


def test_none_is_always_a_candidate() -> None:
    plan = build_resampling_plan({"a": 3, "b": 1}, ResamplingParams(candidates=(Resampling.SMOTE,)))
    assert plan.candidates == (Resampling.NONE, Resampling.SMOTE)


def test_binary_columns_are_told_by_their_names() -> None:
    assert is_binary(NAMES).tolist() == [True, False, True]


def test_imbalance_of_an_empty_class_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a case"):
        imbalance_ratio({"a": 3, "b": 0})
