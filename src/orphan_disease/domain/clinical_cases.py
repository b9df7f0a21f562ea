"""One person as a clinical document describes them, whatever the document's format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction, Provenance, Sex
from orphan_disease.domain import ages

__all__ = ["ClinicalCase", "DocumentError", "Note", "plausible_ages"]


class DocumentError(ValueError):
    """A document that yields no case; `reason` is a code for the ledger, the text says what would be right."""

    def __init__(self, reason: str, detail: str) -> None:
        """Keep the reason beside the text."""
        super().__init__(detail)
        self.reason = reason


class Note(NamedTuple):
    """What was read but changed or set aside: one row of the ledger. `detail` never holds a patient's value."""

    field: str
    reason: str
    detail: str
    action: CleaningAction = CleaningAction.IMPUTE


@dataclass(frozen=True, slots=True)
class ClinicalCase:
    """One person; terms are current HPO ids, ages are days, None is unknown.

    Attributes:
        vitals: readings at the visit, by column of `contracts.columns.VITAL_SIGNS`.
        mapped_codes: for each code of another terminology that became a term or a disorder, how ("SNOMED:386661006 >
            HP:0001945, hpo_cross_reference, Condition").
        notes: what was read but changed or set aside.
    """

    case_id: str
    patient_id: str
    provenance: Provenance
    reference: str | None
    encounter_at: datetime | None
    recorded_at: datetime | None
    age_days: float | None
    onset_age_days: float | None
    sex: Sex
    observed: tuple[str, ...]
    excluded: tuple[str, ...]
    unknown_codes: tuple[str, ...]
    replaced: int
    family_history: float | None
    consanguinity: float | None
    diagnosis_id: str | None
    notes: tuple[Note, ...] = ()
    vitals: Mapping[str, float] = field(default_factory=dict)
    consciousness: str | None = None
    pregnant: float | None = None
    mapped_codes: tuple[str, ...] = ()


def plausible_ages(age: float | None, onset: float | None) -> tuple[float | None, float | None, tuple[Note, ...]]:
    """The two ages, each set missing with a note where nobody lives that long.

    >>> plausible_ages(400 * 365.25, 10.0)[:2]
    (None, 10.0)
    """
    named = ((columns.AGE_DAYS, age), (columns.ONSET_AGE_DAYS, onset))
    notes = tuple(
        Note(name, "AGE_OUT_OF_RANGE", "an age beyond 125 years")
        for name, value in named
        if value is not None and value > ages.MAX_AGE_DAYS
    )
    kept = [value if value is not None and value <= ages.MAX_AGE_DAYS else None for _, value in named]
    return kept[0], kept[1], notes
