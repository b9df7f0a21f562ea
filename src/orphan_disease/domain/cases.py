"""The `cases` table: one row a case, from triage forms, histories and confirmed cases.

A visit of the triage form is joined with its patient's history; a history without a visit, a confirmed case and a case
to be answered stand alone. Values that nobody gave stay missing and carry an indicator (`<field>_missing`): a value is
imputed only where the encoder is fitted, on the training fold, so that nothing of a test case reaches it.
"""

from typing import Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction, Sex
from orphan_disease.domain import contradictions, ledger
from orphan_disease.domain.ledger import AccountingError, Cause
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.phenopacket_frames import RECORDED_AT

__all__ = [
    "CASE_COLUMNS",
    "CASE_DTYPES",
    "INDICATED_FIELDS",
    "build_cases",
    "missing_indicator",
    "with_indicators",
]

CASE_DTYPES: Final = {
    columns.CASE_ID: "str",
    columns.PATIENT_ID: "str",
    columns.PROVENANCE: "str",
    columns.REFERENCE: "str",
    columns.ENCOUNTER_AT: "datetime64[us, UTC]",
    columns.AGE_DAYS: "float64",
    columns.ONSET_AGE_DAYS: "float64",
    columns.SEX: "str",
    columns.OBSERVED_TERMS: "object",
    columns.EXCLUDED_TERMS: "object",
    **dict.fromkeys(columns.VITAL_SIGNS, "float64"),
    columns.CONSCIOUSNESS: "str",
    columns.CHIEF_COMPLAINT: "str",
    columns.SYMPTOM_DURATION_DAYS: "float64",
    columns.PREVIOUS_VISITS: "float64",
    columns.FAMILY_HISTORY: "float64",
    columns.CONSANGUINITY: "float64",
    columns.PREGNANT: "float64",
    columns.UNKNOWN_TERM_COUNT: "int64",
    columns.REPLACED_TERM_COUNT: "int64",
    columns.WITHOUT_OBSERVED_TERMS: "bool",
}
INDICATED_FIELDS: Final = (
    columns.AGE_DAYS,
    columns.ONSET_AGE_DAYS,
    *columns.VITAL_SIGNS,
    columns.CONSCIOUSNESS,
    columns.CHIEF_COMPLAINT,
    columns.SYMPTOM_DURATION_DAYS,
    columns.PREVIOUS_VISITS,
    columns.FAMILY_HISTORY,
    columns.CONSANGUINITY,
    columns.PREGNANT,
)
_TERM_LISTS: Final = (columns.OBSERVED_TERMS, columns.EXCLUDED_TERMS)
_COUNTS: Final = (columns.UNKNOWN_TERM_COUNT, columns.REPLACED_TERM_COUNT)
_OF_THE_VISIT: Final = (*columns.VITAL_SIGNS, columns.CONSCIOUSNESS, columns.PREGNANT)  # a history's, of its own visit
_PLACE: Final = (columns.SOURCE_FILE, columns.SOURCE_LINE)
_HISTORY: Final = "_history"  # suffix of the history's fields while both are compared


def missing_indicator(field: str) -> str:
    """The column that says that a field was not given.

    >>> missing_indicator("heart_rate_bpm")
    'heart_rate_bpm_missing'
    """
    return f"{field}_missing"


CASE_COLUMNS: Final = (*CASE_DTYPES, *map(missing_indicator, INDICATED_FIELDS))


