"""What each case turned out to be: orphan disease or not, which category, which disorder."""

from collections.abc import Mapping
from typing import Final, Literal

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.truth_file import LATE_AFTER_DAYS
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY, CleaningAction
from orphan_disease.domain import ledger, truth
from orphan_disease.domain.disease_ids import LABEL_PREFIX, canonical_disease_id, is_common_condition
from orphan_disease.domain.ledger import Cause

__all__ = ["LABEL_COLUMNS", "build_labels", "disorders_by_member"]

CategorySource = Literal["disorders", "truth_file"]

DISEASE_REGISTERS: Final = ("OMIM:", "ORPHA:", "DECIPHER:", LABEL_PREFIX)

_DTYPES: Final = {
    columns.CASE_ID: "str",
    columns.IS_ORPHAN: "bool",
    columns.CATEGORY: "str",
    columns.DISORDER_ID: "str",
    columns.DIAGNOSIS_ID: "str",
    columns.CONFIRMED_AT: "datetime64[us, UTC]",
    columns.PROVENANCE: "str",
}
LABEL_COLUMNS: Final = tuple(_DTYPES)


def disorders_by_member(disorders: pd.DataFrame) -> dict[str, str]:
    """The disorder of every equivalent id, itself included, in this project's spelling."""
    pairs = zip(disorders[columns.DISORDER_ID], disorders[columns.MEMBER_IDS], strict=True)
    members = {canonical_disease_id(member) or member: disorder for disorder, names in pairs for member in names}
    return members | {disorder: disorder for disorder in disorders[columns.DISORDER_ID]}


