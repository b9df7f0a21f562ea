"""Imbalance, and what may be done about it in the training part of a fold.

Every strategy here resamples training rows only: it is a step of an imbalanced-learn pipeline that is refitted in each
fold, so validation and test keep their natural prevalence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from pydantic import BaseModel, ConfigDict
from sklearn.base import BaseEstimator
from sklearn.preprocessing import StandardScaler

from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.modelling import Resampling
from orphan_disease.domain.classifiers import Estimator
from orphan_disease.domain.encoding import BINARY_PREFIXES
from orphan_disease.domain.row_weights import with_weights

__all__ = [
    "AugmentationPool",
    "AugmentationSampler",
    "MixedSmote",
    "ResamplingPlan",
    "build_resampling_plan",
    "imbalance_ratio",
    "is_binary",
    "resampled_estimator",
]

_FloatArray = npt.NDArray[np.float32]
_Codes = npt.NDArray[np.intp]

_SMOTE_ROWS = 2  # interpolation needs two parents


def imbalance_ratio(counts: Mapping[str, int]) -> float:
    """Cases of the largest class for each case of the smallest.

    Raises:
        ValueError: if a class has no case.

    >>> imbalance_ratio({"a": 30, "b": 10})
    3.0
    """
    if not counts or min(counts.values()) < 1:
        raise ValueError(f"each class needs a case to measure its imbalance; counts are {dict(counts)}")
    return max(counts.values()) / min(counts.values())


class ResamplingPlan(BaseModel):
    """The plan that `balancing` hands to `modelling`: data, no fitted thing.

    Attributes:
        counts: training cases of each category.
        targets: cases of each category after resampling, never fewer than there are.
        candidates: strategies to compare.
        smote_neighbours: k of SMOTE.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    counts: dict[str, int]
    targets: dict[str, int]
    candidates: tuple[Resampling, ...]
    smote_neighbours: int


def build_resampling_plan(counts: Mapping[str, int], params: ResamplingParams) -> ResamplingPlan:
    """Fill each category up to `target_ratio` of the largest one; "none" is always among the candidates.

    >>> plan = build_resampling_plan({"a": 30, "b": 10}, ResamplingParams(target_ratio=0.5))
    >>> plan.targets
    {'a': 30, 'b': 15}
    """
    wanted = int(np.ceil(max(counts.values()) * params.target_ratio))
    return ResamplingPlan(
        counts=dict(counts),
        targets={name: max(count, wanted) for name, count in counts.items()},
        candidates=tuple(dict.fromkeys((Resampling.NONE, *params.candidates))),
        smote_neighbours=params.smote_neighbours,
    )


