"""Conformal prediction sets: the smallest set of categories that holds the true one as often as promised.

The threshold is a quantile of the out-of-fold scores of patients whose whole disorder was unseen, since that is what
the promise is for: a set calibrated on random patients covers far too little on new disorders.
"""

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["conformal_quantile", "nonconformity", "prediction_sets"]

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
    own = nonconformity(probabilities, score)[np.arange(len(actual)), actual]
    counted = np.ones(len(own)) if weights is None else np.asarray(weights, dtype=np.float64)
    number = len(own) if groups is None else len(np.unique(np.asarray(groups)))
    order = np.argsort(own, kind="stable")
    summed = np.cumsum(counted[order])
    wanted = summed[-1] * (1 + 1 / number) * coverage
    place = int(np.searchsorted(summed, wanted * (1 - _ROUNDING)))
    return float(own[order[place]]) if place < len(own) else float("inf")


def prediction_sets(probabilities: _FloatArray, quantile: float, score: Score) -> npt.NDArray[np.bool_]:
    """Which classes are in the set of each case, n x K; the most probable one always is.

    >>> prediction_sets(np.array([[0.5, 0.4, 0.1]]), 0.65, "lac")
    array([[ True,  True, False]])
    """
    inside = nonconformity(probabilities, score) <= quantile
    inside[np.arange(len(probabilities)), probabilities.argmax(axis=1)] = True
    return inside