def build_labels(
    cases: pd.DataFrame,
    typed_truth: pd.DataFrame,
    confirmed: pd.DataFrame,
    disorders: pd.DataFrame,
    *,
    category_from: CategorySource = "disorders",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Label every case whose diagnosis is known.

    A disease that the knowledge does not hold keeps its own id as its disorder and is of unknown category. An id of
    another register than OMIM, Orphanet, DECIPHER or ICD-10 says nothing that can be used: the case is not labelled.

    Args:
        cases: columns CASE_ID, PATIENT_ID, PROVENANCE, ENCOUNTER_AT.
        typed_truth: the hospital's truth (see `domain.truth`).
        confirmed: confirmed cases, columns CASE_ID and DIAGNOSIS_ID; the truth file wins where it names one of them.
        disorders: columns DISORDER_ID, MEMBER_IDS, CATEGORY.
        category_from: `truth_file` takes the hospital's own label instead of the disorder's category.

    Returns:
        The labels (columns LABEL_COLUMNS, ordered by case; CATEGORY is missing where no orphan disease was found) and
        the ledger of what could not be resolved, belongs to no case, or gives way to another diagnosis.

    Raises:
        AccountingError: if a diagnosis that stands is neither a label's nor in the ledger.
    """
    found = _diagnoses(cases, typed_truth, confirmed)
    diagnosis = found[columns.DIAGNOSIS_ID]
    by_member = disorders_by_member(disorders)
    disorder = diagnosis.map(by_member)
    is_common = diagnosis.map(is_common_condition).astype("bool")
    is_named = diagnosis.str.startswith(DISEASE_REGISTERS).astype("bool")
    # A label names no disease: each such case is a disorder of its own, so that none is taken for another's.
    is_label = diagnosis.str.startswith(LABEL_PREFIX).astype("bool")
    disorder = disorder.mask(is_label, LABEL_PREFIX + found[columns.CASE_ID])
    usable = is_common | disorder.notna() | is_named
    labels = pd.DataFrame(
        {
            columns.CASE_ID: found[columns.CASE_ID],
            columns.IS_ORPHAN: ~is_common,
            columns.CATEGORY: _categories(found, disorder, disorders, category_from).mask(is_common),
            columns.DISORDER_ID: disorder.mask(is_common).fillna(diagnosis),
            columns.DIAGNOSIS_ID: diagnosis,
            columns.CONFIRMED_AT: found[columns.CONFIRMED_AT],
            columns.PROVENANCE: found[columns.PROVENANCE],
        }
    ).astype(_DTYPES)
    unresolved = ~is_common & disorder.isna()
    orphaned = _is_orphaned(cases, typed_truth)
    outranked = _is_outranked(cases, typed_truth, orphaned)
    ledgers = [
        ledger.findings_of_rows(
            found,
            unresolved & usable,
            Cause(columns.DIAGNOSIS_ID, "DISORDER_UNKNOWN", "a disease that the knowledge in use does not hold", _KEPT),
        ),
        ledger.findings_of_rows(
            found,
            ~usable,
            Cause(
                columns.DIAGNOSIS_ID, "DIAGNOSIS_UNRESOLVED", "expected an OMIM, ORPHA, DECIPHER or ICD10 id", _LEFT_OUT
            ),
        ),
        ledger.findings_of_rows(typed_truth, orphaned, _ORPHANED),
        ledger.findings_of_rows(typed_truth, outranked, _OUTRANKED),
        *_out_of_time(cases, found),
    ]
    kept, ledgered = labels.loc[usable].sort_values(columns.CASE_ID, ignore_index=True), ledger.concatenate(ledgers)
    named = _is_named(cases, typed_truth, confirmed)
    ledger.require_accounted(int(named.sum()) + int(orphaned.sum()), len(kept), ledgered)
    return kept, ledgered


_KEPT: Final = CleaningAction.NOTE
_LEFT_OUT: Final = CleaningAction.QUARANTINE
_ORPHANED: Final = Cause(columns.DIAGNOSIS_ID, "TRUTH_ORPHANED", "no case of this visit or patient", _LEFT_OUT)
_OUTRANKED: Final = Cause(
    columns.DIAGNOSIS_ID, "TRUTH_OUTRANKED", "every visit of the patient has a diagnosis of its own", _KEPT
)


def _diagnoses(cases: pd.DataFrame, typed_truth: pd.DataFrame, confirmed: pd.DataFrame) -> pd.DataFrame:
    """One row a case whose diagnosis is known, with the case's provenance."""
    from_truth = truth.diagnoses_of_cases(cases, typed_truth)
    wanted = confirmed.loc[confirmed[columns.DIAGNOSIS_ID].notna(), [columns.CASE_ID, columns.DIAGNOSIS_ID]]
    is_new = wanted[columns.CASE_ID].isin(cases[columns.CASE_ID]) & ~wanted[columns.CASE_ID].isin(
        from_truth[columns.CASE_ID]
    )
    provenance = cases[[columns.CASE_ID, columns.PROVENANCE]]
    taken = wanted.loc[is_new].reindex(columns=list(from_truth.columns)).astype(from_truth.dtypes.to_dict())
    found = pd.concat([from_truth, taken], ignore_index=True)
    return found.merge(provenance, on=columns.CASE_ID, how="left", validate="one_to_one")


def _categories(
    found: pd.DataFrame, disorder: "pd.Series[str]", disorders: pd.DataFrame, category_from: CategorySource
) -> "pd.Series[str]":
    if category_from == "truth_file":
        return found[columns.CATEGORY].fillna(UNKNOWN_CATEGORY)
    pairs = zip(disorders[columns.DISORDER_ID], disorders[columns.CATEGORY], strict=True)
    known: Mapping[str, str] = dict(pairs)
    return disorder.map(known).fillna(UNKNOWN_CATEGORY)


def _is_named(cases: pd.DataFrame, typed_truth: pd.DataFrame, confirmed: pd.DataFrame) -> "pd.Series[bool]":
    """Cases of which any source says the diagnosis: what has to be accounted for."""
    standing = typed_truth.loc[typed_truth[truth.IS_CURRENT].astype("bool")]
    of_patient = standing.loc[standing[columns.CASE_ID].isna(), columns.PATIENT_ID]
    solved = confirmed.loc[confirmed[columns.DIAGNOSIS_ID].notna(), columns.CASE_ID]
    of_case = pd.concat([standing[columns.CASE_ID].dropna(), solved])
    return cases[columns.CASE_ID].isin(of_case) | cases[columns.PATIENT_ID].isin(of_patient)


def _is_orphaned(cases: pd.DataFrame, typed_truth: pd.DataFrame) -> "pd.Series[bool]":
    """Diagnoses of visits and patients that are not among the cases."""
    names_visit = typed_truth[columns.CASE_ID].notna()
    visit_known = typed_truth[columns.CASE_ID].isin(cases[columns.CASE_ID])
    patient_known = typed_truth[columns.PATIENT_ID].isin(cases[columns.PATIENT_ID])
    return ~visit_known.where(names_visit, patient_known).astype("bool")


def _is_outranked(cases: pd.DataFrame, typed_truth: pd.DataFrame, orphaned: "pd.Series[bool]") -> "pd.Series[bool]":
    """Diagnoses of a patient that stand and label no case, as each of the patient's visits has one of its own."""
    of_patient = typed_truth[truth.IS_CURRENT].astype("bool") & typed_truth[columns.CASE_ID].isna()
    own = typed_truth.loc[typed_truth[truth.IS_CURRENT].astype("bool"), columns.CASE_ID].dropna()
    left = cases.loc[~cases[columns.CASE_ID].isin(own), columns.PATIENT_ID]
    return of_patient & ~orphaned & ~typed_truth[columns.PATIENT_ID].isin(left)


def _out_of_time(cases: pd.DataFrame, found: pd.DataFrame) -> list[pd.DataFrame]:
    """Diagnoses dated before their visit, and those that came late: both are used, and counted."""
    visit = found[columns.CASE_ID].map(cases.set_index(columns.CASE_ID)[columns.ENCOUNTER_AT].astype("object"))
    confirmed = found[columns.CONFIRMED_AT]
    days = (confirmed - pd.to_datetime(visit, utc=True)).dt.total_seconds() / 86_400
    early = Cause(columns.CONFIRMED_AT, "TRUTH_BEFORE_VISIT", "confirmed before the visit that it explains", _KEPT)
    late = Cause(columns.CONFIRMED_AT, "TRUTH_LATE", f"confirmed more than {LATE_AFTER_DAYS:g} days after", _KEPT)
    return [
        ledger.findings_of_rows(found, days < 0, early),
        ledger.findings_of_rows(found, days > LATE_AFTER_DAYS, late),
    ]
