"""Whether the model serves women and men, infants and the old, alike: macro-F1 of each subgroup beside the whole."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.gates import GateParams
from orphan_disease.domain.evaluation import AnsweredCases, categories_of
from orphan_disease.domain.metrics import f1_scores, group_tallies

__all__ = ["measure_subgroups"]

DAYS_PER_YEAR = 365.25


def measure_subgroups(answers: pd.DataFrame, cases: pd.DataFrame, params: GateParams) -> dict[str, Any]:
    """Macro-F1 of every subgroup of orphan cases of a known category, one split, each provenance apart.

    Args:
        answers: joined answers (see `domain.evaluation.join_truth`).
        cases: the `cases` table, for sex and age.
        params: split, age bands, least cases.

    Returns:
        provenance -> `overall` (macro_f1, cases) and `subgroups`: a list of name, cases, `fewest` cases of a category,
        macro_f1 (missing where `fewest` is below the least).
    """
    person = cases[[columns.CASE_ID, columns.SEX, columns.AGE_DAYS]]
    joined = answers[answers[columns.SPLIT] == params.subgroup_split].merge(
        person, on=columns.CASE_ID, validate="one_to_one"
    )
    document: dict[str, Any] = {}
    for provenance, rows in joined.groupby(columns.PROVENANCE, sort=True):
        categories = categories_of(rows)
        overall = AnsweredCases.from_frame(rows, categories)
        if not len(overall):
            continue
        found = [_figure(name, rows[mask], categories, params) for name, mask in _subgroups(rows, params)]
        whole = {"macro_f1": _macro_f1(overall), "cases": len(overall)}
        document[str(provenance)] = {"split": params.subgroup_split, "overall": whole, "subgroups": found}
    return document


def _subgroups(rows: pd.DataFrame, params: GateParams) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    for sex in sorted(rows[columns.SEX].dropna().astype(str).unique()):
        yield f"sex {sex}", (rows[columns.SEX].astype(str) == sex).to_numpy(dtype=bool)
    years = rows[columns.AGE_DAYS].to_numpy(dtype=np.float64) / DAYS_PER_YEAR
    bounds = (0.0, *params.age_band_years, float("inf"))
    for low, high in pairwise(bounds):
        name = f"age {low:g} to {high:g} years" if np.isfinite(high) else f"age {low:g} years and over"
        yield name, (years >= low) & (years < high)
    yield "age unknown", np.isnan(years)


def _figure(name: str, rows: pd.DataFrame, categories: tuple[str, ...], params: GateParams) -> dict[str, Any]:
    answered = AnsweredCases.from_frame(rows, categories)
    counts = np.bincount(answered.actual, minlength=len(categories))
    enough = counts.min() >= params.subgroup_minimum_cases
    figure = _macro_f1(answered) if enough else None
    return {"name": name, "cases": len(answered), "fewest": int(counts.min()), "macro_f1": figure}


def _macro_f1(answered: AnsweredCases) -> float:
    tallies = group_tallies(answered.actual, answered.probabilities, np.zeros(len(answered), dtype=np.intp))
    return float(f1_scores(tallies.confusion.sum(axis=0))[2].mean())
