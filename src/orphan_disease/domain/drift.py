"""Drift: whether a month's cases, or the answers to them, differ from those that the model was trained on.

Numbers are compared by the two-sample Kolmogorov-Smirnov test, levels by chi-square (rare ones pooled), yes or no by
Fisher's exact test where chi-square would not hold. The p-values are corrected for their number (Holm 1979, or
Benjamini and Hochberg 1995), and a difference counts only if it is large enough to matter: the largest distance of the
two distribution functions, or the total variation distance, both between 0 and 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.monitoring import DriftParams
from orphan_disease.contracts.vocabulary import Sex
from orphan_disease.domain.evaluation import categories_of
from orphan_disease.domain.month_outcomes import YEAR_DAYS
from orphan_disease.domain.ontology import Ontology

__all__ = ["INPUTS", "PREDICTIONS", "adjusted", "describe_answers", "describe_cases", "measure_drift"]

INPUTS: Final = "input__"  # prefix of what is known of a case
PREDICTIONS: Final = "answer__"  # prefix of what the model said
SYSTEM: Final = f"{INPUTS}system__"
PAIR: Final = 2

_Floats = npt.NDArray[np.float64]


def describe_cases(cases: pd.DataFrame, ontology: Ontology) -> pd.DataFrame:
    """What drift looks at of n cases, in their order: who they are, how much is told, and of which body systems.

    Args:
        cases: rows in the shape of the `cases` table; a column that is absent is not described.
        ontology: of the model.

    Returns:
        CASE_ID and columns that begin with `INPUTS`: float64 for numbers, bool for yes or no, text for levels.
    """
    found: dict[str, Any] = {columns.CASE_ID: cases[columns.CASE_ID]}
    if columns.SEX in cases:
        found[f"{INPUTS}sex"] = cases[columns.SEX].astype("str").fillna(str(Sex.UNKNOWN))
    if columns.AGE_DAYS in cases:
        found[f"{INPUTS}age_years"] = cases[columns.AGE_DAYS].astype("float64") / YEAR_DAYS
    for name in (columns.OBSERVED_TERMS, columns.EXCLUDED_TERMS):
        if name in cases:
            found[f"{INPUTS}{name}"] = cases[name].map(len).astype("float64")
    if columns.OBSERVED_TERMS in cases:
        found |= _systems(list(cases[columns.OBSERVED_TERMS]), ontology)
    return pd.DataFrame(found, index=cases.index)


def describe_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """What drift looks at of n answers: CASE_ID and columns that begin with `PREDICTIONS`."""
    names = categories_of(answers)
    shares = answers[[f"probability_{name}" for name in names]]
    return pd.DataFrame(
        {
            columns.CASE_ID: answers[columns.CASE_ID],
            f"{PREDICTIONS}orphan_probability": answers[columns.ORPHAN_PROBABILITY].astype("float64"),
            f"{PREDICTIONS}category": answers[columns.CATEGORY].astype("str"),
            f"{PREDICTIONS}highest_probability": shares.max(axis=1).astype("float64"),
            f"{PREDICTIONS}set_size": answers[columns.PREDICTION_SET].map(len).astype("float64"),
        }
    )


@dataclass(frozen=True)
class _Test:
    kind: str
    statistic: float
    p_value: float
    effect: float


def measure_drift(reference: pd.DataFrame, month: pd.DataFrame, params: DriftParams) -> dict[str, Any]:
    """Every test of a month against the reference, corrected for their number, and the verdict.

    Args:
        reference: columns of `describe_cases` and `describe_answers`, one row a case.
        month: the same of the month; columns that either table lacks are not tested.
        params: level, correction, and what is large enough to matter.

    Returns:
        `cases`, `reference_cases`, `tested`, `drifted` and, for each part (`inputs`, `answers`), feature -> test,
        statistic, effect, p_value, adjusted_p_value, drifted.
    """
    counts = {"cases": len(month), "reference_cases": len(reference)}
    if min(counts.values()) < params.minimum_cases:
        return {**counts, "tested": False, "drifted": False, "inputs": {}, "answers": {}}
    tests = {
        name: test for name in map(str, reference) if (test := _tested(name, reference, month, params)) is not None
    }
    p_values = adjusted([test.p_value for test in tests.values()], params.correction)
    rows = {name: _row(test, p, params) for (name, test), p in zip(tests.items(), p_values, strict=True)}
    parts = {
        part: {name.removeprefix(prefix): row for name, row in rows.items() if name.startswith(prefix)}
        for part, prefix in (("inputs", INPUTS), ("answers", PREDICTIONS))
    }
    drifted = any(row["drifted"] for row in rows.values())
    return {**counts, "tested": bool(rows), "drifted": drifted, **parts}


def adjusted(p_values: Sequence[float], correction: str) -> list[float]:
    """p-values corrected for their number: `holm` (family-wise error) or `benjamini_hochberg` (false discoveries).

    >>> [round(p, 3) for p in adjusted([0.01, 0.04, 0.03], "holm")]
    [0.03, 0.06, 0.06]
    >>> [round(p, 3) for p in adjusted([0.01, 0.04, 0.03], "benjamini_hochberg")]
    [0.03, 0.04, 0.04]
    """
    given = np.asarray(p_values, dtype=np.float64)
    if not len(given):
        return []
    if correction == "benjamini_hochberg":
        return [float(p) for p in stats.false_discovery_control(given)]
    order = np.argsort(given, kind="stable")
    stepped = np.maximum.accumulate(given[order] * (len(given) - np.arange(len(given))))
    return [float(p) for p in np.minimum(stepped, 1.0)[np.argsort(order, kind="stable")]]


def _systems(terms: Sequence[Sequence[str]], ontology: Ontology) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Whether any observed sign is of each body system: the children of the ontology's phenotype root."""
    closed = ontology.indicator(terms) @ ontology.closure
    root = ontology.index[ontology.phenotype_root]
    for place in sorted(int(row) for row in ontology.parents.tocsc()[:, [root]].nonzero()[0]):
        yield f"{SYSTEM}{ontology.labels[place]}", np.asarray(closed[:, [place]].toarray().ravel() > 0)


