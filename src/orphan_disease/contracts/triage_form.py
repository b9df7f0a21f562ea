"""The triage form as it arrives: its columns, the units it may state, and how its symptoms are written.

The form is a CSV or Parquet table of text. `domain.triage` types it; `domain.hospital_forms` writes it for the
fabricated hospital. Column names of the *typed* case are in `contracts.columns`.
"""

from typing import Final

# --- columns -------------------------------------------------------------------------------------------------------
PATIENT_ID: Final = "patient_id"  # a pseudonym ("SIM-000123", "PSN-…"); anything else is hashed on reading
ENCOUNTER_ID: Final = "encounter_id"  # identifies the visit, and so the case
ARRIVAL_AT: Final = "arrival_at"  # ISO 8601; without an offset it is UTC
AGE_VALUE: Final = "age_value"
AGE_UNIT: Final = "age_unit"  # a key of AGE_UNIT_DAYS
SEX: Final = "sex"  # female, male, unknown
TEMPERATURE: Final = "temperature"
TEMPERATURE_UNIT: Final = "temperature_unit"  # one of TEMPERATURE_UNITS
HEART_RATE: Final = "heart_rate"  # beats per minute
RESPIRATORY_RATE: Final = "respiratory_rate"  # breaths per minute
SYSTOLIC: Final = "systolic"  # mmHg
DIASTOLIC: Final = "diastolic"  # mmHg
OXYGEN_SATURATION: Final = "oxygen_saturation"  # percent
PAIN: Final = "pain"  # 0 to 10
CONSCIOUSNESS: Final = "consciousness"  # contracts.vocabulary.Consciousness
CHIEF_COMPLAINT: Final = "chief_complaint"  # contracts.vocabulary.ChiefComplaint
SYMPTOMS: Final = "symptoms"  # "HP:0001250;no:HP:0001945;FIEBRE"
SYMPTOM_DURATION_DAYS: Final = "symptom_duration_days"
PREGNANT: Final = "pregnant"  # yes, no or empty
FAMILY_HISTORY: Final = "family_history"  # yes, no or empty
CONSANGUINITY: Final = "consanguinity"  # yes, no or empty
PREVIOUS_VISITS: Final = "previous_visits"
SIMULATED: Final = "simulated"  # yes in every fabricated row, else no or empty

TRIAGE_COLUMNS: Final = (
    PATIENT_ID,
    ENCOUNTER_ID,
    ARRIVAL_AT,
    AGE_VALUE,
    AGE_UNIT,
    SEX,
    TEMPERATURE,
    TEMPERATURE_UNIT,
    HEART_RATE,
    RESPIRATORY_RATE,
    SYSTOLIC,
    DIASTOLIC,
    OXYGEN_SATURATION,
    PAIN,
    CONSCIOUSNESS,
    CHIEF_COMPLAINT,
    SYMPTOMS,
    SYMPTOM_DURATION_DAYS,
    PREGNANT,
    FAMILY_HISTORY,
    CONSANGUINITY,
    PREVIOUS_VISITS,
    SIMULATED,
)

REQUIRED_TRIAGE_COLUMNS: Final = (PATIENT_ID, ENCOUNTER_ID, ARRIVAL_AT)  # every other column may be left out

# --- how a cell is written -----------------------------------------------------------------------------------------
SYMPTOM_SEPARATOR: Final = ";"
EXCLUDED_PREFIX: Final = "no:"  # before a code: looked for and absent
YES: Final = "yes"
NO: Final = "no"

AGE_UNIT_DAYS: Final = {"years": 365.25, "months": 30.4375, "weeks": 7.0, "days": 1.0, "hours": 1.0 / 24.0}
TEMPERATURE_UNITS: Final = ("C", "F", "K")

SIMULATED_MARK: Final = "simulated"  # a phenopacket whose metaData.createdBy contains it is a fabricated one
