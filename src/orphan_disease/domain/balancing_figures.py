"""What each strategy against the imbalance brings and costs: F1, log-loss and calibration, side by side.

All strategies answered the same cases out of the same folds, with one fast family, so each is held against "none" in
pairs over the same resamples of whole groups. Probabilities are those of the classifier, before calibration.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.modelling import Family, Resampling
from orphan_disease.domain.metrics import MINIMUM_PROBABILITY
from orphan_disease.domain.resampled_figures import Figure, calibration_error, ratio, resampled_intervals
from orphan_disease.domain.scarce_disorders import scarce_rows
from orphan_disease.domain.validation import TrainingSet

__all__ = ["EVERY", "SCARCE", "answers_by_strategy", "measure_balancing"]

EVERY: Final = "all"  # cases; of a category: all of them together
SCARCE: Final = "scarce disorders"

_FloatArray = npt.NDArray[np.float64]


def answers_by_strategy(answers: Mapping[str, _FloatArray], family: Family) -> dict[str, _FloatArray]:
    """The answers of the candidates that differ in the strategy alone, "none" first.

    Args:
        answers: n x K of each candidate, by its name.
        family: that the strategies were compared on.

    >>> half = np.full((1, 2), 0.5)
    >>> names = ["xgboost+smote", "mlp+none", "xgboost+none"]
    >>> list(answers_by_strategy(dict.fromkeys(names, half), Family.XGBOOST))
    ['none', 'smote']
    """
    names = {strategy.value: f"{family.value}+{strategy.value}" for strategy in Resampling}
    return {strategy: answers[name] for strategy, name in names.items() if name in answers}


def measure_balancing(
    answers: Mapping[str, _FloatArray], training: TrainingSet, most: int, params: EvaluationParams
) -> pd.DataFrame:
    """Every strategy's figures, each provenance apart: over all cases, each category, and scarce disorders.

    Of a category: its F1, the log-loss of its cases, and the calibration error of its probability over all cases.

    Args:
        answers: n x K out-of-fold probabilities of each strategy; "none" first.
        training: the n cases.
        most: a disorder with at most so many training patients is scarce.
        params: resampling; a part with fewer than `minimum_cases` is left out.

    Returns:
        Columns strategy, provenance, cases_of ("all" or "scarce disorders"), category ("all" or its name), metric,
        value, low, high, cases, groups; and difference, difference_low, difference_high, against "none".
    """
    records = []
    for part, rows in _parts(training, most, params):
        groups = training.labels.loc[rows, columns.GROUP].to_numpy()
        counts = {"cases": int(rows.sum()), "groups": len(np.unique(groups))}
        first: dict[tuple[str, str], Figure] = {}
        for strategy, probabilities in answers.items():
            figures = _Answered(training.codes[rows], probabilities[rows], training.classes).figures(params)
            shown = figures if part["cases_of"] == EVERY else {key: figures[key] for key in figures if key[0] == EVERY}
            first = first or shown
            for key, each in _intervals(shown, first, groups, params).items():
                records.append({"strategy": strategy, **part, "category": key[0], "metric": key[1], **each, **counts})
    return pd.DataFrame(records)


def _parts(
    training: TrainingSet, most: int, params: EvaluationParams
) -> Iterator[tuple[dict[str, str], npt.NDArray[np.bool_]]]:
    source = training.labels[columns.PROVENANCE].to_numpy(dtype=str)
    scarce = scarce_rows(training.labels, training, most)
    for provenance in np.unique(source):
        for name, chosen in ((EVERY, np.ones(len(source), dtype=bool)), (SCARCE, scarce)):
            rows = (source == provenance) & chosen
            if rows.sum() >= params.minimum_cases:
                yield {columns.PROVENANCE: str(provenance), "cases_of": name}, rows


@dataclass(frozen=True, eq=False)
class _Answered:
    """N cases: actual codes, n x K probabilities, and the names of the K classes."""

    actual: npt.NDArray[np.intp]
    probabilities: _FloatArray
    classes: tuple[str, ...]

    def figures(self, params: EvaluationParams) -> dict[tuple[str, str], Figure]:
        """Figures by (category, metric), those that the cases define: a class without a case has none."""
        chosen = self.probabilities.argmax(axis=1)
        own = self.probabilities[np.arange(len(self.actual)), self.actual]
        loss = -np.log(np.maximum(own, MINIMUM_PROBABILITY))
        f1 = [_f1(chosen == code, self.actual == code) for code in range(len(self.classes))]
        found: dict[tuple[str, str], Figure] = {}
        if len(np.unique(self.actual)) == len(self.classes):
            found[EVERY, "macro_f1"] = lambda weights: np.mean([each(weights) for each in f1], axis=0)
        found |= {
            (EVERY, "log_loss"): ratio(loss),
            (EVERY, "calibration_error"): calibration_error(
                self.probabilities.max(axis=1), chosen == self.actual, params.calibration_bins
            ),
        }
        for code, name in enumerate(self.classes):
            present = self.actual == code
            if not present.any():
                continue
            found[name, "f1"] = f1[code]
            found[name, "log_loss"] = ratio(loss * present, present)
            found[name, "calibration_error"] = calibration_error(
                self.probabilities[:, code], present, params.calibration_bins
            )
        return found


def _f1(chosen: npt.NDArray[np.bool_], present: npt.NDArray[np.bool_]) -> Figure:
    """2 hits / (chosen + present); 0 where a class is neither chosen nor present, as in `domain.metrics.f1_scores`."""
    hits = ratio(2.0 * (chosen & present), chosen.astype(float) + present)
    return lambda weights: np.nan_to_num(hits(weights), nan=0.0)


def _intervals(
    figures: Mapping[tuple[str, str], Figure],
    first: Mapping[tuple[str, str], Figure],
    groups: npt.NDArray[Any],
    params: EvaluationParams,
) -> dict[tuple[str, str], dict[str, float]]:
    """Each figure and its difference to the first strategy's, over the same resamples."""
    asked: dict[str, Figure] = {}
    for place, (key, figure) in enumerate(figures.items()):
        asked |= {f"{place} value": figure, f"{place} difference": _less(figure, first[key])}
    found = resampled_intervals(asked, groups, params)
    rows = {}
    for place, key in enumerate(figures):
        own, against = found[f"{place} value"], found[f"{place} difference"]
        rows[key] = {
            **{"value": own.value, "low": own.low, "high": own.high},
            **{"difference": against.value, "difference_low": against.low, "difference_high": against.high},
        }
    return rows


def _less(one: Figure, other: Figure) -> Figure:
    return lambda weights: one(weights) - other(weights)
