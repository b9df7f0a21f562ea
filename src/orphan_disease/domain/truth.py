"""The truth file: confirmed diagnoses that arrive later than the visits, and may be revised.

Every row is kept. For one visit (or, where the row names none, one patient) the latest diagnosis is the current one.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns, truth_file
from orphan_disease.contracts.vocabulary import CleaningAction, Provenance
from orphan_disease.domain import checks, ledger
from orphan_disease.domain.code_systems import categories_above, icd10_code
from orphan_disease.domain.disease_ids import ICD10_PREFIX, LABEL_PREFIX, canonical_disease_id
from orphan_disease.domain.ledger import Cause
from orphan_disease.domain.pseudonyms import pseudonymise

__all__ = ["IS_CURRENT", "STATUS", "TYPED_TRUTH_COLUMNS", "diagnoses_of_cases", "type_truth"]

IS_CURRENT: Final = "is_current"  # the diagnosis that stands
STATUS: Final = "status"  # current, revised, duplicate or conflicting

FIRST_DATA_LINE: Final = 2
_DTYPES: Final = {
    columns.SOURCE_FILE: "str",
    columns.SOURCE_LINE: "Int64",
    columns.CASE_ID: "str",
    columns.PATIENT_ID: "str",
    columns.DIAGNOSIS_ID: "str",
    columns.CONFIRMED_AT: "datetime64[us, UTC]",
    columns.CATEGORY: "str",
    columns.PROVENANCE: "str",
    STATUS: "str",
    IS_CURRENT: "bool",
}
TYPED_TRUTH_COLUMNS: Final = tuple(_DTYPES)


def type_truth(
    rows: pd.DataFrame, disorder_codes: Mapping[str, str] = MappingProxyType({})
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type the truth file and say of every row whether it stands.

    A row is `duplicate` where a later row repeats it, `conflicting` where another row of the same moment names another
    disease (the one that stands later in the file is taken), `revised` where a later diagnosis replaced it.

    A row that gives no disease but one of the hospital's own labels is the diagnosis `LABEL:<label>`.

    Args:
        rows: the file as text, columns as in `contracts.truth_file`.
        disorder_codes: the orphan disorder of each ICD-10 code that names one, and so of the codes below it; every
            other ICD-10 code is a common condition.

    Returns:
        The diagnoses (columns TYPED_TRUTH_COLUMNS, in the file's order) and the ledger.

    Raises:
        ValueError: if the file has rows but lacks a required column.
    """
    absent = [name for name in truth_file.REQUIRED_TRUTH_COLUMNS if name not in rows.columns]
    if not {truth_file.DIAGNOSIS_ID, truth_file.CATEGORY} & set(rows.columns):
        absent.append(truth_file.DIAGNOSIS_ID)
    if absent and len(rows):
        raise ValueError(
            f"the truth file has no column {', '.join(absent)}; expected {', '.join(truth_file.TRUTH_COLUMNS)}"
        )
    readable, unreadable = ledger.without_unreadable(rows)
    wanted = [*truth_file.TRUTH_COLUMNS, columns.SOURCE_FILE]
    table = readable.reset_index(drop=True).reindex(columns=wanted).astype("str")
    lines: object = np.arange(len(table)) + FIRST_DATA_LINE
    if columns.SOURCE_LINE in readable.columns:
        lines = readable[columns.SOURCE_LINE].reset_index(drop=True)
    text = table.apply(lambda cells: cells.str.strip().replace("", np.nan))
    typed = pd.DataFrame(
        {
            columns.SOURCE_FILE: text[columns.SOURCE_FILE].fillna("truth file"),
            columns.SOURCE_LINE: lines,
            columns.CASE_ID: text[truth_file.ENCOUNTER_ID],
            columns.PATIENT_ID: _mapped(text[truth_file.PATIENT_ID], pseudonymise),
            columns.DIAGNOSIS_ID: _diagnoses(text, disorder_codes),
            columns.CONFIRMED_AT: pd.to_datetime(
                text[truth_file.CONFIRMED_AT], utc=True, format="ISO8601", errors="coerce"
            ),
            columns.CATEGORY: text[truth_file.CATEGORY].str.lower(),
            columns.PROVENANCE: _provenances(text[truth_file.SIMULATED]),
            STATUS: "current",
            IS_CURRENT: True,
        }
    ).astype(_DTYPES)
    valid, ledgers = _valid(typed)
    ranked = _with_status(valid)
    superseded = _status_ledger(ranked)
    found = ledger.concatenate([unreadable, *ledgers, superseded])
    ledger.require_accounted(len(rows), len(ranked), found)
    return ranked.reset_index(drop=True), found


