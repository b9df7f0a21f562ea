"""The prediction record: the one answer to one case, for the batch file, the API and the notebook alike.

`PredictionRecord` is the typed object; `prediction_schema` is the same record as columns of a Parquet file. The file
carries, beside the map of category probabilities, one flat column `probability_<category>` each, for readers without
nested types.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from math import isnan
from typing import Any, Final

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.contracts import columns

__all__ = [
    "DIFFERENTIAL_TYPE",
    "MINIMUM_DIFFERENTIAL_LENGTH",
    "QUESTIONS_TYPE",
    "Contribution",
    "DifferentialEntry",
    "NextQuestion",
    "PredictionRecord",
    "prediction_schema",
    "probability_column",
]

MINIMUM_DIFFERENTIAL_LENGTH: Final = 50
PROBABILITY_PREFIX: Final = "probability_"

EQUIVALENT_IDS: Final = "equivalent_ids"
SCORE: Final = "score"
PROBABILITY: Final = "probability"
ONSET: Final = "onset"
INHERITANCE: Final = "inheritance"
REFERENCES: Final = "references"
CONTRIBUTIONS: Final = "contributions"
DEMOGRAPHIC_NATS: Final = "demographic_nats"
IS_EXCLUDED: Final = "is_excluded"
NATS: Final = "nats"
INFORMATION_GAIN_BITS: Final = "information_gain_bits"
CATEGORY_GAIN_BITS: Final = "category_gain_bits"
FOUND_BY: Final = "found_by"

_STRINGS: Final = pa.list_(pa.string())

CONTRIBUTIONS_TYPE: Final = pa.list_(
    pa.struct([(columns.TERM_ID, pa.string()), (IS_EXCLUDED, pa.bool_()), (NATS, pa.float32())])
)
DIFFERENTIAL_TYPE: Final = pa.list_(
    pa.struct(
        [
            (columns.DISORDER_ID, pa.string()),
            (columns.DISORDER_NAME, pa.string()),
            (SCORE, pa.float32()),
            (PROBABILITY, pa.float32()),
            (CONTRIBUTIONS, CONTRIBUTIONS_TYPE),
            (DEMOGRAPHIC_NATS, pa.float32()),
            (EQUIVALENT_IDS, _STRINGS),
            (columns.CATEGORY, pa.string()),
            (columns.PREVALENCE_CLASS, pa.string()),
            (ONSET, _STRINGS),
            (INHERITANCE, _STRINGS),
            (REFERENCES, _STRINGS),
        ]
    )
)
QUESTIONS_TYPE: Final = pa.list_(
    pa.struct(
        [
            (columns.TERM_ID, pa.string()),
            (columns.LABEL, pa.string()),
            (INFORMATION_GAIN_BITS, pa.float32()),
            (CATEGORY_GAIN_BITS, pa.float32()),
            (FOUND_BY, pa.string()),
        ]
    )
)


class _Record(BaseModel):
    """What every part of a record shares: it is frozen and takes no unnamed field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Contribution(_Record):
    """What one finding of the patient says of a disorder."""

    term_id: str = Field(description="HPO id.")
    is_excluded: bool = Field(description="Whether the finding was looked for and not found.")
    nats: float = Field(description="Log-likelihood ratio: above 0 for the disorder, below 0 against it.")


class DifferentialEntry(_Record):
    """One disorder of the differential, with facts that are looked up and never predicted."""

    disorder_id: str = Field(description="Preferred id: OMIM:, ORPHA: or DECIPHER:.")
    disorder_name: str
    score: float = Field(description="The ranking's score; larger is more likely. Comparable inside one case only.")
    probability: float = Field(ge=0, le=1, description="Share of belief among all disorders, given an orphan disease.")
    contributions: tuple[Contribution, ...] = Field(default=(), description="Of every finding, in the case's order.")
    demographic_nats: float = Field(default=0.0, description="What age and sex add, weighted, in nats.")
    equivalent_ids: tuple[str, ...] = Field(description="Every id of the same disorder, the preferred one included.")
    category: str = Field(description="The category that the disorder belongs to, or `unknown`.")
    prevalence_class: str | None = Field(description="Orphanet's prevalence class; absent where none is documented.")
    onset: tuple[str, ...] = Field(default=(), description="Ages of onset, as Orphanet names them.")
    inheritance: tuple[str, ...] = Field(default=(), description="Modes of inheritance, as Orphanet names them.")
    references: tuple[str, ...] = Field(default=(), description="Publications that describe it best, a few of them.")


