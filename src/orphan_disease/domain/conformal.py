"""Conformal prediction sets: the smallest set of categories that holds the true one as often as promised.

Thresholds are quantiles of the out-of-fold scores of patients whose whole disorder was unseen, since that is what the
promise is for: a set calibrated on random patients covers far too little on new disorders.
"""

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["category_thresholds", "conformal_quantile", "nonconformity", "prediction_sets"]

_FloatArray = npt.NDArray[np.float64]
Score = Literal["lac", "aps"]

_ROUNDING: Final = 1e-9  # a sum of weights may fall short of what it should be by so much of it


def nonconformity(probabilities: _FloatArray, score: Score) -> _FloatArray:
    """How little each class conforms, n x K.

    `lac` (least ambiguous set; Sadinle, Lei and Wasserman 2019): 1 - p. `aps` (adaptive set; Romano, Sesia and Candès
    2020, without randomisation): the probability of the class and of all more probable ones.

    >>> nonconformity(np.array([[0.6, 0.3, 0.1]]), "aps").round(3)
    array([[0.6, 0.9, 1. ]])
    """
    if score == "lac":
        return 1.0 - probabilities
    order = np.argsort(-probabilities, axis=1, kind="stable")
    summed = np.cumsum(np.take_along_axis(probabilities, order, axis=1), axis=1)
    scores = np.empty_like(probabilities)
    np.put_along_axis(scores, order, summed, axis=1)
    return scores


def conformal_quantile(  # noqa: PLR0913, PLR0917  # scores, promise, and who counts how much
    probabilities: _FloatArray,
    actual: npt.NDArray[np.intp],
    coverage: float,
    score: Score,
    groups: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
) -> float:
    """The threshold of split conformal prediction, where the unit that is promised something may be a group of cases.

    It is the `coverage`-quantile of the true classes' scores, each with its weight, and of one score more that is
    infinite and weighs as much as a group does on average. Without groups and weights that is the
    ceil((n + 1) coverage)-th smallest score. With a weight of 1 / (cases of the group) the promise holds for a
    patient of a new group, however many cases each known one has (Lee, Barber and Willett 2023,
    https://arxiv.org/abs/2306.06342).

    Args:
        probabilities: n x K of calibration cases, each out of fold.
        actual: n class codes.
        coverage: wanted, between 0 and 1.
        score: nonconformity.
        groups: n labels; None where each case is a group of its own.
        weights: n, what each case counts; None counts them alike.

    Returns:
        The threshold; infinity where there are too few groups for the coverage, which puts every class in every set.
    """
    return _quantile(_own(probabilities, actual, score), coverage, groups, _counted(weights, len(actual)))


def category_thresholds(  # noqa: PLR0913, PLR0917  # as above
    probabilities: _FloatArray,
    actual: npt.NDArray[np.intp],
    coverage: float,
    score: Score,
    groups: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
) -> _FloatArray:
    """One threshold for each category, at one level that all share: a rare category is no poorer covered than others.

    One threshold for all leaves the errors where they are: the large category is covered to excess, and the small ones
    pay. So a score is first placed among those of its own category: the level of a case is the share of its category's
    weight with scores up to its own (label-conditional prediction, Vovk, Gammerman and Shafer 2005, section 4.5). The
    sets at a level are nested, so the level itself is found by conformal prediction (Gupta, Kuchibhotla and Ramdas
    2022, https://doi.org/10.1016/j.patcog.2021.108496), on the sets as they are given: the most probable category
    always is inside, so a case of which it is the true one is covered at every level. Every category has the same
    share of its scores inside before the most probable one is added; the promise itself is kept over all of them.

    Args:
        probabilities: n x K of calibration cases, each out of fold.
        actual: n class codes; every class has a case.
        coverage: wanted over all categories, between 0 and 1.
        score: nonconformity.
        groups: as for `conformal_quantile`.
        weights: as for `conformal_quantile`.

    Returns:
        K thresholds; 0 where nothing but the most probable category is to be in the sets, infinity for all where there
        are too few groups for the coverage.
    """
    own, counted = _own(probabilities, actual, score), _counted(weights, len(actual))
    levels = np.empty(len(own))
    for code in np.unique(actual):
        rows = actual == code
        levels[rows] = _shares_up_to(own[rows], counted[rows])
    needed = np.where(probabilities.argmax(axis=1) == actual, 0.0, levels)
    level = _quantile(needed, coverage, groups, counted)
    if np.isinf(level):
        return np.full(probabilities.shape[1], np.inf)
    inside = levels <= level
    return np.array([own[inside & (actual == code)].max(initial=0.0) for code in range(probabilities.shape[1])])


def prediction_sets(probabilities: _FloatArray, threshold: npt.ArrayLike, score: Score) -> npt.NDArray[np.bool_]:
    """Which classes are in the set of each case, n x K; the most probable one always is.

    Args:
        probabilities: n x K.
        threshold: one for all classes, or K.
        score: nonconformity.

    >>> prediction_sets(np.array([[0.5, 0.4, 0.1]]), 0.65, "lac")
    array([[ True,  True, False]])
    """
    inside = nonconformity(probabilities, score) <= np.asarray(threshold, dtype=np.float64)
    inside[np.arange(len(probabilities)), probabilities.argmax(axis=1)] = True
    return inside


def _own(probabilities: _FloatArray, actual: npt.NDArray[np.intp], score: Score) -> _FloatArray:
    """The score of each case's true class, n."""
    return nonconformity(probabilities, score)[np.arange(len(actual)), actual]


def _counted(weights: npt.ArrayLike | None, cases: int) -> _FloatArray:
    return np.ones(cases) if weights is None else np.asarray(weights, dtype=np.float64)


def _shares_up_to(values: _FloatArray, weights: _FloatArray) -> _FloatArray:
    """Share of the weight that has at most so large a value, n; equal values share it."""
    order = np.argsort(values, kind="stable")
    summed = np.cumsum(weights[order])
    last = np.searchsorted(values[order], values, side="right") - 1
    shares: _FloatArray = summed[last] / summed[-1]
    return shares


def _quantile(values: _FloatArray, coverage: float, groups: npt.ArrayLike | None, weights: _FloatArray) -> float:
    """The weighted quantile with one infinite value more, which weighs as much as a group does on average."""
    number = len(values) if groups is None else len(np.unique(np.asarray(groups)))
    order = np.argsort(values, kind="stable")
    summed = np.cumsum(weights[order])
    wanted = summed[-1] * (1 + 1 / number) * coverage
    place = int(np.searchsorted(summed, wanted * (1 - _ROUNDING)))
    return float(values[order[place]]) if place < len(values) else float("inf")
