"""Answer fewer cases, the surest first: how accuracy rises as the model may stay silent (El-Yaniv and Wiener 2010)."""

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.evaluation import AnsweredCases, categories_of
from orphan_disease.domain.metrics import Interval
from orphan_disease.domain.resampled_figures import Figure, resampled_intervals

__all__ = ["accuracy_at", "measure_risk_coverage", "risk_coverage_curve", "tabulate_risk_coverage"]

_FloatArray = npt.NDArray[np.float64]


def risk_coverage_curve(answered: AnsweredCases) -> pd.DataFrame:
    """Accuracy of the surest cases: columns share_answered, accuracy, threshold (the least confidence answered)."""
    confidence = answered.probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    count = np.arange(1, len(order) + 1)
    return pd.DataFrame(
        {
            "share_answered": count / len(order),
            "accuracy": np.cumsum(answered.hit[order]) / count,
            "threshold": confidence[order],
        }
    )


def accuracy_at(
    confidence: _FloatArray, hit: npt.NDArray[np.bool_], share: float, votes: npt.ArrayLike | None = None
) -> Figure:
    """Accuracy when only so large a share is answered, the surest cases first; a case on the border counts in part.

    Args:
        confidence: n.
        hit: n, whether the answer is right.
        share: of the votes that are answered.
        votes: n, what each case counts; None counts them alike.

    >>> accuracy_at(np.array([0.9, 0.5, 0.8, 0.6]), np.array([True, False, True, False]), 0.5)(np.ones((1, 4))).tolist()
    [1.0]
    """
    order = np.argsort(-confidence, kind="stable")
    right = hit[order].astype(np.float64)
    counted = np.ones(len(order)) if votes is None else np.asarray(votes, dtype=np.float64)[order]

    def figure(weights: _FloatArray) -> _FloatArray:
        ordered = weights[:, order] * counted
        room = share * ordered.sum(axis=1, keepdims=True)
        before = np.cumsum(ordered, axis=1) - ordered
        taken = np.clip(room - before, 0.0, ordered)
        return np.asarray((taken @ right) / taken.sum(axis=1))

    return figure


def measure_risk_coverage(answered: AnsweredCases, share: float, params: EvaluationParams) -> dict[str, Interval]:
    """Accuracy at full coverage, at `share`, and the gain, over the same resamples of whole groups.

    `largest_gain` is that of an order in which every error comes last: no confidence can give more. The figures
    `…_of_disorders` count each group once, however many cases it has.

    Args:
        answered: cases of one split and provenance.
        share: of the cases that are answered.
        params: resampling.
    """
    return resampled_intervals(
        _figures(answered, share, None, "") | _figures(answered, share, answered.votes, "_of_disorders"),
        answered.groups,
        params,
    )


def _figures(answered: AnsweredCases, share: float, votes: _FloatArray | None, ending: str) -> dict[str, Figure]:
    hit = answered.hit
    confidence = answered.probabilities.max(axis=1)
    part, whole = accuracy_at(confidence, hit, share, votes), accuracy_at(confidence, hit, 1.0, votes)
    best = accuracy_at(hit.astype(np.float64), hit, share, votes)
    return {
        f"accuracy_at_full_coverage{ending}": whole,
        f"accuracy_at_{round(100 * share)}_answered{ending}": part,
        f"gain{ending}": lambda weights: part(weights) - whole(weights),
        f"largest_gain{ending}": lambda weights: best(weights) - whole(weights),
    }


def tabulate_risk_coverage(
    answers: pd.DataFrame, share: float, params: EvaluationParams
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Curve and figures of every split and provenance apart.

    Args:
        answers: `evaluated_answers`.
        share: where the curve is read.
        params: resampling; a part with fewer than `minimum_cases` is left out.

    Returns:
        The curves, with columns split and provenance; and split -> provenance -> figure -> value, low, high.
    """
    curves, document = [], dict[str, Any]()
    for (split, provenance), rows in answers.groupby([columns.SPLIT, columns.PROVENANCE], sort=True):
        answered = AnsweredCases.from_frame(rows, categories_of(answers))
        if len(answered) >= params.minimum_cases:
            curves.append(risk_coverage_curve(answered).assign(split=str(split), provenance=str(provenance)))
            found = measure_risk_coverage(answered, share, params)
            document.setdefault(str(split), {})[str(provenance)] = {name: asdict(each) for name, each in found.items()}
    return pd.concat(curves, ignore_index=True), document
