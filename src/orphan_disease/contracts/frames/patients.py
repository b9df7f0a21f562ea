"""Shapes of the patients' tables."""

from typing import Final

import pandas as pd
import pandera.pandas as pa

from orphan_disease.contracts import columns
from orphan_disease.contracts.cleaning_rules import REASONS
from orphan_disease.contracts.vocabulary import ChiefComplaint, CleaningAction, Consciousness, Provenance, Sex, Split

__all__ = ["CASES", "LABELS", "LEDGER", "LIKELY_PERSONS", "SPLIT_ASSIGNMENT"]


def _words(vocabulary: type[Sex | Provenance | Split | CleaningAction | Consciousness | ChiefComplaint]) -> pa.Check:
    return pa.Check.isin([str(word) for word in vocabulary])


def _is_list_of_hpo_ids(terms: object) -> bool:
    return isinstance(terms, list) and all(isinstance(term, str) and term.startswith("HP:") for term in terms)


_TERMS: Final = pa.Check(_is_list_of_hpo_ids, element_wise=True, name="list of HPO ids", error="list of HPO ids")
_FLAG: Final = pa.Check.isin([0.0, 1.0])

# Limits as in domain.checks: what a living patient can show.
_LIMITS: Final = {
    columns.AGE_DAYS: (0, 45_657),
    columns.ONSET_AGE_DAYS: (0, 45_657),
    columns.TEMPERATURE_C: (20, 45),
    columns.HEART_RATE_BPM: (20, 300),
    columns.RESPIRATORY_RATE_BPM: (3, 120),
    columns.SYSTOLIC_MMHG: (15, 300),
    columns.DIASTOLIC_MMHG: (15, 300),
    columns.OXYGEN_SATURATION_PCT: (20, 100),
    columns.PAIN_SCORE: (0, 10),
    columns.SYMPTOM_DURATION_DAYS: (0, 45_657),
    columns.PREVIOUS_VISITS: (0, 10_000),
}

CASES: Final = pa.DataFrameSchema(
    {
        columns.CASE_ID: pa.Column(str, pa.Check.str_length(min_value=1), unique=True),
        columns.PATIENT_ID: pa.Column(str, pa.Check.str_matches(r"^(SIM|PSN)-[0-9A-Za-z]+$")),
        columns.PROVENANCE: pa.Column(str, _words(Provenance)),
        columns.REFERENCE: pa.Column(str, pa.Check.str_matches(r"^PMID:\d+$"), nullable=True),
        columns.ENCOUNTER_AT: pa.Column(pd.DatetimeTZDtype("us", "UTC"), nullable=True),
        columns.SEX: pa.Column(str, _words(Sex)),
        columns.OBSERVED_TERMS: pa.Column(object, _TERMS),
        columns.EXCLUDED_TERMS: pa.Column(object, _TERMS),
        columns.CONSCIOUSNESS: pa.Column(str, _words(Consciousness), nullable=True),
        columns.CHIEF_COMPLAINT: pa.Column(str, _words(ChiefComplaint), nullable=True),
        **{
            name: pa.Column(float, pa.Check.in_range(low, high), nullable=True) for name, (low, high) in _LIMITS.items()
        },
        columns.FAMILY_HISTORY: pa.Column(float, _FLAG, nullable=True),
        columns.CONSANGUINITY: pa.Column(float, _FLAG, nullable=True),
        columns.PREGNANT: pa.Column(float, _FLAG, nullable=True),
        columns.WITHOUT_OBSERVED_TERMS: pa.Column(bool),
        ".*_missing$": pa.Column(bool, regex=True),
    },
    name="cases",
)

LIKELY_PERSONS: Final = pa.DataFrameSchema(
    {columns.CASE_ID: pa.Column(str, unique=True), columns.LIKELY_PERSON: pa.Column(str)}, name="likely_persons"
)

LABELS: Final = pa.DataFrameSchema(
    {
        columns.CASE_ID: pa.Column(str, unique=True),
        columns.IS_ORPHAN: pa.Column(bool),
        columns.CATEGORY: pa.Column(str, nullable=True),
        columns.DISORDER_ID: pa.Column(str),
        columns.DIAGNOSIS_ID: pa.Column(str),
        columns.PROVENANCE: pa.Column(str, _words(Provenance)),
    },
    checks=pa.Check(
        lambda labels: labels[columns.IS_ORPHAN] == labels[columns.CATEGORY].notna(),
        name="a category for orphan diseases and for nothing else",
        error="a category for orphan diseases and for nothing else",
    ),
    name="labels",
)

SPLIT_ASSIGNMENT: Final = pa.DataFrameSchema(
    {
        columns.CASE_ID: pa.Column(str, unique=True),
        columns.GROUP: pa.Column(str),
        columns.SPLIT: pa.Column(str, _words(Split)),
        columns.FOLD: pa.Column("int64", pa.Check.ge(-1)),
    },
    checks=pa.Check(
        lambda split: (split[columns.FOLD] >= 0) == (split[columns.SPLIT] == str(Split.TRAIN)),
        name="a fold for training cases and for nothing else",
        error="a fold for training cases and for nothing else",
    ),
    name="split_assignment",
)

LEDGER: Final = pa.DataFrameSchema(
    {
        columns.SOURCE_FILE: pa.Column(str, nullable=True),
        columns.SOURCE_LINE: pa.Column("Int64", nullable=True),
        columns.CASE_ID: pa.Column(str, nullable=True),
        columns.FIELD: pa.Column(str),
        columns.REASON: pa.Column(str, pa.Check.isin(sorted(REASONS))),
        columns.ACTION: pa.Column(str, _words(CleaningAction)),
        columns.DETAIL: pa.Column(str),
    },
    name="ledger",
)
