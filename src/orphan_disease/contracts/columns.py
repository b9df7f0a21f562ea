"""Column names of every table that crosses a room's border, so that a field is named in one place only."""

from typing import Final

# --- identity and provenance of a case ---------------------------------------------------------------------------
CASE_ID: Final = "case_id"
PATIENT_ID: Final = "patient_id"  # pseudonymous
LIKELY_PERSON: Final = "likely_person"  # first patient id of all that near duplicates connect
PROVENANCE: Final = "provenance"  # one of contracts.vocabulary.Provenance
REFERENCE: Final = "reference"  # the publication a case comes from ("PMID:123"), else missing
ENCOUNTER_AT: Final = "encounter_at"  # UTC timestamp of the visit
SOURCE_FILE: Final = "source_file"
SOURCE_LINE: Final = "source_line"
UNREADABLE: Final = "unreadable"  # why a row of a file could not be read; missing in rows that could
PAYLOAD: Final = "payload"  # one raw document, as text

# --- what is known of the patient --------------------------------------------------------------------------------
AGE_DAYS: Final = "age_days"
ONSET_AGE_DAYS: Final = "onset_age_days"
SEX: Final = "sex"  # female, male, unknown
OBSERVED_TERMS: Final = "observed_terms"  # list of HPO ids
EXCLUDED_TERMS: Final = "excluded_terms"  # list of HPO ids
TEMPERATURE_C: Final = "temperature_c"
HEART_RATE_BPM: Final = "heart_rate_bpm"
RESPIRATORY_RATE_BPM: Final = "respiratory_rate_bpm"
SYSTOLIC_MMHG: Final = "systolic_mmhg"
DIASTOLIC_MMHG: Final = "diastolic_mmhg"
OXYGEN_SATURATION_PCT: Final = "oxygen_saturation_pct"
PAIN_SCORE: Final = "pain_score"  # 0 to 10
CONSCIOUSNESS: Final = "consciousness"  # AVPU: alert, voice, pain, unresponsive
CHIEF_COMPLAINT: Final = "chief_complaint"  # one of contracts.vocabulary.ChiefComplaint
SYMPTOM_DURATION_DAYS: Final = "symptom_duration_days"
PREVIOUS_VISITS: Final = "previous_visits"
FAMILY_HISTORY: Final = "family_history"  # a relative has the same signs: 1, 0 or missing
CONSANGUINITY: Final = "consanguinity"  # related parents: 1, 0 or missing
PREGNANT: Final = "pregnant"  # 1, 0 or missing
UNKNOWN_CODES: Final = "unknown_codes"  # list of symptom codes that neither HPO nor the local table knows
MAPPED_CODES: Final = "mapped_codes"  # list: which code of another terminology became which term, by what, where
UNKNOWN_TERM_COUNT: Final = "unknown_term_count"  # features that the HPO release in use does not know
REPLACED_TERM_COUNT: Final = "replaced_term_count"  # obsolete or alternative ids written as the current ones
WITHOUT_OBSERVED_TERMS: Final = "without_observed_terms"  # no known observed term: answered, but on little evidence

VITAL_SIGNS: Final = (
    TEMPERATURE_C,
    HEART_RATE_BPM,
    RESPIRATORY_RATE_BPM,
    SYSTOLIC_MMHG,
    DIASTOLIC_MMHG,
    OXYGEN_SATURATION_PCT,
    PAIN_SCORE,
)

# --- what was found at last ----------------------------------------------------------------------------------------
DIAGNOSIS_ID: Final = "diagnosis_id"  # ORPHA:, OMIM: or ICD10: code, as the source gives it; "NONE" for nothing found
CONFIRMED_AT: Final = "confirmed_at"
IS_ORPHAN: Final = "is_orphan"
CATEGORY: Final = "category"
GROUP: Final = "group"  # cases that may never be on two sides of a split
SPLIT: Final = "split"  # train, test_patients, test_disorders
FOLD: Final = "fold"  # 0 to k-1 inside train, -1 elsewhere
PARENT_CASE_ID: Final = "parent_case_id"  # the confirmed patient that an augmented case copies
PARENT_PROVENANCE: Final = "parent_provenance"