class NextQuestion(_Record):
    """A symptom whose presence or absence would tell the most about this case."""

    term_id: str = Field(description="HPO id.")
    label: str
    information_gain_bits: float = Field(ge=0, description="Expected information gain on the differential.")
    category_gain_bits: float = Field(ge=0, description="The same on the category.")
    found_by: str = Field(description="How it is found out: `ask`, `examine` or `test`.")


class PredictionRecord(_Record):
    """The answer to one case.

    Examples:
        >>> record = PredictionRecord(
        ...     case_id="c1", model_version="m1", knowledge_version="hpo-2025-01-16",
        ...     predicted_at="2026-01-02T03:04:05Z", is_simulated=False, orphan_probability=0.8,
        ...     category="neurological", category_probabilities={"neurological": 0.9, "organ_system": 0.1},
        ...     prediction_set=["neurological"])
        >>> record.differential
        ()
    """

    case_id: str
    patient_id: str | None = Field(default=None, description="Pseudonym, by which a later diagnosis finds the answer.")
    model_version: str
    knowledge_version: str = Field(description="Release of the HPO and of Orphanet that the answer rests on.")
    predicted_at: datetime = Field(description="UTC.")
    is_simulated: bool | None = Field(description="Whether the case is fabricated; absent where unsaid.")
    orphan_probability: float = Field(ge=0, le=1, description="Calibrated probability of an orphan disease at all.")
    category: str = Field(description="The most probable category, or `abstained`.")
    category_probabilities: Mapping[str, float] = Field(description="Given an orphan disease; they sum to 1.")
    prediction_set: tuple[str, ...] = Field(description="Conformal set of categories at the configured coverage.")
    differential: tuple[DifferentialEntry, ...] = ()
    next_questions: tuple[NextQuestion, ...] = Field(default=(), description="As many as were asked for.")

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "PredictionRecord":
        """Build the record from one row of a predictions file, given as plain Python values."""
        kept = {name: _present(row[name]) for name in cls.model_fields if name in row}
        return cls.model_validate(
            {**kept, columns.CATEGORY_PROBABILITIES: dict(row[columns.CATEGORY_PROBABILITIES])},
        )


def _present(value: Any) -> Any:
    """The value, or None for the NaN by which a frame says that it is absent."""
    return None if isinstance(value, float) and isnan(value) else value


def probability_column(category: str) -> str:
    """Name of the flat column that carries one category's probability.

    >>> probability_column("neurological")
    'probability_neurological'
    """
    return f"{PROBABILITY_PREFIX}{category}"


def prediction_schema(categories: Sequence[str]) -> pa.Schema:
    """Columns and types of a predictions file.

    Args:
        categories: the categories of the scheme, in its order.
    """
    return _prediction_schema(tuple(categories))


@lru_cache
def _prediction_schema(categories: tuple[str, ...]) -> pa.Schema:
    return pa.schema(
        [
            (columns.CASE_ID, pa.string()),
            (columns.PATIENT_ID, pa.string()),
            (columns.MODEL_VERSION, pa.string()),
            (columns.KNOWLEDGE_VERSION, pa.string()),
            (columns.PREDICTED_AT, pa.timestamp("us", tz="UTC")),
            (columns.IS_SIMULATED, pa.bool_()),
            (columns.ORPHAN_PROBABILITY, pa.float64()),
            (columns.CATEGORY, pa.string()),
            *((probability_column(category), pa.float64()) for category in categories),
            (columns.CATEGORY_PROBABILITIES, pa.map_(pa.string(), pa.float64())),
            (columns.PREDICTION_SET, _STRINGS),
            (columns.DIFFERENTIAL, DIFFERENTIAL_TYPE),
            (columns.NEXT_QUESTIONS, QUESTIONS_TYPE),
        ]
    )
