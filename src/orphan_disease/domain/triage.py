"""The triage form: from a table of text to typed visits, with a ledger of every repair, gap, merger and refusal.

A visit is set aside only where it cannot be told whose it is: no visit id, no patient id, or two patients under one
visit id. Everything else that is wrong is repaired or set missing, field by field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns, triage_form
from orphan_disease.contracts.vocabulary import CleaningAction, Provenance
from orphan_disease.domain import checks, ledger, vitals
from orphan_disease.domain.ledger import Cause
from orphan_disease.domain.pseudonyms import pseudonymise
from orphan_disease.domain.symptom_codes import read_symptoms

__all__ = ["TYPED_TRIAGE_COLUMNS", "type_triage"]

FIRST_DATA_LINE: Final = 2  # line 1 of the form is its header
_MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "nd", "ns/nc", "-", "--", "?", "."})
_EARLIEST: Final = pd.Timestamp("1900-01-01", tz="UTC")
_LATEST: Final = pd.Timestamp("2200-01-01", tz="UTC")

TYPED_TRIAGE_COLUMNS: Final = (
    columns.SOURCE_FILE,
    columns.SOURCE_LINE,
    columns.CASE_ID,
    columns.PATIENT_ID,
    columns.PROVENANCE,
    columns.ENCOUNTER_AT,
    columns.AGE_DAYS,
    columns.SEX,
    columns.OBSERVED_TERMS,
    columns.EXCLUDED_TERMS,
    columns.UNKNOWN_CODES,
    columns.UNKNOWN_TERM_COUNT,
    columns.REPLACED_TERM_COUNT,
    *columns.VITAL_SIGNS,
    columns.CONSCIOUSNESS,
    columns.CHIEF_COMPLAINT,
    columns.SYMPTOM_DURATION_DAYS,
    columns.PREVIOUS_VISITS,
    columns.FAMILY_HISTORY,
    columns.CONSANGUINITY,
    columns.PREGNANT,
)


def type_triage(
    form: pd.DataFrame,
    terms: Mapping[str, str],
    local: Mapping[str, str],
    phrases: Mapping[str, str] = MappingProxyType({}),
    declared: frozenset[str] = frozenset(),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type the triage form.

    Every row is accounted for: it is a row of the typed table or a row of the ledger whose action is `merge` or
    `quarantine`.

    Args:
        form: the form as text, columns as in `contracts.triage_form` (all but the identifying ones may be absent).
        terms: current HPO id of every known id.
        local: current HPO id of every local code, upper-case.
        phrases: HPO id by normalised phrase, for symptoms in words (see `domain.free_text`).
        declared: columns of the form whose unit the hospital declares: no other unit is tried on them.

    Returns:
        The visits (columns TYPED_TRIAGE_COLUMNS, in the form's order) and the ledger.

    Raises:
        ValueError: if the form has rows but lacks a required column.
    """
    absent = [name for name in triage_form.REQUIRED_TRIAGE_COLUMNS if name not in form.columns]
    if absent and len(form):
        raise ValueError(
            f"the triage form has no column {', '.join(absent)}; as mapped it has {', '.join(map(str, form.columns))}; "
            f"expected {', '.join(triage_form.TRIAGE_COLUMNS)}"
        )
    readable, unreadable_ledger = ledger.without_unreadable(form)
    text = _as_text(readable)
    text, identity_ledger = _identified(text)
    text, duplicate_ledger = _without_duplicates(text)
    numbers, number_ledgers = _numbers(text, declared)
    coded, code_ledgers = _coded(text)
    arrival, arrival_ledger = _arrivals(text)
    symptoms, symptom_ledgers = _symptoms(text, terms, local, phrases)
    patients = {name: pseudonymise(name) for name in text[triage_form.PATIENT_ID].unique()}
    identity = text[[columns.SOURCE_FILE, columns.SOURCE_LINE, columns.CASE_ID]].assign(
        **{columns.PATIENT_ID: text[triage_form.PATIENT_ID].map(patients).astype("str")}
    )
    provenance = _provenances(text[triage_form.SIMULATED])
    typed = pd.concat([identity, provenance, arrival, numbers, coded, symptoms], axis=1)
    ledgers = [
        unreadable_ledger,
        identity_ledger,
        duplicate_ledger,
        *number_ledgers,
        *code_ledgers,
        arrival_ledger,
        *symptom_ledgers,
    ]
    found = ledger.concatenate(ledgers)
    ledger.require_accounted(len(form), len(typed), found)
    return typed[list(TYPED_TRIAGE_COLUMNS)].reset_index(drop=True), found


