# ruff: noqa: E501  # a rule a line
"""The rules of cleaning, as data: what is checked where, what is done with a record that fails, and the reason's code.

Every row of a ledger bears one of these reasons (`contracts.frames.patients.LEDGER` refuses any other), and
docs/reference/checks.md is this table. The limits of numbers are in `domain.checks`.
"""

from typing import Final, NamedTuple

from orphan_disease.contracts.vocabulary import CleaningAction

__all__ = [
    "CASES",
    "CLEANING_RULES",
    "DOCUMENTS",
    "DONE",
    "FHIR",
    "FORM",
    "LABELS",
    "REASONS",
    "TRUTH",
    "CleaningRule",
    "rules_page",
]

_NOTE, _REPAIR, _IMPUTE = CleaningAction.NOTE, CleaningAction.REPAIR, CleaningAction.IMPUTE
_MERGE, _QUARANTINE = CleaningAction.MERGE, CleaningAction.QUARANTINE

FORM, DOCUMENTS, FHIR, TRUTH, CASES, LABELS = (
    "triage form",
    "phenopackets and FHIR",
    "FHIR",
    "truth file",
    "joined cases",
    "labels",
)


class CleaningRule(NamedTuple):
    """One check: on what, which rule, what is done, and the code that the ledger names."""

    source: str
    field: str
    reason: str
    action: CleaningAction
    rule: str