def build_cases(
    triage: pd.DataFrame, histories: pd.DataFrame, confirmed: pd.DataFrame, ontology: Ontology
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join the typed sources to one row a case.

    Args:
        triage: typed visits (see `domain.triage`).
        histories: typed phenopackets of the hospital's histories; the latest of a patient is joined to every visit.
        confirmed: typed phenopackets that stand alone: confirmed cases, or cases to be answered.
        ontology: says which exclusions an observation contradicts.

    Returns:
        The cases (columns CASE_COLUMNS: visits, histories without a visit, confirmed cases, each in their order) and
        the ledger.

    Raises:
        AccountingError: if a record is neither among the cases nor accounted for in the ledger.
    """
    latest, superseded = _latest_histories(histories)
    joined, conflicts = _join(triage, latest)
    alone = latest.loc[~latest[columns.PATIENT_ID].isin(triage[columns.PATIENT_ID])]
    stacked = _stack([joined, alone, confirmed])
    unique, repeated = _unique(stacked)
    joined_histories = len(latest) - len(alone)
    given = len(triage) + len(histories) + len(confirmed)
    accounted = len(unique) + len(superseded) + len(repeated) + joined_histories
    if given != accounted:
        raise AccountingError(f"{given} records went in, {accounted} are accounted for")
    consistent, clashes = contradictions.resolve_terms(unique, ontology)
    resolved, impossible = contradictions.resolve_fields(consistent)
    found = [superseded, conflicts, repeated, clashes, impossible]
    return with_indicators(resolved), ledger.concatenate(found)


def _latest_histories(histories: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    ordered = histories.sort_values(RECORDED_AT, kind="stable", na_position="first")
    older = ordered[columns.PATIENT_ID].duplicated(keep="last").reindex(histories.index)
    detail = "the patient has a later history; that one is joined"
    found = ledger.findings_of_rows(
        histories, older, Cause(columns.PATIENT_ID, "HISTORY_SUPERSEDED", detail, CleaningAction.MERGE)
    )
    return histories.loc[~older], found


def _join(triage: pd.DataFrame, latest: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Visits with the fields of their patient's history: terms united, the visit's own values first."""
    brought = [columns.AGE_DAYS, columns.ONSET_AGE_DAYS, columns.SEX, columns.REFERENCE, *_TERM_LISTS, *_COUNTS]
    brought += [columns.FAMILY_HISTORY, columns.CONSANGUINITY, columns.CASE_ID, *_OF_THE_VISIT]
    history = latest[[columns.PATIENT_ID, *brought]].rename(columns={name: name + _HISTORY for name in brought})
    merged = triage.merge(history, on=columns.PATIENT_ID, how="left", validate="many_to_one").set_index(triage.index)
    unknown = str(Sex.UNKNOWN)
    here, there = merged[columns.SEX], merged[columns.SEX + _HISTORY].fillna(unknown).astype("str")
    conflict = (here != unknown) & (there != unknown) & (here != there)
    found = ledger.findings_of_rows(
        triage,
        conflict,
        Cause(columns.SEX, "SEX_CONFLICTING", "triage form and history differ; unknown", CleaningAction.IMPUTE),
    )
    united = {name: _united(merged[name], merged[name + _HISTORY]) for name in _TERM_LISTS}
    summed = {name: merged[name] + merged[name + _HISTORY].fillna(0).astype("int64") for name in _COUNTS}
    first = {
        name: merged[name].fillna(merged[name + _HISTORY])
        for name in (columns.AGE_DAYS, columns.FAMILY_HISTORY, columns.CONSANGUINITY)
    }
    is_same = merged[columns.CASE_ID] == merged[columns.CASE_ID + _HISTORY]
    first |= {name: merged[name].fillna(merged[name + _HISTORY].where(is_same)) for name in _OF_THE_VISIT}
    only = {name: merged[name + _HISTORY] for name in (columns.ONSET_AGE_DAYS, columns.REFERENCE)}
    sex = here.mask(here == unknown, there).mask(conflict, unknown)
    kept = merged[[name for name in triage.columns if name in CASE_DTYPES or name in _PLACE]]
    parts = {**united, **summed, **first, **only, columns.SEX: sex}
    return pd.concat([kept.drop(columns=[name for name in parts if name in kept]), pd.DataFrame(parts)], axis=1), found


def _united(here: "pd.Series[list[str]]", there: "pd.Series[list[str]]") -> "pd.Series[list[str]]":
    pairs = zip(here, there, strict=True)
    lists = [sorted({*own, *other}) if isinstance(other, list) and other else own for own, other in pairs]
    return pd.Series(lists, index=here.index, dtype="object")


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    wanted = [*_PLACE, *CASE_DTYPES]
    dtypes = {columns.SOURCE_FILE: "str", columns.SOURCE_LINE: "Int64"} | CASE_DTYPES
    whole = []
    for part in parts:
        table = part.reindex(columns=wanted)
        observed = [bool(terms) for terms in table[columns.OBSERVED_TERMS]]
        without = pd.Series(observed, index=table.index, dtype="bool")
        whole.append(table.assign(**{columns.WITHOUT_OBSERVED_TERMS: ~without}).astype(dtypes))
    return pd.concat(whole, ignore_index=True)


def _unique(stacked: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    again = stacked[columns.CASE_ID].duplicated(keep="first")
    detail = "another source has a case of this id; the first (visit, history, confirmed case) is kept"
    found = ledger.findings_of_rows(
        stacked, again, Cause(columns.CASE_ID, "CASE_ID_REPEATED", detail, CleaningAction.QUARANTINE)
    )
    return stacked.loc[~again].reset_index(drop=True), found


def with_indicators(cases: pd.DataFrame) -> pd.DataFrame:
    """The columns of a case, and which of them nobody gave."""
    indicators = cases[list(INDICATED_FIELDS)].isna().set_axis([*map(missing_indicator, INDICATED_FIELDS)], axis=1)
    return pd.concat([cases[list(CASE_DTYPES)], indicators], axis=1)
