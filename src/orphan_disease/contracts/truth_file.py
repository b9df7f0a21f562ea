"""The truth file as it arrives: confirmed diagnoses, dated later than the visits that they explain."""

from typing import Final

PATIENT_ID: Final = "patient_id"  # as in the triage form
ENCOUNTER_ID: Final = "encounter_id"  # the visit that the diagnosis explains; empty: every visit of the patient
DIAGNOSIS_ID: Final = "diagnosis_id"  # ORPHA:, OMIM:, DECIPHER: or ICD10: code; "NONE" for nothing found
CONFIRMED_AT: Final = "confirmed_at"  # ISO 8601; without an offset it is UTC
CATEGORY: Final = "category"  # the hospital's own label (scheme `hospital`); it may stand without a diagnosis_id
SIMULATED: Final = "simulated"  # yes in every fabricated row, else no or empty

TRUTH_COLUMNS: Final = (PATIENT_ID, ENCOUNTER_ID, DIAGNOSIS_ID, CONFIRMED_AT, CATEGORY, SIMULATED)
REQUIRED_TRUTH_COLUMNS: Final = (CONFIRMED_AT,)  # and one of patient_id, encounter_id; one of diagnosis_id, category

LATE_AFTER_DAYS: Final = 365.0  # a diagnosis confirmed more than this after the visit that it explains is late
