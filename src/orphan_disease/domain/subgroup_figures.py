"""The category decision in every subgroup: sex, age band, number of findings, prevalence class of the disorder."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.evaluation import AnsweredCases, categories_of, measure_categories
from orphan_disease.domain.prevalence import PREVALENCE_CLASSES

__all__ = ["measure_subgroup_figures"]

DAYS_PER_YEAR: Final = 365.25
FIGURES: Final = ("accuracy", "coverage", "mean_set_size", "calibration_error", "abstention_rate")
PERSON: Final = (columns.CASE_ID, columns.SEX, columns.AGE_DAYS, columns.OBSERVED_TERMS)


def measure_subgroup_figures(
    answers: pd.DataFrame,
    cases: pd.DataFrame,
    disorders: pd.DataFrame,
    params: DecisionReportParams,
    measurement: EvaluationParams,
) -> pd.DataFrame:
    """Figures of every subgroup of orphan cases of a known category, each split and provenance apart.

    Macro-F1 is missing where a category has fewer than `subgroup_minimum_cases`.

    Args:
        answers: `evaluated_answers`.
        cases: the `cases` table.
        disorders: the `disorders` table, for prevalence classes.
        params: bands and least cases.
        measurement: resampling.

    Returns:
        Columns split, provenance, kind, subgroup, metric, value, low, high, cases, groups, fewest.
    """
    prevalence = disorders.set_index(columns.DISORDER_ID)[columns.PREVALENCE_CLASS]
    rows = answers.merge(cases[list(PERSON)], on=columns.CASE_ID, validate="one_to_one")
    rows = rows.assign(rarity=prevalence.reindex(rows[columns.DISORDER_ID]).to_numpy())
    names = categories_of(answers)
    records = []
    for (split, provenance), part in rows.groupby([columns.SPLIT, columns.PROVENANCE], sort=True):
        for kind, subgroup, mask in _subgroups(part, params):
            answered = AnsweredCases.from_frame(part[mask], names)
            if len(answered) < params.subgroup_minimum_cases:
                continue
            place = {columns.SPLIT: split, columns.PROVENANCE: provenance, "kind": kind, "subgroup": subgroup}
            records += [place | each for each in _figures(answered, names, params, measurement)]
    return pd.DataFrame(records)


def _figures(
    answered: AnsweredCases, names: Sequence[str], params: DecisionReportParams, measurement: EvaluationParams
) -> Iterator[dict[str, object]]:
    fewest = int(np.bincount(answered.actual, minlength=len(names)).min())
    shown = ("macro_f1", *FIGURES) if fewest >= params.subgroup_minimum_cases else FIGURES
    found = measure_categories(answered, names, measurement)
    counts = {"cases": len(answered), "groups": len(np.unique(answered.groups)), "fewest": fewest}
    for name in shown:
        each = found[name]
        yield {"metric": name, "value": each.value, "low": each.low, "high": each.high, **counts}


def _subgroups(rows: pd.DataFrame, params: DecisionReportParams) -> Iterator[tuple[str, str, npt.NDArray[np.bool_]]]:
    yield "all", "all", np.ones(len(rows), dtype=bool)
    for sex in sorted(rows[columns.SEX].dropna().astype(str).unique()):
        yield "sex", sex, (rows[columns.SEX].astype(str) == sex).to_numpy(dtype=bool)
    years = rows[columns.AGE_DAYS].to_numpy(dtype=np.float64) / DAYS_PER_YEAR
    for low, high in pairwise((0.0, *params.age_band_years, np.inf)):
        name = f"{low:g} to {high:g} years" if np.isfinite(high) else f"{low:g} years and over"
        yield "age", name, (years >= low) & (years < high)
    yield "age", "unknown", np.isnan(years)
    findings = rows[columns.OBSERVED_TERMS].map(len).to_numpy()
    for first, end in pairwise((0, *params.findings_bands, np.inf)):
        name = f"{first} to {int(end) - 1}" if np.isfinite(end) else f"{first} and more"
        yield "findings", name, (findings >= first) & (findings < end)
    rarity = rows["rarity"].fillna("unknown").astype(str)
    known = [each for each in PREVALENCE_CLASSES if each in set(rarity)]
    for each in (*known, *sorted(set(rarity) - set(known))):
        yield "prevalence", each, (rarity == each).to_numpy(dtype=bool)
