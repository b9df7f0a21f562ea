"""How the decision on unseen disorders grows with the patients, or with the disorders, that teach it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.paired_figures import figure_rows
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, fit_candidate

__all__ = ["answer_with", "hold_every_class", "measure_learning", "taught_by"]

Progress = Callable[[int], object]
_Rows = npt.NDArray[np.bool_]
_COUNTS = ("patients", "disorders")
BY_PATIENTS = "patients"
BY_DISORDERS = "disorders"
_COLUMNS = (columns.PROVENANCE, "metric", "value", "low", "high", "cases", "groups", "by", "share", *_COUNTS)


def taught_by(training: TrainingSet, by: str, share: float, seed: int) -> _Rows:
    """Which cases teach: a share of them, or all cases of a share of the disorders; a larger share holds a smaller one.

    Args:
        training: n cases.
        by: "patients" or "disorders".
        share: above 0, at most 1.
        seed: of the order in which they are taken.
    """
    unit = np.arange(len(training.codes))
    if by == BY_DISORDERS:
        unit = pd.factorize(training.labels[columns.DISORDER_ID].to_numpy())[0]
    places = np.random.default_rng(seed).permutation(unit.max() + 1)
    taken: _Rows = places[unit] < np.ceil(share * len(places))
    return taken


def hold_every_class(teaching: _Rows, training: TrainingSet) -> bool:
    """Whether, whichever fold is left out, the cases that teach hold every class."""
    fold = training.labels[columns.FOLD].to_numpy()
    return all(
        len(np.unique(training.codes[teaching & (fold != each)])) == len(training.classes) for each in np.unique(fold)
    )


def answer_with(
    teaching: _Rows, candidate: Candidate, training: TrainingSet, settings: FitSettings
) -> npt.NDArray[np.float64]:
    """Out-of-fold probabilities of all n cases when only some of them teach, n x K.

    Raises:
        ValueError: if the cases that teach miss a class in a fold (see `hold_every_class`).
    """
    if not hold_every_class(teaching, training):
        raise ValueError(f"{int(teaching.sum())} cases that teach do not hold every class when a fold is left out")
    fold = training.labels[columns.FOLD].to_numpy()
    probabilities = np.full((len(training.codes), len(training.classes)), np.nan)
    for each in np.unique(fold):
        held_out = fold == each
        teachers = training.part(teaching & ~held_out)
        usable = settings.without(frozenset(training.labels.loc[held_out, columns.DISORDER_ID].dropna()))
        fitted = fit_candidate(candidate, teachers, usable)
        probabilities[held_out] = fitted.predict_probabilities(training.features[held_out])
    return probabilities


def measure_learning(  # noqa: PLR0913, PLR0917  # what teaches, how, and how it is measured
    candidate: Candidate,
    training: TrainingSet,
    settings: FitSettings,
    params: DecisionReportParams,
    measurement: EvaluationParams,
    progress: Progress = lambda count: None,
) -> pd.DataFrame:
    """Figures out of fold, by the share of patients and by the share of disorders that teach.

    Every case is answered at every share, so that the points of a curve differ in the teaching alone. A share so small
    that its teachers miss a class is no point of the curve.

    Returns:
        Columns by, share, patients, disorders (that teach), provenance, metric, value, low, high, cases, groups.
    """
    tables = []
    for by in (BY_PATIENTS, BY_DISORDERS):
        for share in params.shares:
            progress(1)
            teaching = taught_by(training, by, share, params.seed)
            if not hold_every_class(teaching, training):
                continue
            answered = answer_with(teaching, candidate, training, settings)
            counts = {
                "patients": int(teaching.sum()),
                "disorders": int(training.labels.loc[teaching, columns.DISORDER_ID].nunique()),
            }
            tables.append(figure_rows(training, answered, measurement).assign(by=by, share=share, **counts))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(_COLUMNS))