# --- the ontology and its annotations ------------------------------------------------------------------------------
TERM_ID: Final = "term_id"
LABEL: Final = "label"
DEFINITION: Final = "definition"
SYNONYMS: Final = "synonyms"
EXACT_SYNONYMS: Final = "exact_synonyms"  # those that mean the same, not something broader, narrower or related
CROSS_REFERENCES: Final = "cross_references"
IS_OBSOLETE: Final = "is_obsolete"
PARENT_ID: Final = "parent_id"
ALTERNATIVE_ID: Final = "alternative_id"
DATABASE_ID: Final = "database_id"  # OMIM:, ORPHA: or DECIPHER: id of one annotated disease
DISEASE_NAME: Final = "disease_name"
NEGATED: Final = "negated"
REFERENCES: Final = "references"  # list of publications that a row cites
EVIDENCE: Final = "evidence"  # of an annotation: PCS (published study), TAS (author's statement), IEA (inferred)
ONSET: Final = "onset"  # HPO id of the age when a feature (or, with aspect C, the disorder) begins
MODIFIER: Final = "modifier"
FREQUENCY: Final = "frequency"  # in the source's own words
ASPECT: Final = "aspect"  # P phenotype, I inheritance, C clinical course, M modifier, H past medical history
FREQUENCY_OBSERVED: Final = "frequency_observed"  # n of "n/m"
FREQUENCY_EXAMINED: Final = "frequency_examined"  # m of "n/m"
FREQUENCY_LOW: Final = "frequency_low"  # bounds of a frequency class, as fractions
FREQUENCY_HIGH: Final = "frequency_high"

# --- disorders -----------------------------------------------------------------------------------------------------
DISORDER_ID: Final = "disorder_id"  # preferred id of a group of equivalent entries
DISORDER_NAME: Final = "disorder_name"
MEMBER_IDS: Final = "member_ids"  # every equivalent id
ORPHA_CODE: Final = "orpha_code"
DISORDER_TYPE: Final = "disorder_type"
HEADS: Final = "heads"  # ORPHAcodes of the classification heads above a disorder
SOURCE: Final = "source"  # who states a fact: a terminology, a publication, a table
REFERENCE_ID: Final = "reference_id"  # "OMIM:607131", an entry of another terminology that a disorder maps to
RELATION: Final = "relation"  # E, BTNT, NTBT, ND
RELEASE: Final = "release"  # version of the knowledge a row comes from
PARENT_CODE: Final = "parent_code"
PREVALENCE_TYPE: Final = "prevalence_type"
MEAN_VALUE: Final = "mean_value"  # per 100,000, except cases or families: their count
GEOGRAPHY: Final = "geography"
RELATED_IDS: Final = "related_ids"  # disorders one step broader or narrower, or of one series: see domain.disorders
PREVALENCE_CLASS: Final = "prevalence_class"
ONSETS: Final = "onsets"
INHERITANCES: Final = "inheritances"
CATEGORY_SOURCE: Final = "category_source"  # orphanet, facts_table, series, dominance, none
IS_ANNOTATED: Final = "is_annotated"

# --- quarantine ----------------------------------------------------------------------------------------------------
REASON: Final = "reason"
FIELD: Final = "field"
DETAIL: Final = "detail"  # what is wrong and what is allowed; never a patient's value
ACTION: Final = "action"

# --- predictions ---------------------------------------------------------------------------------------------------
PREDICTION_ID: Final = "prediction_id"  # of one stored answer; in files that the service ships
MODEL_VERSION: Final = "model_version"
KNOWLEDGE_VERSION: Final = "knowledge_version"
PREDICTED_AT: Final = "predicted_at"
IS_SIMULATED: Final = "is_simulated"  # whether the case is fabricated
ORPHAN_PROBABILITY: Final = "orphan_probability"
CATEGORY_PROBABILITIES: Final = "category_probabilities"
PREDICTION_SET: Final = "prediction_set"
DIFFERENTIAL: Final = "differential"
NEXT_QUESTIONS: Final = "next_questions"
