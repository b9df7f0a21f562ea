"""What the cleaning did, in numbers: repaired, set missing, merged and quarantined, by source, field and reason."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction

__all__ = ["summarise_source", "summarise_split"]

_OUTCOMES: Final = {
    CleaningAction.NOTE: "noted",
    CleaningAction.REPAIR: "repaired",
    CleaningAction.IMPUTE: "set_missing",
    CleaningAction.MERGE: "merged",
    CleaningAction.QUARANTINE: "quarantined",
    CleaningAction.REJECT: "rejected",
}


def summarise_source(kept: pd.DataFrame, found: pd.DataFrame) -> dict[str, Any]:
    """Counts of one source: rows kept, and the findings of its ledger.

    Returns:
        `read` (every record that came in), `kept`, one count an outcome, and `findings`: field -> reason -> count,
        sorted by name.
    """
    actions = found[columns.ACTION].value_counts()
    outcomes = {name: int(actions.get(str(action), 0)) for action, name in _OUTCOMES.items()}
    findings = {
        str(field): {
            str(reason): int(count) for reason, count in rows[columns.REASON].value_counts().sort_index().items()
        }
        for field, rows in found.groupby(columns.FIELD, sort=True)
    }
    read = len(kept) + outcomes["merged"] + outcomes["quarantined"] + outcomes["rejected"]
    return {"read": read, "kept": len(kept), **outcomes, "findings": findings}


def summarise_split(labels: pd.DataFrame, split: pd.DataFrame) -> Mapping[str, Any]:
    """Cases and groups of each part of the split, by provenance; simulated and real are never added up."""
    table = split.merge(labels[[columns.CASE_ID, columns.PROVENANCE]], on=columns.CASE_ID, how="left")
    return {
        str(provenance): {str(part): _sizes(rows) for part, rows in cases.groupby(columns.SPLIT, sort=True)}
        for provenance, cases in table.groupby(columns.PROVENANCE, sort=True)
    }


def _sizes(rows: pd.DataFrame) -> dict[str, int]:
    return {"cases": len(rows), "groups": int(rows[columns.GROUP].nunique())}