def _tested(name: str, reference: pd.DataFrame, month: pd.DataFrame, params: DriftParams) -> _Test | None:
    if name not in month or not name.startswith((INPUTS, PREDICTIONS)):
        return None
    first, second = reference[name].dropna(), month[name].dropna()
    if min(len(first), len(second)) < params.minimum_cases:
        return None
    if first.dtype == np.float64:
        found = stats.ks_2samp(first.to_numpy(), second.to_numpy(), method="asymp")
        return _Test("kolmogorov_smirnov", float(found.statistic), float(found.pvalue), float(found.statistic))
    counts = pd.DataFrame({"a": first.value_counts(), "b": second.value_counts()}).fillna(0.0).sort_index()
    return _levels(counts.to_numpy(dtype=np.float64).T, params.minimum_expected)


def _levels(counts: _Floats, minimum_expected: float) -> _Test | None:
    """Chi-square on a 2 x L table whose rare levels are pooled; Fisher's exact test where it stays too thin."""
    distance = float(np.abs(counts[0] / counts[0].sum() - counts[1] / counts[1].sum()).sum() / 2)
    share = counts.sum(axis=1).min() / counts.sum()
    rare = counts.sum(axis=0) * share < minimum_expected
    pooled = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)]) if rare.any() else counts
    pooled = pooled[:, pooled.sum(axis=0) > 0]
    if pooled.shape[1] < PAIR:
        return None
    if pooled.shape[1] == PAIR and (pooled.sum(axis=0) * share).min() < minimum_expected:
        return _Test("fisher_exact", 0.0, float(stats.fisher_exact(pooled).pvalue), distance)
    found = stats.chi2_contingency(pooled, correction=False)
    return _Test("chi_square", float(found.statistic), float(found.pvalue), distance)


def _row(test: _Test, adjusted_p: float, params: DriftParams) -> Mapping[str, Any]:
    return {
        "test": test.kind,
        "statistic": test.statistic,
        "effect": test.effect,
        "p_value": test.p_value,
        "adjusted_p_value": adjusted_p,
        "drifted": bool(adjusted_p < params.significance and test.effect >= params.minimum_effect),
    }