def diagnoses_of_cases(cases: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """The diagnosis that stands for each case: of its own visit, else of its patient; cases without one are left out.

    Args:
        cases: columns CASE_ID and PATIENT_ID.
        truth: a typed truth table.

    Returns:
        Columns CASE_ID, DIAGNOSIS_ID, CONFIRMED_AT and CATEGORY (the hospital's own label), in the order of the cases.
    """
    wanted = [columns.DIAGNOSIS_ID, columns.CONFIRMED_AT, columns.CATEGORY]
    standing = truth.loc[truth[IS_CURRENT].astype(bool)]
    of_visit = standing.loc[standing[columns.CASE_ID].notna()].set_index(columns.CASE_ID)[wanted]
    of_patient = standing.loc[standing[columns.CASE_ID].isna()].set_index(columns.PATIENT_ID)[wanted]
    visit = of_visit.reindex(cases[columns.CASE_ID]).reset_index(drop=True)
    patient = of_patient.reindex(cases[columns.PATIENT_ID]).reset_index(drop=True)
    has_own = visit[columns.DIAGNOSIS_ID].notna()
    merged = visit.where(has_own, patient)
    found = merged.assign(**{columns.CASE_ID: cases[columns.CASE_ID].to_numpy()})
    return found.loc[found[columns.DIAGNOSIS_ID].notna(), [columns.CASE_ID, *wanted]].reset_index(drop=True)


def _diagnoses(text: pd.DataFrame, disorder_codes: Mapping[str, str]) -> "pd.Series[str]":
    """The disease that each row names, else the hospital's own label of it."""
    named = _mapped(text[truth_file.DIAGNOSIS_ID], lambda written: _disease(written, disorder_codes))
    label = LABEL_PREFIX + text[truth_file.CATEGORY].str.lower()
    return named.where(text[truth_file.DIAGNOSIS_ID].notna(), label)


def _disease(written: str, disorder_codes: Mapping[str, str]) -> str | None:
    """The id of a disease: of ICD-10 also by its bare code, and the disorder where the code, or one above, names it."""
    found = canonical_disease_id(written)
    bare = icd10_code((found or written).removeprefix(ICD10_PREFIX))
    if bare is None:
        return found
    code = f"{ICD10_PREFIX}{bare}"
    known = (disorder_codes[each] for each in (code, *categories_above(code)) if each in disorder_codes)
    return next(known, code)


def _mapped(texts: "pd.Series[str]", meaning: Callable[[str], str | None]) -> "pd.Series[str]":
    known = {text: meaning(text) for text in texts.dropna().unique()}
    return texts.map(known)


def _provenances(simulated: "pd.Series[str]") -> "pd.Series[str]":
    is_simulated = simulated.str.lower().map(checks.YES_NO).fillna(0.0) == 1.0
    return is_simulated.map({True: str(Provenance.SIMULATED), False: str(Provenance.HOSPITAL)})


def _valid(typed: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Set aside rows that name nobody or no disease; a row without a date is the oldest of its visit."""
    nobody = typed[columns.CASE_ID].isna() & typed[columns.PATIENT_ID].isna()
    nothing = ~nobody & typed[columns.DIAGNOSIS_ID].isna()
    undated = ~nobody & ~nothing & typed[columns.CONFIRMED_AT].isna()
    aside, impute = CleaningAction.QUARANTINE, CleaningAction.IMPUTE
    causes = (
        (nobody, columns.PATIENT_ID, "PATIENT_ID_MISSING", "expected a patient or a visit", aside),
        (
            nothing,
            columns.DIAGNOSIS_ID,
            "DIAGNOSIS_UNREADABLE",
            "expected ORPHA:, OMIM:, ICD10: and code, NONE, or a label",
            aside,
        ),
        (undated, columns.CONFIRMED_AT, "TIME_UNREADABLE", "expected an ISO 8601 time; counted as the oldest", impute),
    )
    ledgers = [
        ledger.findings_of_rows(typed, found, Cause(field, reason, detail, action))
        for found, field, reason, detail, action in causes
    ]
    return typed.loc[~(nobody | nothing)], ledgers


def _with_status(valid: pd.DataFrame) -> pd.DataFrame:
    ordered = valid.sort_values(columns.CONFIRMED_AT, kind="stable", na_position="first")
    key = _key(ordered)
    repeats = ordered.assign(key=key).duplicated(
        subset=["key", columns.DIAGNOSIS_ID, columns.CONFIRMED_AT], keep="last"
    )
    stands = ~key.duplicated(keep="last")
    # Position of the row that stands, for each row: no map by value, which an empty table would break.
    last = pd.Series(np.arange(len(ordered)), index=ordered.index).groupby(key).transform("max").to_numpy(dtype="int64")
    standing_at = pd.Series(ordered[columns.CONFIRMED_AT].array[last], index=ordered.index)
    standing_id = pd.Series(ordered[columns.DIAGNOSIS_ID].array[last], index=ordered.index)
    same_moment = ordered[columns.CONFIRMED_AT].eq(standing_at) & ordered[columns.DIAGNOSIS_ID].ne(standing_id)
    status = np.select([stands, repeats, same_moment], ["current", "duplicate", "conflicting"], default="revised")
    marked = ordered.assign(**{STATUS: pd.Series(status, index=ordered.index, dtype="str"), IS_CURRENT: stands})
    return marked.sort_index()


def _key(rows: pd.DataFrame) -> "pd.Series[str]":
    visit = "visit " + rows[columns.CASE_ID]
    return visit.fillna("patient " + rows[columns.PATIENT_ID])


def _status_ledger(ranked: pd.DataFrame) -> pd.DataFrame:
    details = {
        "duplicate": "the same diagnosis of the same moment appears again; one stands",
        "conflicting": "two diagnoses of the same moment; the one that stands later in the file is taken",
        "revised": "a later diagnosis replaced this one",
    }
    return ledger.concatenate(
        ledger.findings_of_rows(
            ranked,
            ranked[STATUS] == status,
            Cause(columns.DIAGNOSIS_ID, f"TRUTH_{status.upper()}", detail, CleaningAction.NOTE),
        )
        for status, detail in details.items()
    )
