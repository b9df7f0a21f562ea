"""How much of the truth has arrived, and what was wrong with it: late, revised, duplicate, conflicting, orphaned."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.truth_file import LATE_AFTER_DAYS
from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain import truth
from orphan_disease.domain.month_outcomes import ARRIVED_AT, HAS_TRUTH, IS_LATEST, months_of

__all__ = ["count_labels"]

DAY_SECONDS = 86_400


def count_labels(
    outcomes: pd.DataFrame, typed_truth: pd.DataFrame, quarantine: pd.DataFrame, month: str
) -> dict[str, Any]:
    """Counts of a month, as they stand at its end: truth rows by state, the cases that they meet, label coverage.

    Args:
        outcomes: see `domain.month_outcomes.join_outcomes`.
        typed_truth: see `domain.truth`; a superseded row counts in the month that it is dated in.
        quarantine: the ledger of the truth file: rows that could not be used are of no month.
        month: YYYY-MM.
    """
    stood = outcomes[outcomes[IS_LATEST]]
    confirmed = stood[months_of(stood[columns.CONFIRMED_AT]) == month]
    ended = months_of(stood[ARRIVED_AT]) <= month  # YYYY-MM sorts as time does
    arrived = stood[months_of(stood[ARRIVED_AT]) == month]
    delay = (confirmed[columns.CONFIRMED_AT] - confirmed[ARRIVED_AT]).dt.total_seconds() / DAY_SECONDS
    rows = typed_truth[months_of(typed_truth[columns.CONFIRMED_AT]) == month]
    return {
        "truth_rows": len(rows),
        **_by_status(rows),
        "orphaned": int((~_is_met(rows, stood)).sum()),
        "answered_cases_confirmed": len(confirmed),
        "late": int((delay > LATE_AFTER_DAYS).sum()),
        "before_visit_or_answer": int((delay < 0).sum()),
        "cases_of_the_month": len(arrived),
        "label_coverage_of_the_month": _coverage(arrived, month),
        "cases_so_far": int(ended.sum()),
        "label_coverage": _coverage(stood[ended], month),
        "unusable_rows_of_the_file": _unusable(quarantine),
    }


def _by_status(rows: pd.DataFrame) -> Mapping[str, int]:
    counts = rows[truth.STATUS].value_counts()
    return {status: int(counts.get(status, 0)) for status in ("current", "revised", "duplicate", "conflicting")}


def _is_met(rows: pd.DataFrame, stood: pd.DataFrame) -> "pd.Series[bool]":
    """Whether somebody was asked about the row's visit or patient."""
    visit = rows[columns.CASE_ID].isin(stood[columns.CASE_ID])
    patient = rows[columns.PATIENT_ID].notna() & rows[columns.PATIENT_ID].isin(stood[columns.PATIENT_ID].dropna())
    return visit | patient


def _coverage(cases: pd.DataFrame, month: str) -> float | None:
    """Share of the cases whose diagnosis was confirmed by the end of the month: it grows as the truth arrives."""
    known = cases[HAS_TRUTH] & (months_of(cases[columns.CONFIRMED_AT]).fillna("") <= month)
    return float(known.mean()) if len(cases) else None


def _unusable(quarantine: pd.DataFrame) -> dict[str, int]:
    aside = quarantine[quarantine[columns.ACTION] == str(CleaningAction.QUARANTINE)]
    counts = aside[columns.REASON].value_counts()
    return {str(reason): int(counts[reason]) for reason in sorted(counts.index)}
