"""The tables that the package carries (`adapters/tables/*.csv`): their names, columns and types.

`adapters/tables/README.md` says what each column means and where the figures come from.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = [
    "AGE_MAX_YEARS",
    "AGE_MIN_YEARS",
    "AGE_MODE_YEARS",
    "BROADER",
    "CHIEF_COMPLAINT",
    "CODE",
    "CONDITION_ID",
    "EXACT",
    "FEMALE_SHARE",
    "FIELD",
    "FREQUENCY",
    "HPO_ID",
    "HPO_LABEL",
    "HPO_ROOT",
    "ICD10",
    "LABEL_EN",
    "LABEL_ES",
    "MEAN",
    "NAME",
    "NAME_EN",
    "NAME_ES",
    "OMIM_IDS",
    "RELATION",
    "RELATIVE_INCIDENCE",
    "SD",
    "SOURCE",
    "TABLE_TYPES",
    "TARGET_ID",
    "TARGET_LABEL",
    "PackageTable",
]


class PackageTable(StrEnum):
    """The tables, each named as its file without `.csv`."""

    ORPHAN_DISORDERS = "orphan_disorders"
    COMMON_CONDITIONS = "common_conditions"
    COMMON_CONDITION_TERMS = "common_condition_terms"
    COMMON_CONDITION_VITALS = "common_condition_vitals"
    LOCAL_CODES = "local_codes"
    SPANISH_TERMS = "spanish_terms"
    ENGLISH_TERMS = "english_terms"
    CONDITION_CODES = "condition_codes"
    CHIEF_COMPLAINTS = "chief_complaints"


# --- columns that are not already in contracts.columns ---------------------------------------------------------------
NAME: Final = "name"
OMIM_IDS: Final = "omim_ids"  # OMIM numbers separated by "|"
SOURCE: Final = "source"
CONDITION_ID: Final = "condition_id"  # "ICD10:J10"
ICD10: Final = "icd10"  # "J10"
NAME_EN: Final = "name_en"
NAME_ES: Final = "name_es"
RELATIVE_INCIDENCE: Final = "relative_incidence"  # per 1,000 visits
AGE_MIN_YEARS: Final = "age_min_years"
AGE_MODE_YEARS: Final = "age_mode_years"
AGE_MAX_YEARS: Final = "age_max_years"
FEMALE_SHARE: Final = "female_share"  # fraction
CHIEF_COMPLAINT: Final = "chief_complaint"  # contracts.vocabulary.ChiefComplaint
HPO_ID: Final = "hpo_id"
HPO_LABEL: Final = "hpo_label"
FREQUENCY: Final = "frequency"  # fraction of the condition's patients
FIELD: Final = "field"  # a vital sign of contracts.columns.VITAL_SIGNS
MEAN: Final = "mean"
SD: Final = "sd"
CODE: Final = "code"
TARGET_ID: Final = "target_id"  # an HPO id or a disorder
TARGET_LABEL: Final = "target_label"
RELATION: Final = "relation"  # EXACT or BROADER
EXACT: Final = "exact"  # code and target mean the same
BROADER: Final = "broader"  # the target is broader than the code
LABEL_ES: Final = "label_es"
LABEL_EN: Final = "label_en"
HPO_ROOT: Final = "hpo_root"

TABLE_TYPES: Final[Mapping[PackageTable, Mapping[str, str]]] = MappingProxyType(
    {
        PackageTable.ORPHAN_DISORDERS: {
            "orpha_code": "str",
            NAME: "str",
            "category": "str",
            "prevalence_class": "str",
            OMIM_IDS: "str",
            SOURCE: "str",
        },
        PackageTable.COMMON_CONDITIONS: {
            CONDITION_ID: "str",
            ICD10: "str",
            NAME_EN: "str",
            NAME_ES: "str",
            RELATIVE_INCIDENCE: "float64",
            AGE_MIN_YEARS: "float64",
            AGE_MODE_YEARS: "float64",
            AGE_MAX_YEARS: "float64",
            FEMALE_SHARE: "float64",
            CHIEF_COMPLAINT: "str",
            SOURCE: "str",
        },
        PackageTable.COMMON_CONDITION_TERMS: {
            ICD10: "str",
            HPO_ID: "str",
            HPO_LABEL: "str",
            FREQUENCY: "float64",
            SOURCE: "str",
        },
        PackageTable.COMMON_CONDITION_VITALS: {ICD10: "str", FIELD: "str", MEAN: "float64", SD: "float64"},
        PackageTable.LOCAL_CODES: {CODE: "str", LABEL_ES: "str", LABEL_EN: "str", HPO_ID: "str"},
        PackageTable.SPANISH_TERMS: {HPO_ID: "str", LABEL_ES: "str"},
        PackageTable.ENGLISH_TERMS: {HPO_ID: "str", HPO_LABEL: "str", LABEL_EN: "str"},
        PackageTable.CONDITION_CODES: {
            CODE: "str",
            TARGET_ID: "str",
            TARGET_LABEL: "str",
            RELATION: "str",
            SOURCE: "str",
        },
        PackageTable.CHIEF_COMPLAINTS: {CODE: "str", LABEL_ES: "str", LABEL_EN: "str", HPO_ROOT: "str"},
    }
)
"""Column -> pandas type of each table, in the order of the file."""