CLEANING_RULES: Final = (
    # --- files and rows ----------------------------------------------------------------------------------------------
    CleaningRule(FORM, "row", "ROW_UNREADABLE", _QUARANTINE, "a row has at most as many cells as the header, quotes closed"),
    CleaningRule(TRUTH, "row", "ROW_UNREADABLE", _QUARANTINE, "a row has at most as many cells as the header, quotes closed"),
    CleaningRule(FORM, "each column", "COLUMN_NOT_MAPPED", _NOTE, "a column that the mapping does not name is not used"),
    CleaningRule(FORM, "each column", "COLUMN_ABSENT", _NOTE, "a column that the mapping names may be absent"),
    CleaningRule(DOCUMENTS, "document", "DOCUMENT_UNREADABLE", _QUARANTINE, "bytes are UTF-8 and the archive is whole"),
    CleaningRule(DOCUMENTS, "document", "DOCUMENT_TOO_LARGE", _QUARANTINE, "a document has at most 50 million characters"),
    CleaningRule(DOCUMENTS, "document", "DOCUMENT_NOT_JSON", _QUARANTINE, "a document is JSON, nested at most 1,024 deep"),
    CleaningRule(DOCUMENTS, "document", "DOCUMENT_NOT_PHENOPACKET", _QUARANTINE, "a document is a phenopacket, a family, a cohort, or FHIR R4"),
    CleaningRule(FHIR, "document, resource", "DOCUMENT_WITHOUT_PATIENT", _QUARANTINE, "a resource names the patient it is about"),
    CleaningRule(FHIR, "resource", "RESOURCE_NOT_READ", _NOTE, "resources of types that are not read are counted"),
    CleaningRule(FHIR, "resource", "RESOURCE_DUPLICATED", _NOTE, "of equal resources one is used"),
    CleaningRule(FHIR, "resource", "RESOURCE_REVISED", _NOTE, "of versions of a resource the one updated last is used"),
    # --- identity ----------------------------------------------------------------------------------------------------
    CleaningRule(FORM, "encounter_id", "ENCOUNTER_ID_MISSING", _QUARANTINE, "a visit has an id"),
    CleaningRule(FORM, "patient_id", "PATIENT_ID_MISSING", _QUARANTINE, "a visit has a patient"),
    CleaningRule(TRUTH, "patient_id", "PATIENT_ID_MISSING", _QUARANTINE, "a diagnosis has a patient or a visit"),
    CleaningRule(FORM, "encounter_id", "ENCOUNTER_ID_AMBIGUOUS", _QUARANTINE, "a visit belongs to one patient"),
    CleaningRule(FORM, "encounter_id", "ROW_DUPLICATED", _MERGE, "equal rows are one"),
    CleaningRule(FORM, "encounter_id", "ROW_CONFLICTING", _QUARANTINE, "of differing rows of a visit the last stands"),
    CleaningRule(FORM, "encounter_id", "VISIT_DUPLICATED", _MERGE, "a patient's equal visits at one moment are one, whatever their ids"),
    CleaningRule(DOCUMENTS, "case_id", "RECORD_DUPLICATED", _MERGE, "equal records are one"),
    CleaningRule(DOCUMENTS, "case_id", "RECORD_CONFLICTING", _QUARANTINE, "of differing records of a case the one written last stands"),
    CleaningRule(CASES, "patient_id", "HISTORY_SUPERSEDED", _MERGE, "a visit is joined with its patient's latest history"),
    CleaningRule(CASES, "case_id", "CASE_ID_REPEATED", _QUARANTINE, "a case comes from one source: visit, history, confirmed case"),
    CleaningRule(CASES, "patient_id", "PATIENT_NEAR_DUPLICATE", _NOTE, "a patient has one id: nearly equal cases of one age and sex are counted, and kept on one side of every split"),
    CleaningRule(CASES, "case_id", "VISIT_NEAR_DUPLICATE", _NOTE, "a visit has one id: a patient's nearly equal visits of one hour are counted"),
    CleaningRule(CASES, "case_id", "NEAR_DUPLICATES_CROWDED", _NOTE, "a case is compared with all that it might resemble; of too many, with the nearest alone"),
    CleaningRule(FHIR, "patient_id", "PATIENT_NOT_DESCRIBED", _NOTE, "a patient has a Patient resource; else age and sex are unknown"),
    # --- numbers, times and words ----------------------------------------------------------------------------------------
    CleaningRule(FORM, "every number", "NOT_A_NUMBER", _IMPUTE, "a number, with a point or a comma, a unit behind it at most"),
    CleaningRule(FHIR, "vital signs", "NOT_A_NUMBER", _IMPUTE, "a reading is a number"),
    CleaningRule(FORM, "vital signs", "VITAL_OUT_OF_RANGE", _IMPUTE, "a reading is one that a living patient can show"),
    CleaningRule(FHIR, "vital signs", "VITAL_OUT_OF_RANGE", _IMPUTE, "a reading is one that a living patient can show"),
    CleaningRule(FORM, "temperature, systolic, diastolic, oxygen_saturation", "UNIT_MISLABELLED", _REPAIR, "a reading that is possible only in another unit in use is converted, where the hospital declares no unit"),
    CleaningRule(FORM, "age_unit", "UNIT_MISSING", _REPAIR, "an age without a unit is in years"),
    CleaningRule(FHIR, "vital signs", "UNIT_MISSING", _IMPUTE, "a reading has a unit"),
    CleaningRule(FHIR, "vital signs", "UNIT_UNKNOWN", _IMPUTE, "a unit is one of what is measured"),
    CleaningRule(FORM, "systolic", "PRESSURES_SWAPPED", _REPAIR, "the systolic pressure is the higher"),
    CleaningRule(FHIR, "systolic", "PRESSURES_SWAPPED", _REPAIR, "the systolic pressure is the higher"),
    CleaningRule(FORM, "age_value", "AGE_OUT_OF_RANGE", _IMPUTE, "an age is of 0 to 125 years"),
    CleaningRule(DOCUMENTS, "age_days, onset_age_days", "AGE_OUT_OF_RANGE", _IMPUTE, "an age is of 0 to 125 years"),
    CleaningRule(FHIR, "age_days", "VISIT_BEFORE_BIRTH", _IMPUTE, "a visit is not before the birth"),
    CleaningRule(FORM, "symptom_duration_days", "DURATION_OUT_OF_RANGE", _IMPUTE, "a duration is of 0 days to 125 years"),
    CleaningRule(FORM, "previous_visits", "COUNT_OUT_OF_RANGE", _IMPUTE, "a count is a whole number of 0 to 10,000"),
    CleaningRule(FORM, "arrival_at", "TIME_UNREADABLE", _IMPUTE, "a time is ISO 8601, or as the mapping says, from 1900 to 2200"),
    CleaningRule(TRUTH, "confirmed_at", "TIME_UNREADABLE", _IMPUTE, "a time is ISO 8601; without one a diagnosis is the oldest"),
    CleaningRule(FORM, "coded fields", "VALUE_UNKNOWN", _IMPUTE, "a word is one of the form's, or of the mapping's"),
    CleaningRule(FORM, "temperature_unit", "VALUE_UNKNOWN", _REPAIR, "a scale is C, F or K; else C"),
    # --- symptoms ----------------------------------------------------------------------------------------------------
    CleaningRule(FORM, "symptoms", "TERM_UNKNOWN", _REPAIR, "what stands for no term is left out, kept and counted"),
    CleaningRule(DOCUMENTS, "observed_terms", "TERM_UNKNOWN", _REPAIR, "what stands for no term is left out, kept and counted"),
    CleaningRule(FORM, "symptoms", "TERM_REPLACED", _REPAIR, "an obsolete or alternative id becomes the current one"),
    CleaningRule(DOCUMENTS, "observed_terms", "TERM_REPLACED", _REPAIR, "an obsolete or alternative id becomes the current one"),
    CleaningRule(FORM, "symptoms", "TERM_UNCLAIMED", _NOTE, "doubt, a relative's symptom, and a narrower denial claim nothing"),
    CleaningRule(DOCUMENTS, "observed_terms", "CODE_MAPPED", _NOTE, "codes of other terminologies are read by the table and HPO's cross-references"),
    CleaningRule(FHIR, "observed_terms", "CONDITION_UNCONFIRMED", _NOTE, "a suspected condition is neither observed nor excluded"),
    CleaningRule(FHIR, "excluded_terms", "EXCLUSION_TOO_BROAD", _NOTE, "to refute a narrower code does not exclude the term"),
    # --- contradictions ----------------------------------------------------------------------------------------------
    CleaningRule(CASES, "excluded_terms", "TERM_CONTRADICTED", _REPAIR, "a term is not excluded where it, or a kind of it, is observed"),
    CleaningRule(CASES, "sex", "SEX_CONFLICTING", _IMPUTE, "form and history give one sex"),
    CleaningRule(CASES, "pregnant", "PREGNANCY_IN_MALE", _IMPUTE, "a male patient is not pregnant"),
    CleaningRule(CASES, "pregnant", "PREGNANCY_AT_AGE", _IMPUTE, "pregnancy is at 9 to 60 years"),
    CleaningRule(CASES, "onset_age_days", "ONSET_AFTER_VISIT", _IMPUTE, "the onset is not more than a year after the visit"),
    CleaningRule(CASES, "symptom_duration_days", "DURATION_BEYOND_AGE", _IMPUTE, "symptoms last no longer than the life, and a year"),
    # --- truth and labels ----------------------------------------------------------------------------------------------
    CleaningRule(TRUTH, "diagnosis_id", "DIAGNOSIS_UNREADABLE", _QUARANTINE, "a diagnosis is an ORPHA, OMIM, DECIPHER or ICD-10 code, NONE, or one of the hospital's labels"),
    CleaningRule(TRUTH, "diagnosis_id", "TRUTH_REVISED", _NOTE, "the latest diagnosis stands"),
    CleaningRule(TRUTH, "diagnosis_id", "TRUTH_DUPLICATE", _NOTE, "of equal diagnoses one stands"),
    CleaningRule(TRUTH, "diagnosis_id", "TRUTH_CONFLICTING", _NOTE, "of diagnoses of one moment the last in the file stands"),
    CleaningRule(LABELS, "diagnosis_id", "TRUTH_ORPHANED", _QUARANTINE, "a diagnosis belongs to a case"),
    CleaningRule(LABELS, "diagnosis_id", "TRUTH_OUTRANKED", _NOTE, "a diagnosis of a visit stands before one of its patient"),
    CleaningRule(LABELS, "confirmed_at", "TRUTH_BEFORE_VISIT", _NOTE, "a diagnosis before its visit is used, and counted"),
    CleaningRule(LABELS, "confirmed_at", "TRUTH_LATE", _NOTE, "a diagnosis more than a year after its visit is used, and counted"),
    CleaningRule(LABELS, "diagnosis_id", "DISORDER_UNKNOWN", _NOTE, "a disease that the knowledge does not hold is of unknown category"),
    CleaningRule(LABELS, "diagnosis_id", "DIAGNOSIS_UNRESOLVED", _QUARANTINE, "a label needs an id of OMIM, Orphanet, DECIPHER or ICD-10"),
)  # fmt: skip

REASONS: Final = frozenset(rule.reason for rule in CLEANING_RULES)

# What is done with a record that fails, in words.
DONE: Final = {
    _NOTE: "counted",
    _REPAIR: "repaired",
    _IMPUTE: "set missing, with its indicator",
    _MERGE: "merged",
    _QUARANTINE: "quarantined",
    CleaningAction.REJECT: "rejected",
}


def rules_page() -> str:
    """The table as docs/reference/checks.md shows it."""
    rows = [
        f"| {each.source} | `{each.field}` | {each.rule} | {DONE[each.action]} | `{each.reason}` |"
        for each in CLEANING_RULES
    ]
    return "\n".join(
        [
            "# Checks and reasons",
            "",
            "Written by `python -m orphan_disease checks`; the table in use is `contracts/cleaning_rules.py`.",
            "",
            "Each finding is one row of a ledger (`*_quarantine.parquet`): source file, line, case, field, reason, action, and what",
            "would be right, never the value. What is set missing is imputed only where the encoder is fitted, on training data.",
            "",
            "| source | field | rule | what fails it is | reason |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
