"""Two ways of answering the same cases, compared in pairs over the same resamples of whole groups.

Each provenance is measured apart: simulated and real cases never meet in one figure.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain import metrics
from orphan_disease.domain.validation import TrainingSet

__all__ = ["difference_rows", "figure_rows"]

_FloatArray = npt.NDArray[np.float64]

MEASURED = ("macro_f1", "log_loss", "accuracy")


def figure_rows(cases: TrainingSet, probabilities: _FloatArray, params: EvaluationParams) -> pd.DataFrame:
    """Macro-F1, log-loss and accuracy of each provenance: columns provenance, metric, value, low, high, cases, groups.

    Args:
        cases: n labelled cases.
        probabilities: n x K.
        params: resampling; a provenance with fewer than `minimum_cases` is left out.
    """
    rows = []
    for provenance, here in _provenances(cases, params):
        groups = cases.labels.loc[here, columns.GROUP]
        tallies = metrics.group_tallies(cases.codes[here], probabilities[here], groups)
        found = metrics.classification_metrics(
            tallies, cases.classes, samples=params.bootstrap_samples, level=params.interval, seed=params.seed
        )
        rows += [
            {columns.PROVENANCE: provenance, "metric": name, "value": found[name].value, "low": found[name].low,
             "high": found[name].high, "cases": int(here.sum()), "groups": len(tallies.size)}
            for name in MEASURED
        ]  # fmt: skip
    return pd.DataFrame(rows)


def difference_rows(
    cases: TrainingSet, first: _FloatArray, second: _FloatArray, params: EvaluationParams
) -> pd.DataFrame:
    """First minus second, in macro-F1 and log-loss: columns provenance, metric, difference, low, high.

    Args:
        cases: n labelled cases.
        first: n x K probabilities of the one.
        second: n x K of the other.
        params: resampling.
    """
    rows = []
    tails = [(1 - params.interval) / 2, (1 + params.interval) / 2]
    for provenance, here in _provenances(cases, params):
        groups = cases.labels.loc[here, columns.GROUP]
        one, other = (metrics.group_tallies(cases.codes[here], each[here], groups) for each in (first, second))
        for name in ("macro_f1", "log_loss"):
            drawn, whole = (
                (_drawn(one, name, params, drawing=drawing) - _drawn(other, name, params, drawing=drawing))
                for drawing in (True, False)
            )
            low, high = np.quantile(drawn, tails)
            rows.append(
                {columns.PROVENANCE: provenance, "metric": name, "difference": float(whole[0]),
                 "low": float(low), "high": float(high)}
            )  # fmt: skip
    return pd.DataFrame(rows)


def _provenances(cases: TrainingSet, params: EvaluationParams) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    source = cases.labels[columns.PROVENANCE].to_numpy(dtype=str)
    for provenance in np.unique(source):
        here = source == provenance
        if here.sum() >= params.minimum_cases:
            yield str(provenance), here


def _drawn(tallies: metrics.GroupTallies, name: str, params: EvaluationParams, *, drawing: bool) -> _FloatArray:
    """The figure of every resample of groups, or of the whole; equal seeds draw equal groups."""
    groups = len(tallies.size)
    weights = np.ones((1, groups))
    if drawing:
        generator = np.random.default_rng(params.seed)
        weights = generator.multinomial(groups, np.full(groups, 1 / groups), size=params.bootstrap_samples).astype(
            float
        )
    if name == "log_loss":
        return np.asarray((weights @ tallies.loss) / (weights @ tallies.size))
    confusion = np.tensordot(weights, tallies.confusion, axes=1)
    return np.asarray(metrics.f1_scores(confusion)[2].mean(axis=-1))
