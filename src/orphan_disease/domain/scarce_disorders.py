"""Patients of disorders that training hardly knows, with and without simulated patients of such disorders."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.modelling import Family, Resampling
from orphan_disease.domain.paired_figures import difference_rows, figure_rows
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, cross_validate, fit_candidate

__all__ = ["held_out_cases", "measure_scarce", "scarce_rows"]

Progress = Callable[[int], object]
OUT_OF_FOLD = "out_of_fold"
HELD_OUT = "test_patients"
STRATEGIES = (Resampling.NONE, Resampling.AUGMENTATION)


def scarce_rows(labels: pd.DataFrame, training: TrainingSet, most: int) -> npt.NDArray[np.bool_]:
    """Rows whose disorder has at most `most` training patients.

    Args:
        labels: rows with a disorder_id.
        training: the training patients who are counted.
        most: of a scarce disorder.
    """
    counts = training.labels[columns.DISORDER_ID].value_counts()
    return (labels[columns.DISORDER_ID].map(counts).fillna(0) <= most).to_numpy(dtype=bool)


def held_out_cases(
    training: TrainingSet, features: pd.DataFrame, labels: pd.DataFrame, split: pd.DataFrame
) -> TrainingSet:
    """New patients of known disorders (split `test_patients`), in the columns and classes of the training set."""
    joined = labels.merge(split[split[columns.SPLIT] == HELD_OUT], on=columns.CASE_ID, validate="one_to_one")
    known = joined[joined[columns.CATEGORY].isin(list(training.classes))].set_index(columns.CASE_ID)
    rows = features.set_index(columns.CASE_ID).loc[known.index, list(training.features.columns)]
    codes = pd.Index(list(training.classes)).get_indexer(pd.Index(known[columns.CATEGORY]))
    return replace(training, features=rows, labels=known, codes=codes)


def measure_scarce(  # noqa: PLR0913, PLR0917  # cases, models, and how they are measured
    family: Family,
    training: TrainingSet,
    held_out: TrainingSet,
    settings: FitSettings,
    most: int,
    params: EvaluationParams,
    progress: Progress = lambda count: None,
) -> pd.DataFrame:
    """Figures over patients whose disorder has at most `most` training patients, by strategy against the imbalance.

    Out of fold, none of the disorder's patients teaches. Held out, all its training patients do, and augmentation adds
    simulated ones.

    Returns:
        Columns split, strategy, provenance, metric, value, low, high, cases, groups; and, of augmentation, difference,
        difference_low, difference_high against none. A macro-F1 stands only where every class has a case.
    """
    tables = []
    for split, cases in ((OUT_OF_FOLD, training), (HELD_OUT, held_out)):
        chosen = scarce_rows(cases.labels, training, most)
        first: npt.NDArray[np.float64] | None = None
        for strategy in STRATEGIES if settings.pool is not None else STRATEGIES[:1]:
            candidate = Candidate(family, strategy)
            if split == OUT_OF_FOLD:
                answered = cross_validate(candidate, training, settings).probabilities
            else:
                answered = fit_candidate(candidate, training, settings).predict_probabilities(held_out.features)
            progress(1)
            few, shown = cases.part(chosen), answered[chosen]
            first = shown if first is None else first
            figures = _defined(figure_rows(few, shown, params), few)
            if len(figures):
                against = difference_rows(few, shown, first, params).rename(
                    columns={"low": "difference_low", "high": "difference_high"}
                )
                figures = figures.merge(against, on=["provenance", "metric"], how="left")
            tables.append(figures.assign(split=split, strategy=strategy.value))
    return pd.concat(tables, ignore_index=True)


def _defined(figures: pd.DataFrame, cases: TrainingSet) -> pd.DataFrame:
    """The figures without the macro-F1 of a provenance that lacks a class: it would count the missing class as 0."""
    if figures.empty:
        return figures
    source = cases.labels[columns.PROVENANCE].to_numpy(dtype=str)
    whole = {name for name in np.unique(source) if len(np.unique(cases.codes[source == name])) == len(cases.classes)}
    chosen: pd.DataFrame = figures[(figures["metric"] != "macro_f1") | figures[columns.PROVENANCE].isin(whole)]
    return chosen
