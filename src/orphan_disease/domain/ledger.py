"""The cleaning ledger: one row for everything that was repaired, set missing, merged or set aside, and why.

A row names the record and the field, never the value: `detail` says what is wrong and what would be right.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction

__all__ = [
    "LEDGER_COLUMNS",
    "AccountingError",
    "Cause",
    "Finding",
    "concatenate",
    "findings_frame",
    "findings_of_rows",
    "message_of",
    "require_accounted",
    "without_unreadable",
]

LEDGER_COLUMNS: Final = (
    columns.SOURCE_FILE,
    columns.SOURCE_LINE,
    columns.CASE_ID,
    columns.FIELD,
    columns.REASON,
    columns.ACTION,
    columns.DETAIL,
)
_DTYPES: Final = {name: "Int64" if name == columns.SOURCE_LINE else "str" for name in LEDGER_COLUMNS}

_OUTCOMES: Final = {
    CleaningAction.NOTE: "kept",
    CleaningAction.REPAIR: "repaired",
    CleaningAction.IMPUTE: "set missing",
    CleaningAction.MERGE: "row merged",
    CleaningAction.QUARANTINE: "row quarantined",
    CleaningAction.REJECT: "row rejected",
}


class Finding(NamedTuple):
    """What was found wrong in one field of one record, and what was done."""

    source_file: str | None
    source_line: int | None
    case_id: str | None
    field: str
    reason: str
    action: CleaningAction
    detail: str


def findings_frame(findings: Iterable[Finding] = ()) -> pd.DataFrame:
    """The findings as a ledger, in their order."""
    rows = pd.DataFrame.from_records([tuple(finding) for finding in findings], columns=list(LEDGER_COLUMNS))
    return rows.astype(_DTYPES)


class Cause(NamedTuple):
    """Why a ledger names a record: `detail` says what is wrong and what would be right, never a record's value."""

    field: str
    reason: str
    detail: str
    action: CleaningAction


def findings_of_rows(records: pd.DataFrame, found: "pd.Series[bool]", cause: Cause) -> pd.DataFrame:
    """A ledger with one row for each record where `found` is true.

    Args:
        records: any table; `source_file`, `source_line` and `case_id` are taken from it where it has them.
        found: one truth value a record, aligned with it.
        cause: what is wrong and what was done, the same for every record found.
    """
    if not found.any():
        return _no_findings()
    hit = records[[name for name in LEDGER_COLUMNS[:3] if name in records]].loc[found]
    identity = {name: hit[name] if name in hit else None for name in LEDGER_COLUMNS[:3]}
    rest = {columns.FIELD: cause.field, columns.REASON: cause.reason}
    rest |= {columns.ACTION: str(cause.action), columns.DETAIL: cause.detail}
    ledger = pd.DataFrame({**identity, **rest}, index=hit.index, columns=list(LEDGER_COLUMNS))
    return ledger.astype(_DTYPES).reset_index(drop=True)


@cache
def _no_findings() -> pd.DataFrame:
    """An empty ledger, shared: most checks find nothing."""
    return findings_frame()


class AccountingError(RuntimeError):
    """Records that went in neither came out nor are in the ledger: a fault of this project, never of the data."""


_SET_ASIDE: Final = frozenset({CleaningAction.MERGE, CleaningAction.QUARANTINE, CleaningAction.REJECT})


def require_accounted(given: int, kept: int, found: pd.DataFrame) -> None:
    """Make sure that every record that went in came out, or has its one row of the ledger that says why not.

    Args:
        given: records that went in.
        kept: records that came out.
        found: the ledger.

    Raises:
        AccountingError: if the two do not add up.
    """
    aside = int(found[columns.ACTION].isin({str(action) for action in _SET_ASIDE}).sum())
    if given != kept + aside:
        raise AccountingError(f"{given} records went in; {kept} came out and {aside} were merged or set aside")


def without_unreadable(records: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records of a file that could be read, and a ledger of the others (see `contracts.columns.UNREADABLE`)."""
    if columns.UNREADABLE not in records.columns:
        return records, findings_frame()
    broken = records[columns.UNREADABLE].notna()
    detail = "expected a row with at most as many cells as the header, every quote closed"
    found = findings_of_rows(records, broken, Cause("row", "ROW_UNREADABLE", detail, CleaningAction.QUARANTINE))
    return records.loc[~broken], found


def concatenate(ledgers: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Several ledgers as one, ordered by file, line and field so that equal inputs give equal bytes."""
    filled = [ledger for ledger in ledgers if not ledger.empty]
    if not filled:
        return _no_findings().copy()
    order = [columns.SOURCE_FILE, columns.SOURCE_LINE, columns.CASE_ID, columns.FIELD, columns.REASON]
    return pd.concat(filled, ignore_index=True).sort_values(order, kind="stable", ignore_index=True)


def message_of(row: Mapping[str, Any]) -> str:
    """One ledger row as a sentence: what, where, why, and what was done.

    >>> message_of({"source_file": "triage.csv", "source_line": 212, "field": "heart_rate", "action": "impute",
    ...             "detail": "outside 20 to 300 bpm", "reason": "VITAL_OUT_OF_RANGE"})
    'triage.csv, line 212, heart_rate: outside 20 to 300 bpm; set missing (reason VITAL_OUT_OF_RANGE)'
    """
    line = row[columns.SOURCE_LINE]
    has_line = line is not None and line is not pd.NA and not (isinstance(line, float) and np.isnan(line))
    place = f"{row[columns.SOURCE_FILE]}, line {line}" if has_line else f"{row[columns.SOURCE_FILE]}"
    outcome = _OUTCOMES[CleaningAction(row[columns.ACTION])]
    return f"{place}, {row[columns.FIELD]}: {row[columns.DETAIL]}; {outcome} (reason {row[columns.REASON]})"