def _as_text(form: pd.DataFrame) -> pd.DataFrame:
    """The form's columns as stripped text, one spelling of missing, with the place of each row and its case id."""
    table = form.reset_index(drop=True).reindex(columns=[*triage_form.TRIAGE_COLUMNS, columns.SOURCE_FILE])
    table = table.astype("str")
    stripped = table.apply(lambda cells: cells.str.replace("\0", "", regex=False).str.strip())
    text = stripped.mask(stripped.apply(lambda cells: cells.str.lower().isin(_MISSING)))
    lines = pd.Series(np.arange(len(text)) + FIRST_DATA_LINE, index=text.index, dtype="Int64")
    if columns.SOURCE_LINE in form.columns:
        lines = form[columns.SOURCE_LINE].reset_index(drop=True).astype("Int64")
    source = text[columns.SOURCE_FILE].fillna("triage form")
    place = {columns.SOURCE_FILE: source, columns.SOURCE_LINE: lines, columns.CASE_ID: text[triage_form.ENCOUNTER_ID]}
    return pd.DataFrame({**{name: text[name] for name in triage_form.TRIAGE_COLUMNS}, **place})


def _identified(text: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set aside visits without an identity, and visits that two patients claim."""
    visit, patient = text[triage_form.ENCOUNTER_ID], text[triage_form.PATIENT_ID]
    no_visit = visit.isna()
    no_patient = ~no_visit & patient.isna()
    claims = patient.groupby(visit).transform("nunique").reindex(text.index)
    contested = ~no_visit & ~no_patient & (claims > 1)
    causes = (
        (no_visit, triage_form.ENCOUNTER_ID, "ENCOUNTER_ID_MISSING", "expected the id of the visit"),
        (no_patient, triage_form.PATIENT_ID, "PATIENT_ID_MISSING", "expected the patient's pseudonym"),
        (contested, triage_form.ENCOUNTER_ID, "ENCOUNTER_ID_AMBIGUOUS", "two patients under one visit id"),
    )
    aside = CleaningAction.QUARANTINE
    ledgers = [
        ledger.findings_of_rows(text, found, Cause(field, reason, detail, aside))
        for found, field, reason, detail in causes
    ]
    return text.loc[~(no_visit | no_patient | contested)], ledger.concatenate(ledgers)


def _without_duplicates(text: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a visit: copies are merged; of contradicting rows the last stays, as the last correction."""
    content = [name for name in triage_form.TRIAGE_COLUMNS if name in text]
    copies = text.duplicated(subset=content, keep="last")
    superseded = ~copies & text.loc[~copies, columns.CASE_ID].duplicated(keep="last").reindex(
        text.index, fill_value=False
    )
    merge = "the same row appears more than once; one is kept"
    later = "a later row of the same visit says something else; that one is kept"
    # The same visit typed twice under two ids: everything but the visit's id is equal, and it says when and who.
    rest = text.loc[~(copies | superseded)]
    repeated = rest.duplicated(subset=[name for name in content if name != triage_form.ENCOUNTER_ID], keep="first")
    near = (repeated & rest[triage_form.ARRIVAL_AT].notna()).reindex(text.index, fill_value=False)
    twice = "the same visit of the same patient under two visit ids; the first is kept"
    ledgers = [
        ledger.findings_of_rows(
            text, copies, Cause(triage_form.ENCOUNTER_ID, "ROW_DUPLICATED", merge, CleaningAction.MERGE)
        ),
        ledger.findings_of_rows(
            text, superseded, Cause(triage_form.ENCOUNTER_ID, "ROW_CONFLICTING", later, CleaningAction.QUARANTINE)
        ),
        ledger.findings_of_rows(
            text, near, Cause(triage_form.ENCOUNTER_ID, "VISIT_DUPLICATED", twice, CleaningAction.MERGE)
        ),
    ]
    return text.loc[~(copies | superseded | near)], ledger.concatenate(ledgers)


def _numbers(text: pd.DataFrame, declared: frozenset[str]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    limits = [replace(check, rescues=()) if check.field in declared else check for check in checks.NUMERIC_CHECKS]
    read = {check.column: vitals.type_number(text, check) for check in limits}
    is_declared = triage_form.TEMPERATURE in declared
    read[columns.TEMPERATURE_C] = vitals.read_temperatures(text, is_declared=is_declared)
    read[columns.AGE_DAYS] = vitals.read_ages(text)
    numbers = pd.DataFrame({name: values for name, (values, _) in read.items()}, index=text.index)
    systolic, diastolic, swaps = vitals.type_pressures(
        text, numbers[columns.SYSTOLIC_MMHG], numbers[columns.DIASTOLIC_MMHG]
    )
    numbers = numbers.assign(**{columns.SYSTOLIC_MMHG: systolic, columns.DIASTOLIC_MMHG: diastolic})
    return numbers, [*(part for _, ledgers in read.values() for part in ledgers), swaps]


def _coded(text: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    coded: dict[str, pd.Series[str] | pd.Series[float]] = {}
    ledgers = []
    for check in checks.VOCABULARY_CHECKS:
        values, found = _spelled(text, check.field, check.spellings)
        coded[check.column] = (values if check.otherwise is None else values.fillna(check.otherwise)).astype("str")
        ledgers.append(found)
    for field in (triage_form.FAMILY_HISTORY, triage_form.CONSANGUINITY, triage_form.PREGNANT):
        values, found = _spelled(text, field, checks.YES_NO)
        coded[field] = values.astype("float64")
        ledgers.append(found)
    return pd.DataFrame(coded, index=text.index), ledgers


def _spelled(
    text: pd.DataFrame, field: str, spellings: Mapping[str, str] | Mapping[str, float]
) -> "tuple[pd.Series[Any], pd.DataFrame]":
    values = text[field].str.lower().map(spellings)
    unknown = text[field].notna() & values.isna()
    detail = f"expected a word of the form, such as {next(iter(spellings))}"
    return values, ledger.findings_of_rows(text, unknown, Cause(field, "VALUE_UNKNOWN", detail, CleaningAction.IMPUTE))


def _arrivals(text: pd.DataFrame) -> tuple["pd.Series[pd.Timestamp]", pd.DataFrame]:
    written = text[triage_form.ARRIVAL_AT]
    arrival = pd.to_datetime(written, utc=True, format="ISO8601", errors="coerce").astype("datetime64[us, UTC]")
    arrival = arrival.where(arrival.between(_EARLIEST, _LATEST))
    detail = "expected an ISO 8601 time between 1900 and 2200"
    unreadable = arrival.isna()
    arrival = arrival.rename(columns.ENCOUNTER_AT)
    return arrival, ledger.findings_of_rows(
        text, unreadable, Cause(triage_form.ARRIVAL_AT, "TIME_UNREADABLE", detail, CleaningAction.IMPUTE)
    )


def _symptoms(
    text: pd.DataFrame, terms: Mapping[str, str], local: Mapping[str, str], phrases: Mapping[str, str]
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    read = read_symptoms(text[triage_form.SYMPTOMS], terms, local, phrases)
    symptoms = pd.DataFrame(
        {
            columns.OBSERVED_TERMS: _lists((visit.observed for visit in read), text.index),
            columns.EXCLUDED_TERMS: _lists((visit.excluded for visit in read), text.index),
            columns.UNKNOWN_CODES: _lists((visit.unknown for visit in read), text.index),
            columns.UNKNOWN_TERM_COUNT: pd.Series([len(visit.unknown) for visit in read], text.index, dtype="int64"),
            columns.REPLACED_TERM_COUNT: pd.Series([visit.replaced for visit in read], text.index, dtype="int64"),
        }
    )
    unknown = symptoms[columns.UNKNOWN_TERM_COUNT] > 0
    replaced = symptoms[columns.REPLACED_TERM_COUNT] > 0
    unclaimed = pd.Series([visit.unclaimed > 0 for visit in read], text.index, dtype="bool")
    field, repair, note = triage_form.SYMPTOMS, CleaningAction.REPAIR, CleaningAction.NOTE
    doubt = "named with doubt, of a relative, or denied in a narrower form: neither observed nor excluded"
    return symptoms, [
        ledger.findings_of_rows(
            text, unknown, Cause(field, "TERM_UNKNOWN", "a code or words that stand for no term known here", repair)
        ),
        ledger.findings_of_rows(text, unclaimed, Cause(field, "TERM_UNCLAIMED", doubt, note)),
        ledger.findings_of_rows(
            text,
            replaced,
            Cause(field, "TERM_REPLACED", "obsolete or alternative ids, replaced by current ones", repair),
        ),
    ]


def _lists(values: Iterable[list[str]], index: "pd.Index[int]") -> "pd.Series[list[str]]":
    return pd.Series(list(values), index=index, dtype="object")


def _provenances(simulated: "pd.Series[str]") -> "pd.Series[str]":
    is_simulated = simulated.str.lower().map(checks.YES_NO).fillna(0.0) == 1.0
    return (
        is_simulated.map({True: str(Provenance.SIMULATED), False: str(Provenance.HOSPITAL)})
        .astype("str")
        .rename(columns.PROVENANCE)
    )