def is_binary(feature_names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which columns hold only 0 and 1, so that a SMOTE neighbour's value is copied and not averaged."""
    return np.array([name.startswith(BINARY_PREFIXES) or name.endswith("_missing") for name in feature_names])


@dataclass(frozen=True, eq=False)
class AugmentationPool:
    """Encoded simulated patients that training may draw from.

    Attributes:
        features: m x p float32.
        codes: class of each row.
        disorder_ids: disorder that each row was simulated from.
    """

    features: _FloatArray
    codes: _Codes
    disorder_ids: npt.NDArray[np.object_] = field(repr=False)

    def without(self, disorder_ids: frozenset[str]) -> "AugmentationPool":
        """The rows whose disorder is not one of the given (those of the validation part)."""
        kept = ~pd.Index(self.disorder_ids).isin(list(disorder_ids))
        return AugmentationPool(self.features[kept], self.codes[kept], self.disorder_ids[kept])

    def weighted(self) -> "AugmentationPool":
        """The same rows with a weight of 1 each as a last column (see `domain.row_weights`)."""
        return AugmentationPool(with_weights(self.features, 1.0), self.codes, self.disorder_ids)


class AugmentationSampler(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Appends simulated patients to each class until it has its share of the largest class, or the pool is used up.

    Attributes:
        pool: rows to draw from; the caller has left out every disorder of the validation part.
        target_ratio: wanted share of the largest class.
        seed: of the draw.
    """

    def __init__(self, pool: AugmentationPool, target_ratio: float = 1.0, *, seed: int) -> None:
        """Keep the settings."""
        self.pool = pool
        self.target_ratio = target_ratio
        self.seed = seed

    def fit(self, X: _FloatArray, y: _Codes) -> Self:  # noqa: N803  # scikit-learn's own argument name
        """Do nothing: the pool is given."""
        return self

    def fit_resample(self, X: _FloatArray, y: _Codes) -> tuple[_FloatArray, _Codes]:  # noqa: N803
        """The rows given, followed by rows of the pool."""
        counts = np.bincount(y)
        wanted = np.ceil(counts.max() * self.target_ratio).astype(int)
        generator = np.random.default_rng(self.seed)
        chosen: list[npt.NDArray[np.intp]] = []
        for code, count in enumerate(counts):
            available = generator.permutation(np.flatnonzero(self.pool.codes == code))
            chosen.append(available[: max(0, wanted - count)])
        places = np.concatenate(chosen)
        return (
            np.concatenate([X, self.pool.features[places]]).astype(np.float32),
            np.concatenate([y, self.pool.codes[places]]),
        )


class MixedSmote(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """SMOTE for rows that mix numbers with yes and no.

    Neighbours are sought among standardised columns, so that no unit outweighs another. Numbers are interpolated; a
    column of yes and no takes the value of the nearer parent. `SMOTENC` of imbalanced-learn lets the neighbours vote
    column by column: docs/explanation/balancing.md holds the two against each other.

    Attributes:
        targets: rows of each class after resampling, given the class codes.
        binary: p flags, which columns hold only 0 and 1.
        neighbours: k.
        seed: of the draw.
    """

    def __init__(self, targets: "_Targets", binary: npt.NDArray[np.bool_], neighbours: int = 5, *, seed: int) -> None:
        """Keep the settings."""
        self.targets = targets
        self.binary = binary
        self.neighbours = neighbours
        self.seed = seed

    def fit(self, X: _FloatArray, y: _Codes) -> Self:  # noqa: N803
        """Do nothing: neighbours are sought when resampling."""
        return self

    def fit_resample(self, X: _FloatArray, y: _Codes) -> tuple[_FloatArray, _Codes]:  # noqa: N803
        """The rows given, followed by interpolated ones; by copies where a class has one row only."""
        scarcest = int(np.bincount(y)[np.unique(y)].min())
        if scarcest < _SMOTE_ROWS:
            copied = RandomOverSampler(sampling_strategy=self.targets, random_state=self.seed)
            return cast(tuple[_FloatArray, _Codes], copied.fit_resample(X, y))
        scaler = StandardScaler().fit(X)
        neighbours = min(self.neighbours, scarcest - 1)
        smote = SMOTE(sampling_strategy=self.targets, k_neighbors=neighbours, random_state=self.seed)
        rows, codes = smote.fit_resample(scaler.transform(X), y)
        if len(rows) == len(X):
            return X, y
        added = scaler.inverse_transform(rows[len(X) :])
        added[:, self.binary] = np.round(added[:, self.binary])
        return np.concatenate([X, added]).astype(np.float32), cast(_Codes, codes)


def resampled_estimator(  # noqa: PLR0913  # a strategy needs the plan, the pool and the columns' kinds
    strategy: Resampling,
    estimator: Estimator,
    plan: ResamplingPlan,
    *,
    categories: Sequence[str],
    feature_names: Sequence[str],
    seed: int,
    pool: AugmentationPool | None = None,
) -> Estimator:
    """The estimator behind the strategy's sampler; "none" and "class_weight" need no sampler.

    Args:
        strategy: what to do about the imbalance.
        estimator: unfitted; already balanced where the strategy is "class_weight".
        plan: targets, from which the ratio to the largest class is read.
        categories: names of the class codes.
        feature_names: p columns.
        pool: simulated patients; needed by "augmentation" only.
        seed: of the sampler.

    Raises:
        ValueError: if "augmentation" comes without a pool.
    """
    if strategy in (Resampling.NONE, Resampling.CLASS_WEIGHT):
        return estimator
    if strategy is Resampling.AUGMENTATION:
        if pool is None:
            raise ValueError("resampling 'augmentation' needs a pool of simulated cases; none was given")
        ratio = min(plan.targets.values()) / max(plan.targets.values())
        sampler: Any = AugmentationSampler(pool, ratio, seed=seed)
    elif strategy is Resampling.RANDOM_OVERSAMPLING:
        sampler = RandomOverSampler(sampling_strategy=_Targets(plan, tuple(categories)), random_state=seed)
    else:
        sampler = MixedSmote(
            _Targets(plan, tuple(categories)), is_binary(feature_names), plan.smote_neighbours, seed=seed
        )
    return cast(Estimator, Pipeline([("sampler", sampler), ("estimator", estimator)]))


@dataclass(frozen=True)
class _Targets:
    """imbalanced-learn asks how many rows a class shall have, given the rows that a fold holds."""

    plan: ResamplingPlan
    categories: tuple[str, ...]

    def __call__(self, y: _Codes) -> dict[int, int]:
        counts = np.bincount(y, minlength=len(self.categories))
        largest = max(self.plan.targets.values())
        return {
            code: max(int(counts[code]), int(np.ceil(counts.max() * self.plan.targets[name] / largest)))
            for code, name in enumerate(self.categories)
            if counts[code]
        }
