"""What the API takes and gives, with the examples of its OpenAPI document."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orphan_disease.contracts import columns
from orphan_disease.contracts.records import PredictionRecord
from orphan_disease.contracts.vocabulary import ChiefComplaint, Consciousness, Sex
from orphan_disease.domain import ages, checks

__all__ = [
    "FORM_FIELDS",
    "CaseForm",
    "CaseNote",
    "ExplanationRequest",
    "Health",
    "ModelDescription",
    "Prediction",
    "Vitals",
]

MOST_TERMS: Final = 500
MOST_NAME_CHARACTERS: Final = 200
_LIMITS: Final = {check.column: check for check in (*checks.NUMERIC_CHECKS, checks.TEMPERATURE_CHECK)}


def _number(column: str) -> Any:
    check = _LIMITS[column]
    return Field(default=None, ge=check.low, le=check.high, allow_inf_nan=False, description=f"In {check.unit}.")


_Name = Annotated[str, Field(min_length=1, max_length=MOST_NAME_CHARACTERS)]
_Names = Annotated[tuple[_Name, ...], Field(max_length=MOST_TERMS)]
_Days = Annotated[float, Field(ge=0, le=ages.MAX_AGE_DAYS, allow_inf_nan=False)]
_Years = Annotated[float, Field(ge=0, le=ages.MAX_AGE_DAYS / ages.YEAR_DAYS, allow_inf_nan=False)]


class _Request(BaseModel):
    """What every part of a request shares: it is frozen, takes no unnamed field, and never quotes what broke it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Vitals(_Request):
    """Vital signs on arrival; what was not measured is left out."""

    temperature_c: float | None = _number(columns.TEMPERATURE_C)
    heart_rate_bpm: float | None = _number(columns.HEART_RATE_BPM)
    respiratory_rate_bpm: float | None = _number(columns.RESPIRATORY_RATE_BPM)
    systolic_mmhg: float | None = _number(columns.SYSTOLIC_MMHG)
    diastolic_mmhg: float | None = _number(columns.DIASTOLIC_MMHG)
    oxygen_saturation_pct: float | None = _number(columns.OXYGEN_SATURATION_PCT)
    pain_score: float | None = _number(columns.PAIN_SCORE)

    @model_validator(mode="after")
    def _pressures_in_order(self) -> "Vitals":
        if self.systolic_mmhg is not None and self.diastolic_mmhg is not None:
            if self.diastolic_mmhg > self.systolic_mmhg:
                raise ValueError("diastolic_mmhg is above systolic_mmhg; were the two swapped?")
        return self


class CaseForm(_Request):
    """A case as a person fills it in. A symptom is an HPO id, a local code, or its name in Spanish or English."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "observed": ["HP:0001250", "retraso del desarrollo"],
                "excluded": ["HP:0001945"],
                "age_years": 3.5,
                "sex": "female",
                "vitals": {"temperature_c": 36.8, "heart_rate_bpm": 110},
            }
        }
    )

    case_id: _Name | None = Field(default=None, description="The client's own name of the case; no patient's name.")
    patient_id: _Name | None = Field(default=None, description="Pseudonym; anything else is replaced by a digest.")
    observed: _Names = Field(default=(), description="Symptoms and signs that the patient has.")
    excluded: _Names = Field(default=(), description="Symptoms and signs that were looked for and are absent.")
    age_years: _Years | None = Field(default=None, description="Age at the visit, in years; or `age_days`.")
    age_days: _Days | None = Field(default=None, description="Age at the visit, in days.")
    onset_age_years: _Years | None = Field(default=None, description="Age when the first signs appeared, in years.")
    onset_age_days: _Days | None = Field(default=None, description="Age when the first signs appeared, in days.")
    sex: Sex = Sex.UNKNOWN
    vitals: Vitals = Vitals()
    consciousness: Consciousness | None = Field(default=None, description="On the AVPU scale.")
    chief_complaint: ChiefComplaint | None = Field(default=None, description="Why the patient came.")
    symptom_duration_days: float | None = _number(columns.SYMPTOM_DURATION_DAYS)
    previous_visits: int | None = Field(default=None, ge=0, le=10_000)
    family_history: bool | None = Field(default=None, description="Whether a relative has the same signs.")
    consanguinity: bool | None = Field(default=None, description="Whether the parents are related.")
    pregnant: bool | None = None
    simulated: bool = Field(default=False, description="Whether the case is fabricated; marked in the answer.")

    @model_validator(mode="after")
    def _one_unit_each(self) -> "CaseForm":
        for days, years, name in (
            (self.age_days, self.age_years, "age"),
            (self.onset_age_days, self.onset_age_years, "onset_age"),
        ):
            if days is not None and years is not None:
                raise ValueError(f"{name}_days and {name}_years are both given; give one of them")
        return self


FORM_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "": tuple(CaseForm.model_fields),
    "vitals": tuple(Vitals.model_fields),
}
"""Path of an object of the form -> its fields."""


class CaseNote(BaseModel):
    """What was left out or set aside while the case was read; the prediction rests on the rest."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(description="Path in the request, or column of the case.")
    reason: str = Field(description="A code, such as TERM_UNKNOWN.")
    detail: str = Field(description="What was wrong, and what was done.")


class Prediction(PredictionRecord):
    """The answer to one case, as it is stored: the prediction record, its id, and what was not understood."""

    prediction_id: str = Field(description="Reads this very answer again under `/v1/predictions/{prediction_id}`.")
    notes: tuple[CaseNote, ...] = Field(default=(), description="What of the case was left out or set aside.")


class ExplanationRequest(_Request):
    """A case, and what to explain of it."""

    case: dict[str, Any] = Field(description="A case in any form that `/v1/predictions` takes.")
    disorder_ids: Annotated[tuple[_Name, ...], Field(max_length=50)] = Field(
        default=(), description="Disorders to explain (any of their ids); the first of the differential if empty."
    )
    disorders: int = Field(default=5, ge=0, le=50, description="Disorders of the differential to explain.")
    questions: int = Field(default=5, ge=0, le=20, description="Next questions to name.")


class ModelDescription(BaseModel):
    """The model that answers now."""

    model_config = ConfigDict(frozen=True)

    name: str
    model_version: str
    knowledge_version: str
    categories: tuple[str, ...]
    category_labels: Mapping[str, Mapping[str, str]] = Field(description="Category -> language -> what to show.")
    coverage: float = Field(description="Nominal coverage of the prediction sets.")
    disorders: int = Field(description="Disorders that the differential ranks.")
    created_at: datetime
    loaded_at: datetime
    source_revision: str | None
    data_fingerprints: Mapping[str, str]


class Health(BaseModel):
    """Whether the service lives, or is ready to answer."""

    model_config = ConfigDict(frozen=True)

    status: Literal["live", "ready"]
    model_version: str | None = None
