"""Defects that are put into the fabricated hospital's files on purpose, and the ledger that says where.

A defect hits a record by that record's own key, so that one rate never moves another defect.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns, triage_form
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.random_draws import uniforms

__all__ = ["DEFECT", "DEFECT_LEDGER_COLUMNS", "SOURCE", "defect_ledger", "details", "hits", "ledger_rows"]

SOURCE: Final = "source"  # triage, histories or truth
DEFECT: Final = "defect"
DEFECT_LEDGER_COLUMNS: Final = (SOURCE, triage_form.PATIENT_ID, triage_form.ENCOUNTER_ID, columns.FIELD, DEFECT)

Keys = npt.NDArray[np.uint64]


def hits(keys: Keys, name: str, rate: float) -> npt.NDArray[np.bool_]:
    """Which records the defect `name` falls on."""
    return uniforms(keys, Stream.DEFECT, _number(name)) < rate


def details(keys: Keys, name: str) -> npt.NDArray[np.float64]:
    """One more uniform number per record, for the defect's details."""
    return uniforms(keys, Stream.DEFECT_DETAIL, _number(name))


def _number(name: str) -> int:
    """A number for the defect that depends on its name alone."""
    return int.from_bytes(name.encode()[:7].ljust(7, b"\0"), "big") + 131 * sum(name.encode()) % 2**55


def ledger_rows(source: str, records: pd.DataFrame, field: str, defect: str) -> pd.DataFrame:
    """Ledger rows for records (patient_id, encounter_id) that bear the defect."""
    return pd.DataFrame(
        {
            SOURCE: source,
            triage_form.PATIENT_ID: records[triage_form.PATIENT_ID].to_numpy(),
            triage_form.ENCOUNTER_ID: records[triage_form.ENCOUNTER_ID].to_numpy(),
            columns.FIELD: field,
            DEFECT: defect,
        }
    )


def defect_ledger(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The parts as one ledger, all text, by source, defect, visit and field."""
    filled = [part for part in parts if len(part)]
    empty = pd.DataFrame(columns=list(DEFECT_LEDGER_COLUMNS))
    ledger = pd.concat(filled, ignore_index=True) if filled else empty
    order = [SOURCE, DEFECT, triage_form.ENCOUNTER_ID, columns.FIELD]
    return ledger[list(DEFECT_LEDGER_COLUMNS)].astype("str").sort_values(order, kind="stable", ignore_index=True)
