"""Figures of a classification with their intervals, by resampling whole groups.

Cases of one disorder resemble each other, so an interval that resamples cases is too narrow. Here whole groups
(disorders, with the publications that join them) are drawn with replacement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "GroupTallies",
    "Interval",
    "classification_metrics",
    "f1_scores",
    "group_tallies",
    "mean_log_loss",
    "resampled_macro_f1",
]

_FloatArray = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.intp]

MINIMUM_PROBABILITY: Final = 1e-6  # floor of a probability in the log-loss


@dataclass(frozen=True)
class Interval:
    """A figure with the bounds of its bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class GroupTallies:
    """What each of G groups adds to the figures: sums, so that a resample of groups is one matrix product.

    Attributes:
        confusion: G x K x K; rows are the actual class, columns the predicted one.
        loss: summed log-loss of each group, in nats.
        size: cases of each group.
    """

    confusion: _FloatArray
    loss: _FloatArray
    size: _FloatArray


def group_tallies(actual: _Codes, probabilities: _FloatArray, groups: npt.ArrayLike) -> GroupTallies:
    """Tally n cases by group.

    Args:
        actual: n class codes.
        probabilities: n x K.
        groups: n group labels of any kind.
    """
    codes, labels = pd.factorize(np.asarray(groups))
    count = probabilities.shape[1]
    confusion = np.zeros((len(labels), count, count))
    np.add.at(confusion, (codes, actual, probabilities.argmax(axis=1)), 1.0)
    losses = -np.log(np.maximum(probabilities[np.arange(len(actual)), actual], MINIMUM_PROBABILITY))
    return GroupTallies(
        confusion=confusion,
        loss=np.bincount(codes, weights=losses, minlength=len(labels)).astype(np.float64),
        size=np.bincount(codes, minlength=len(labels)).astype(np.float64),
    )


def f1_scores(confusion: _FloatArray) -> tuple[_FloatArray, _FloatArray, _FloatArray]:
    """Precision, recall and F1 of each class; 0 where a class is neither predicted nor present.

    Args:
        confusion: ... x K x K, rows actual, columns predicted.

    >>> precision, recall, f1 = f1_scores(np.array([[2.0, 0.0], [1.0, 1.0]]))
    >>> [round(float(value), 3) for value in (*precision, *recall, *f1)]
    [0.667, 1.0, 1.0, 0.5, 0.8, 0.667]
    """
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    predicted, present = confusion.sum(axis=-2), confusion.sum(axis=-1)
    precision = np.divide(hits, predicted, out=np.zeros_like(hits), where=predicted > 0)
    recall = np.divide(hits, present, out=np.zeros_like(hits), where=present > 0)
    both = predicted + present
    return precision, recall, np.divide(2 * hits, both, out=np.zeros_like(hits), where=both > 0)


def mean_log_loss(tallies: GroupTallies) -> float:
    """Log-loss of all groups together, in nats per case."""
    return float(tallies.loss.sum() / tallies.size.sum())


def _draws(groups: int, samples: int, seed: int) -> _FloatArray:
    """How often each group is drawn in each resample, samples x groups."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(groups, np.full(groups, 1 / groups), size=samples).astype(np.float64)


def resampled_macro_f1(tallies: GroupTallies, *, samples: int, seed: int) -> _FloatArray:
    """Macro-F1 of each of the resamples; equal seeds draw equal groups, so candidates can be compared in pairs."""
    confusion = np.tensordot(_draws(len(tallies.size), samples, seed), tallies.confusion, axes=1)
    return cast(_FloatArray, f1_scores(confusion)[2].mean(axis=-1))


def classification_metrics(
    tallies: GroupTallies, categories: Sequence[str], *, samples: int, level: float, seed: int
) -> dict[str, Interval]:
    """Every figure with its interval: `precision_<c>`, `recall_<c>`, `f1_<c>`, `macro_f1`, `accuracy`, `log_loss`.

    Args:
        tallies: of the cases to be measured, of one provenance only.
        categories: K names, in the order of the codes.
        samples: number of resamples of whole groups.
        level: of the percentile interval.
        seed: of the resamples.
    """
    draws = _draws(len(tallies.size), samples, seed)
    drawn = _figures(np.tensordot(draws, tallies.confusion, axes=1), draws @ tallies.loss, categories)
    whole = _figures(tallies.confusion.sum(axis=0), tallies.loss.sum(), categories)
    tails = [(1 - level) / 2, (1 + level) / 2]
    bounds = {name: np.quantile(values, tails) for name, values in drawn.items()}
    return {
        name: Interval(float(value), float(bounds[name][0]), float(bounds[name][1])) for name, value in whole.items()
    }


def _figures(
    confusion: _FloatArray, loss: npt.NDArray[np.float64], categories: Sequence[str]
) -> dict[str, _FloatArray]:
    total = confusion.sum(axis=(-2, -1))
    precision, recall, f1 = f1_scores(confusion)
    figures = {"macro_f1": f1.mean(axis=-1), "log_loss": loss / total}
    figures["accuracy"] = np.trace(confusion, axis1=-2, axis2=-1) / total
    for code, name in enumerate(categories):
        figures |= {f"precision_{name}": precision[..., code], f"recall_{name}": recall[..., code]}
        figures[f"f1_{name}"] = f1[..., code]
    return figures
