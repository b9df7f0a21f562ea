"""Closed vocabularies: the values that a coded field may take."""

from enum import StrEnum
from typing import Final


class Provenance(StrEnum):
    """Where a case comes from. Simulated and real cases are never mixed in a reported figure."""

    SIMULATED = "simulated"
    PUBLICATION = "publication"
    HOSPITAL = "hospital"


class Sex(StrEnum):
    """Sex as recorded by the source; `unknown` covers GA4GH's UNKNOWN_SEX and OTHER_SEX."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class Consciousness(StrEnum):
    """The AVPU scale of the triage form."""

    ALERT = "alert"
    VOICE = "voice"
    PAIN = "pain"
    UNRESPONSIVE = "unresponsive"


class ChiefComplaint(StrEnum):
    """Why the patient came, in the words of the triage form."""

    FEVER = "fever"
    PAIN_HEAD = "pain_head"
    PAIN_CHEST = "pain_chest"
    PAIN_ABDOMEN = "pain_abdomen"
    PAIN_LIMB_OR_BACK = "pain_limb_or_back"
    BREATHING = "breathing"
    COUGH = "cough"
    VOMITING_OR_DIARRHOEA = "vomiting_or_diarrhoea"
    SEIZURE = "seizure"
    WEAKNESS_OR_GAIT = "weakness_or_gait"
    FAINTING_OR_PALPITATIONS = "fainting_or_palpitations"
    FEEDING_OR_GROWTH = "feeding_or_growth"
    DEVELOPMENT = "development"
    BEHAVIOUR_OR_MOOD = "behaviour_or_mood"
    SKIN = "skin"
    EYE = "eye"
    EAR_NOSE_THROAT = "ear_nose_throat"
    URINARY_OR_GENITAL = "urinary_or_genital"
    PREGNANCY = "pregnancy"
    BLEEDING = "bleeding"
    INJURY = "injury"
    MALFORMATION = "malformation"
    OTHER = "other"


class Split(StrEnum):
    """The part of the data that a case belongs to."""

    TRAIN = "train"
    TEST_PATIENTS = "test_patients"  # new patients of disorders seen in training
    TEST_DISORDERS = "test_disorders"  # disorders that training has never seen


class CleaningAction(StrEnum):
    """What a check does with a record that fails it."""

    NOTE = "note"  # kept as it is, and counted
    REPAIR = "repair"
    IMPUTE = "impute"
    MERGE = "merge"  # a duplicate, represented by the record that is kept
    QUARANTINE = "quarantine"
    REJECT = "reject"


UNKNOWN_CATEGORY: Final = "unknown"
ABSTAINED: Final = "abstained"
NOTHING_FOUND: Final = "NONE"
