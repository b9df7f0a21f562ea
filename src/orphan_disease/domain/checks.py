"""The checks of the triage form, as data: which values are possible, and which wrong units are recognised.

A vital sign outside the limits is an error, not a value: it is set missing, and the ledger says so. The limits are what
a living patient can show at all, not what is normal; they are this project's own choice. A value that is impossible in
the unit of the form but plain in another one that staff use is converted; where both readings are possible the form's
unit stands.
"""

from dataclasses import dataclass
from typing import Final

from orphan_disease.contracts import columns, triage_form
from orphan_disease.contracts.vocabulary import ChiefComplaint, Consciousness, Sex
from orphan_disease.domain import ages

__all__ = [
    "AGE_CHECK",
    "NUMERIC_CHECKS",
    "TEMPERATURE_CHECK",
    "TEMPERATURE_SCALES",
    "VOCABULARY_CHECKS",
    "YES_NO",
    "NumericCheck",
    "Rescue",
    "VocabularyCheck",
]


@dataclass(frozen=True, slots=True)
class Rescue:
    """A wrong unit: a reading of `low` to `high` (inclusive) becomes `reading * factor + offset`."""

    low: float
    high: float
    factor: float
    offset: float
    detail: str


@dataclass(frozen=True, slots=True)
class NumericCheck:
    """The limits of a number: a reading outside `low` to `high` (inclusive) that no rescue explains is set missing."""

    field: str  # column of the form
    column: str  # column of the typed table
    low: float
    high: float
    unit: str
    reason: str = "VITAL_OUT_OF_RANGE"
    rescues: tuple[Rescue, ...] = ()
    whole: bool = False  # a count: fractions are errors

    @property
    def detail(self) -> str:
        """What is allowed, for the ledger: ages in years, as people say them."""
        if self.reason == "AGE_OUT_OF_RANGE":
            return f"outside {self.low / ages.YEAR_DAYS:g} to {self.high / ages.YEAR_DAYS:g} years"
        return f"outside {self.low:g} to {self.high:g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class VocabularyCheck:
    """A coded field: the spellings that are understood, and what stands for anything else."""

    field: str
    column: str
    spellings: dict[str, str]
    otherwise: str | None = None


KPA_IN_MMHG: Final = 7.500617

NUMERIC_CHECKS: Final = (
    NumericCheck(triage_form.HEART_RATE, columns.HEART_RATE_BPM, 20, 300, "bpm"),
    NumericCheck(triage_form.RESPIRATORY_RATE, columns.RESPIRATORY_RATE_BPM, 3, 120, "breaths per minute"),
    NumericCheck(
        triage_form.SYSTOLIC,
        columns.SYSTOLIC_MMHG,
        30,
        300,
        "mmHg",
        rescues=(Rescue(4.0, 29.9, KPA_IN_MMHG, 0.0, "a pressure in kPa, converted to mmHg"),),
    ),
    NumericCheck(
        triage_form.DIASTOLIC,
        columns.DIASTOLIC_MMHG,
        15,
        200,
        "mmHg",
        rescues=(Rescue(2.0, 14.9, KPA_IN_MMHG, 0.0, "a pressure in kPa, converted to mmHg"),),
    ),
    NumericCheck(
        triage_form.OXYGEN_SATURATION,
        columns.OXYGEN_SATURATION_PCT,
        20,
        100,
        "%",
        rescues=(Rescue(0.2, 1.0, 100.0, 0.0, "a fraction, converted to percent"),),
    ),
    NumericCheck(triage_form.PAIN, columns.PAIN_SCORE, 0, 10, "points"),
    NumericCheck(
        triage_form.SYMPTOM_DURATION_DAYS,
        columns.SYMPTOM_DURATION_DAYS,
        0,
        ages.MAX_AGE_DAYS,
        "days",
        reason="DURATION_OUT_OF_RANGE",
    ),
    NumericCheck(
        triage_form.PREVIOUS_VISITS,
        columns.PREVIOUS_VISITS,
        0,
        10_000,
        "visits",
        reason="COUNT_OUT_OF_RANGE",
        whole=True,
    ),
)
TEMPERATURE_CHECK: Final = NumericCheck(triage_form.TEMPERATURE, columns.TEMPERATURE_C, 20, 45, "°C")
AGE_CHECK: Final = NumericCheck(
    triage_form.AGE_VALUE, columns.AGE_DAYS, 0, ages.MAX_AGE_DAYS, "days", reason="AGE_OUT_OF_RANGE"
)

# Scale of the form -> (factor, offset) to °C, exact by definition.
TEMPERATURE_SCALES: Final = {"C": (1.0, 0.0), "F": (5 / 9, -160 / 9), "K": (1.0, -273.15)}

YES_NO: Final = {
    **dict.fromkeys(("yes", "y", "true", "1", "1.0", "si", "sí", "s"), 1.0),
    **dict.fromkeys(("no", "n", "false", "0", "0.0"), 0.0),
}

_SEX: Final = {
    **dict.fromkeys(("female", "f", "woman", "mujer", "femenino", "hembra"), str(Sex.FEMALE)),
    **dict.fromkeys(("male", "m", "man", "hombre", "varon", "varón", "masculino"), str(Sex.MALE)),
    **dict.fromkeys(("unknown", "u", "other", "desconocido", "otro", "indeterminado"), str(Sex.UNKNOWN)),
}
_CONSCIOUSNESS: Final = {
    **{str(level): str(level) for level in Consciousness},
    **{"a": "alert", "v": "voice", "p": "pain", "u": "unresponsive"},
    **{"alerta": "alert", "voz": "voice", "dolor": "pain", "inconsciente": "unresponsive"},
}

VOCABULARY_CHECKS: Final = (
    VocabularyCheck(triage_form.SEX, columns.SEX, _SEX, otherwise=str(Sex.UNKNOWN)),
    VocabularyCheck(triage_form.CONSCIOUSNESS, columns.CONSCIOUSNESS, _CONSCIOUSNESS),
    VocabularyCheck(
        triage_form.CHIEF_COMPLAINT,
        columns.CHIEF_COMPLAINT,
        {str(complaint): str(complaint) for complaint in ChiefComplaint},
        otherwise=str(ChiefComplaint.OTHER),
    ),
)
