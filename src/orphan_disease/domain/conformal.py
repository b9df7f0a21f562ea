"""Conformal prediction sets: the smallest set of categories that holds the true one as often as promised.

The threshold is a quantile of the out-of-fold scores of patients whose whole disorder was unseen, since that is what
the promise is for: a set calibrated on random patients covers far too little on new disorders.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

__all__ = ["conformal_quantile", "cross_coverage", "nonconformity", "prediction_sets"]

_FloatArray = npt.NDArray[np.float64]
Score = Literal["lac", "aps"]


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


def conformal_quantile(
    probabilities: _FloatArray, actual: npt.NDArray[np.intp], coverage: float, score: Score
) -> float:
    """The threshold of split conformal prediction: the ceil((n + 1) coverage)-th smallest score of the true classes.

    Args:
        probabilities: n x K of calibration cases, each out of fold.
        actual: n class codes.
        coverage: wanted, between 0 and 1.
        score: nonconformity.

    Returns:
        The threshold; infinity where n is too small for the coverage, which puts every class in every set.
    """
    own = np.sort(nonconformity(probabilities, score)[np.arange(len(actual)), actual])
    rank = int(np.ceil((len(own) + 1) * coverage))
    return float(own[rank - 1]) if rank <= len(own) else float("inf")


def prediction_sets(probabilities: _FloatArray, quantile: float, score: Score) -> npt.NDArray[np.bool_]:
    """Which classes are in the set of each case, n x K; the most probable one always is.

    >>> prediction_sets(np.array([[0.5, 0.4, 0.1]]), 0.65, "lac")
    array([[ True,  True, False]])
    """
    inside = nonconformity(probabilities, score) <= quantile
    inside[np.arange(len(probabilities)), probabilities.argmax(axis=1)] = True
    return inside


def cross_coverage(
    probabilities: _FloatArray,
    actual: npt.NDArray[np.intp],
    groups: npt.ArrayLike,
    coverage: float,
    score: Score,
) -> tuple[float, float]:
    """Measured coverage and mean set size where each group's sets come from a threshold fitted on other groups.

    Args:
        probabilities: n x K, out of fold.
        actual: n class codes.
        groups: n labels; whole disorders with the publications that join them. At least two differ.
        coverage: nominal.
        score: nonconformity.
    """
    labels = np.asarray(groups)
    inside = np.zeros(probabilities.shape, dtype=bool)
    for train, test in GroupKFold(min(10, len(np.unique(labels)))).split(probabilities, actual, labels):
        quantile = conformal_quantile(probabilities[train], actual[train], coverage, score)
        inside[test] = prediction_sets(probabilities[test], quantile, score)
    return float(inside[np.arange(len(actual)), actual].mean()), float(inside.sum(axis=1).mean())
