"""Shapes of the knowledge's tables."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pandera.pandas as pa

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction

__all__ = ["DISORDERS", "HPO_ALTERNATIVES", "HPO_ANNOTATIONS", "HPO_EDGES", "HPO_TERMS", "ORPHANET"]

_HPO_ID: Final = pa.Check.str_matches(r"^HP:\d{7}$")
_CODE: Final = pa.Check.str_matches(r"^\d+$")
_ENTRY: Final = pa.Check.str_matches(r"^[A-Za-z]+:\S+$")
_FRACTION: Final = pa.Check.in_range(0.0, 1.0)


def _is_list_of_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


_TEXTS: Final = pa.Check(_is_list_of_texts, element_wise=True, name="list of texts", error="list of texts")

HPO_TERMS: Final = pa.DataFrameSchema(
    {
        columns.TERM_ID: pa.Column(str, _HPO_ID, unique=True),
        columns.LABEL: pa.Column(str, pa.Check.str_length(min_value=1)),
        columns.DEFINITION: pa.Column(str),
        columns.SYNONYMS: pa.Column(object, _TEXTS),
        columns.EXACT_SYNONYMS: pa.Column(object, _TEXTS),
        columns.CROSS_REFERENCES: pa.Column(object, _TEXTS),
        columns.IS_OBSOLETE: pa.Column(bool),
        columns.RELEASE: pa.Column(str),
    },
    name="hpo_terms",
)
HPO_EDGES: Final = pa.DataFrameSchema(
    {columns.TERM_ID: pa.Column(str, _HPO_ID), columns.PARENT_ID: pa.Column(str, _HPO_ID)}, name="hpo_edges"
)
HPO_ALTERNATIVES: Final = pa.DataFrameSchema(
    {columns.ALTERNATIVE_ID: pa.Column(str, _HPO_ID, unique=True), columns.TERM_ID: pa.Column(str, _HPO_ID)},
    name="hpo_alternatives",
)
HPO_ANNOTATIONS: Final = pa.DataFrameSchema(
    {
        columns.DATABASE_ID: pa.Column(str, _ENTRY),
        columns.DISEASE_NAME: pa.Column(str),
        columns.NEGATED: pa.Column(bool),
        columns.TERM_ID: pa.Column(str, _HPO_ID),
        columns.REFERENCES: pa.Column(object, _TEXTS),
        columns.EVIDENCE: pa.Column(str),
        columns.ONSET: pa.Column(str, nullable=True),
        columns.FREQUENCY_OBSERVED: pa.Column("Int32", pa.Check.ge(0), nullable=True),
        columns.FREQUENCY_EXAMINED: pa.Column("Int32", pa.Check.ge(1), nullable=True),
        columns.FREQUENCY_LOW: pa.Column(float, _FRACTION, nullable=True),
        columns.FREQUENCY_HIGH: pa.Column(float, _FRACTION, nullable=True),
        columns.SEX: pa.Column(str, pa.Check.isin(["male", "female"]), nullable=True),
        columns.MODIFIER: pa.Column(str, nullable=True),
        columns.ASPECT: pa.Column(str, pa.Check.isin(["P", "I", "C", "M", "H"])),
    },
    name="hpo_annotations",
)
ORPHANET: Final[Mapping[str, pa.DataFrameSchema]] = MappingProxyType(
    {
        "disorders": pa.DataFrameSchema(
            {
                columns.ORPHA_CODE: pa.Column(str, _CODE, unique=True),
                columns.DISORDER_NAME: pa.Column(str, pa.Check.str_length(min_value=1)),
                columns.DISORDER_TYPE: pa.Column(str, pa.Check.str_length(min_value=1)),
                columns.SYNONYMS: pa.Column(object, _TEXTS),
                columns.DEFINITION: pa.Column(str),
                columns.HEADS: pa.Column(object, _TEXTS),
                columns.ONSETS: pa.Column(object, _TEXTS),
                columns.INHERITANCES: pa.Column(object, _TEXTS),
                columns.RELEASE: pa.Column(str),
            },
            name="orphanet_disorders",
        ),
        "parents": pa.DataFrameSchema(
            {columns.ORPHA_CODE: pa.Column(str, _CODE), columns.PARENT_CODE: pa.Column(str, _CODE)},
            name="orphanet_parents",
        ),
        "cross_references": pa.DataFrameSchema(
            {
                columns.ORPHA_CODE: pa.Column(str, _CODE),
                columns.SOURCE: pa.Column(str),
                columns.REFERENCE_ID: pa.Column(str, _ENTRY),
                columns.RELATION: pa.Column(str),
            },
            name="orphanet_cross_references",
        ),
        "prevalences": pa.DataFrameSchema(
            {
                columns.ORPHA_CODE: pa.Column(str, _CODE),
                columns.PREVALENCE_TYPE: pa.Column(str),
                columns.PREVALENCE_CLASS: pa.Column(str, nullable=True),
                columns.MEAN_VALUE: pa.Column(float, pa.Check.gt(0), nullable=True),
                columns.GEOGRAPHY: pa.Column(str, nullable=True),
                columns.SOURCE: pa.Column(str, nullable=True),
            },
            name="orphanet_prevalences",
        ),
        "phenotypes": pa.DataFrameSchema(
            {
                columns.ORPHA_CODE: pa.Column(str, _CODE),
                columns.TERM_ID: pa.Column(str, _HPO_ID),
                columns.FREQUENCY: pa.Column(str),
            },
            name="orphanet_phenotypes",
        ),
        "quarantine": pa.DataFrameSchema(
            {
                columns.SOURCE_FILE: pa.Column(str),
                columns.REASON: pa.Column(str, pa.Check.str_matches(r"^[A-Z_]+$")),
                columns.FIELD: pa.Column(str),
                columns.DETAIL: pa.Column(str),
                columns.ACTION: pa.Column(str, pa.Check.isin([str(action) for action in CleaningAction])),
            },
            name="orphanet_quarantine",
        ),
    }
)
DISORDERS: Final = pa.DataFrameSchema(
    {
        columns.DISORDER_ID: pa.Column(str, _ENTRY, unique=True),
        columns.DISORDER_NAME: pa.Column(str, pa.Check.str_length(min_value=1)),
        columns.MEMBER_IDS: pa.Column(object, _TEXTS),
        columns.ORPHA_CODE: pa.Column(object, _TEXTS),
        columns.DISORDER_TYPE: pa.Column(str, nullable=True),
        columns.CATEGORY: pa.Column(str),
        columns.CATEGORY_SOURCE: pa.Column(
            str, pa.Check.isin(["orphanet", "facts_table", "series", "dominance", "none"])
        ),
        columns.PREVALENCE_CLASS: pa.Column(str, nullable=True),
        columns.ONSETS: pa.Column(object, _TEXTS),
        columns.INHERITANCES: pa.Column(object, _TEXTS),
        columns.RELATED_IDS: pa.Column(object, _TEXTS),
        columns.IS_ANNOTATED: pa.Column(bool),
    },
    name="disorders",
)
