"""Figures of weighted cases, and their intervals over resamples of whole groups.

A figure is a function of weights: given how often each of n cases was drawn, in each of S resamples, it gives S values.
So all resamples are a few matrix products.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.metrics import Interval

__all__ = ["Figure", "area_under_roc", "calibration_error", "ratio", "resampled_intervals", "sensitivity_at"]

_FloatArray = npt.NDArray[np.float64]
Figure = Callable[[_FloatArray], _FloatArray]
"""S x n weights -> S values, NaN where the drawn cases do not define the figure."""


def resampled_intervals(
    figures: Mapping[str, Figure], groups: npt.NDArray[Any], params: EvaluationParams
) -> dict[str, Interval]:
    """Each figure of n cases with its percentile interval, over the same resamples.

    Args:
        figures: by name.
        groups: n labels; cases of one group are drawn together.
        params: number of resamples, level and seed.
    """
    codes, names = pd.factorize(groups)
    generator = np.random.default_rng(params.seed)
    shares = np.full(len(names), 1 / len(names))
    drawn = generator.multinomial(len(names), shares, size=params.bootstrap_samples)[:, codes].astype(np.float64)
    whole = np.ones((1, len(codes)))
    tails = [(1 - params.interval) / 2, (1 + params.interval) / 2]
    found = {}
    for name, figure in figures.items():
        values = figure(drawn)
        finite = values[np.isfinite(values)]
        low, high = np.quantile(finite, tails) if len(finite) else (np.nan, np.nan)
        found[name] = Interval(float(figure(whole)[0]), float(low), float(high))
    return found


def ratio(part: npt.ArrayLike, whole: npt.ArrayLike | None = None) -> Figure:
    """Sum of `part` over the sum of `whole`; the mean of `part` where no whole is given.

    >>> ratio([True, False, True])(np.array([[1.0, 1.0, 2.0]])).tolist()
    [0.75]
    """
    above = np.asarray(part, dtype=np.float64)
    below = np.ones_like(above) if whole is None else np.asarray(whole, dtype=np.float64)

    def figure(weights: _FloatArray) -> _FloatArray:
        return _divided(weights @ above, weights @ below)

    return figure


def calibration_error(confidence: _FloatArray, hit: npt.NDArray[np.bool_], bins: int) -> Figure:
    """Expected calibration error over bins of equal width, see `domain.calibration.expected_calibration_error`."""
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.zeros((len(confidence), bins))
    gaps[np.arange(len(confidence)), places] = confidence - hit

    def figure(weights: _FloatArray) -> _FloatArray:
        return _divided(np.abs(weights @ gaps).sum(axis=1), weights.sum(axis=1))

    return figure


def area_under_roc(scores: _FloatArray, positive: npt.NDArray[np.bool_]) -> Figure:
    """Probability that a positive case scores above a negative one, ties counting half (Mann and Whitney 1947)."""
    order, blocks = _descending(scores)

    def figure(weights: _FloatArray) -> _FloatArray:
        hits, misses = _by_score(weights, positive, order, blocks)
        above = np.cumsum(hits, axis=1)
        pairs = (misses * (above - hits / 2)).sum(axis=1)
        return _divided(pairs, hits.sum(axis=1) * misses.sum(axis=1))

    return figure


def sensitivity_at(scores: _FloatArray, positive: npt.NDArray[np.bool_], specificity: float) -> Figure:
    """The largest share of positives found while at least `specificity` of the negatives stay below the threshold."""
    order, blocks = _descending(scores)

    def figure(weights: _FloatArray) -> _FloatArray:
        hits, misses = _by_score(weights, positive, order, blocks)
        total = misses.sum(axis=1, keepdims=True)
        allowed = np.cumsum(misses, axis=1) <= (1 - specificity) * total + 1e-9
        found = np.where(allowed, np.cumsum(hits, axis=1), 0.0).max(axis=1)
        return np.where(total[:, 0] > 0, _divided(found, hits.sum(axis=1)), np.nan)

    return figure


def _descending(scores: _FloatArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The order of falling scores, and where each block of equal scores begins in it."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    return order, np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])


def _by_score(
    weights: _FloatArray,
    positive: npt.NDArray[np.bool_],
    order: npt.NDArray[np.intp],
    blocks: npt.NDArray[np.intp],
) -> tuple[_FloatArray, _FloatArray]:
    """Weight of the positives and of the negatives at each distinct score, S x blocks, falling."""
    ordered, flags = weights[:, order], positive[order]
    return np.add.reduceat(ordered * flags, blocks, axis=1), np.add.reduceat(ordered * ~flags, blocks, axis=1)


def _divided(above: _FloatArray, below: _FloatArray) -> _FloatArray:
    shares: _FloatArray = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return shares
