"""FHIR R4 documents become one case a patient, and nothing that they say is lost in silence."""

import json
from typing import Any

import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.domain.phenopacket_frames import type_phenopackets
from tests.domain import fhir_documents as fhir
from tests.domain.fhir_documents import HPO, ICD10, LOINC, SNOMED, TERMS, VOCABULARY, concept


def read(*contents: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    return type_phenopackets(fhir.documents(*contents), TERMS, VOCABULARY)


def read_one(*resources: dict[str, Any]) -> Any:
    typed, _ = read(fhir.bundle(fhir.patient(), *resources))
    assert len(typed) == 1
    return typed.iloc[0]


def reasons(ledger: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(ledger[columns.REASON], ledger[columns.ACTION], strict=True))


def test_a_bundle_is_one_case_at_the_latest_visit() -> None:
    case = read_one(
        fhir.visit("e1", "2021-01-01T10:00:00Z"),
        fhir.visit("e2", "2022-01-01T10:00:00Z"),
        fhir.visit("e3", "2023-01-01T10:00:00Z", status="cancelled"),
        fhir.condition(concept(SNOMED, "386661006"), onsetDateTime="2021-01-01"),
        fhir.condition(concept(HPO, "HP:0009999"), onsetAge={"value": 6, "code": "mo"}),
    )
    assert case[columns.CASE_ID] == "e2"
    assert case[columns.PATIENT_ID].startswith("PSN-")
    assert case[columns.AGE_DAYS] == pytest.approx(731 + 10 / 24)
    assert case[columns.SEX] == "female"
    assert case[columns.OBSERVED_TERMS] == ["HP:0001250", "HP:0001945"]
    assert case[columns.ONSET_AGE_DAYS] == pytest.approx(6 * 365.25 / 12)
    assert case[columns.REPLACED_TERM_COUNT] == 1
    assert case[columns.MAPPED_CODES] == [
        "SNOMED:386661006 > HP:0001945 (hpo_cross_reference; Condition, 0.json)",
        "HP:0009999 > HP:0001250 (own_code; Condition, 0.json)",
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, "observed"),
        ({"valueBoolean": True}, "observed"),
        ({"valueBoolean": False}, "excluded"),
        ({"valueCodeableConcept": concept(SNOMED, "52101004")}, "observed"),
        ({"valueCodeableConcept": concept(SNOMED, "2667000")}, "excluded"),
        ({"valueCodeableConcept": concept(LOINC, "LA32-8")}, "excluded"),
        ({"valueString": "absent"}, "excluded"),
        ({"interpretation": [{"coding": [{"code": "NEG"}]}]}, "excluded"),
        ({"dataAbsentReason": concept("x", "unknown")}, "unknown"),
        ({"valueQuantity": {"value": 3}}, "unknown"),
        ({"status": "entered-in-error"}, "unknown"),
    ],
)
def test_an_observation_coded_in_hpo_is_there_absent_or_unknown(answer: dict[str, Any], expected: str) -> None:
    case = read_one(fhir.observation(concept(HPO, "HP:0001250")) | answer)
    assert case[columns.OBSERVED_TERMS] == (["HP:0001250"] if expected == "observed" else [])
    assert case[columns.EXCLUDED_TERMS] == (["HP:0001250"] if expected == "excluded" else [])


def test_a_value_names_what_was_found() -> None:
    case = read_one(fhir.observation(concept(LOINC, "75325-1"), valueCodeableConcept=concept(SNOMED, "386661006")))
    assert case[columns.OBSERVED_TERMS] == ["HP:0001945"]


@pytest.mark.parametrize(
    ("status", "observed", "excluded"),
    [
        ("confirmed", ["HP:0001945"], []),
        ("", ["HP:0001945"], []),
        ("refuted", [], ["HP:0001945"]),
        ("provisional", [], []),
        ("entered-in-error", [], []),
    ],
)
def test_a_condition_stands_as_far_as_it_is_verified(status: str, observed: list[str], excluded: list[str]) -> None:
    case = read_one(fhir.condition(concept(SNOMED, "386661006"), status))
    assert (case[columns.OBSERVED_TERMS], case[columns.EXCLUDED_TERMS]) == (observed, excluded)


def test_a_narrower_code_implies_its_category_and_refuted_does_not_exclude_it() -> None:
    assert read_one(fhir.condition(concept(ICD10, "J45.90")))[columns.OBSERVED_TERMS] == ["HP:0002099"]
    typed, ledger = read(fhir.bundle(fhir.patient(), fhir.condition(concept(ICD10, "J45.90"), "refuted")))
    assert typed.loc[0, columns.EXCLUDED_TERMS] == []
    assert ("EXCLUSION_TOO_BROAD", "note") in reasons(ledger)


def test_a_disorder_is_the_diagnosis_also_of_the_codes_below_the_one_that_names_it() -> None:
    assert read_one(fhir.condition(concept(ICD10, "Q87.4")))[columns.DIAGNOSIS_ID] == "ORPHA:558"
    assert read_one(fhir.condition(concept("http://www.orpha.net", "558")))[columns.DIAGNOSIS_ID] == "ORPHA:558"
    assert read_one(fhir.condition(concept(ICD10, "Q87.40")))[columns.DIAGNOSIS_ID] == "ORPHA:558"
    assert pd.isna(read_one(fhir.condition(concept(ICD10, "Q87")))[columns.DIAGNOSIS_ID])
    assert pd.isna(read_one(fhir.condition(concept(ICD10, "Q87.4"), "differential"))[columns.DIAGNOSIS_ID])


def test_what_no_mapping_knows_is_kept_and_counted() -> None:
    case = read_one(fhir.condition(concept(ICD10, "Z99.9")), fhir.condition({"text": "a strange feeling"}))
    assert case[columns.UNKNOWN_CODES] == ["ICD10:Z99.9", "a strange feeling"]
    assert case[columns.UNKNOWN_TERM_COUNT] == 2


def test_words_stand_where_no_code_does() -> None:
    assert read_one(fhir.condition({"text": "Cefalea"}))[columns.OBSERVED_TERMS] == ["HP:0002315"]


def test_vital_signs_come_from_the_visit_in_one_unit_and_within_limits() -> None:
    here = {"encounter": {"reference": "Encounter/e2"}}
    typed, ledger = read(
        fhir.bundle(
            fhir.patient(),
            fhir.visit("e1", "2021-01-01T10:00:00Z"),
            fhir.visit("e2", "2022-01-01T10:00:00Z"),
            fhir.measured("8867-4", 60, "/min", encounter={"reference": "Encounter/e1"}),
            fhir.measured("8310-5", 101.3, "[degF]", **here),
            fhir.measured("8867-4", 820, "/min", **here),
            fhir.measured("2708-6", 0.97, "1", **here),
            fhir.measured("9279-1", 20, "furlong", **here),
            fhir.observation(
                concept(LOINC, "85354-9"),
                component=[
                    {"code": concept(LOINC, "8480-6"), "valueQuantity": {"value": 16, "code": "kPa"}},
                    {"code": concept(LOINC, "8462-4"), "valueQuantity": {"value": 80, "unit": "mm[Hg]"}},
                ],
                **here,
            ),
            fhir.observation(concept(LOINC, "67775-7"), valueCodeableConcept=concept(LOINC, "LA17108-4"), **here),
            fhir.observation(concept(LOINC, "82810-3"), valueCodeableConcept=concept(SNOMED, "77386006"), **here),
        )
    )
    case = typed.iloc[0]
    assert case[columns.TEMPERATURE_C] == pytest.approx(38.5)
    assert case[columns.OXYGEN_SATURATION_PCT] == pytest.approx(97.0)
    assert case[columns.SYSTOLIC_MMHG] == pytest.approx(120.01, abs=0.01)
    assert case[columns.DIASTOLIC_MMHG] == 80
    assert pd.isna(case[columns.HEART_RATE_BPM]) and pd.isna(case[columns.RESPIRATORY_RATE_BPM])
    assert (case[columns.CONSCIOUSNESS], case[columns.PREGNANT]) == ("voice", 1.0)
    assert {("VITAL_OUT_OF_RANGE", "impute"), ("UNIT_UNKNOWN", "impute")} <= reasons(ledger)
    assert "820" not in "".join(ledger[columns.DETAIL])


def test_relatives_and_related_parents_are_read() -> None:
    def kin(code: str) -> dict[str, Any]:
        relative = {
            "resourceType": "FamilyMemberHistory",
            "status": "completed",
            "condition": [{"code": concept(SNOMED, code)}],
        }
        return relative | {"patient": {"reference": "Patient/p1"}}

    fever = fhir.condition(concept(SNOMED, "386661006"))
    assert read_one(fever, kin("386661006"))[columns.FAMILY_HISTORY] == 1.0
    assert read_one(fever, kin("195967001"))[columns.FAMILY_HISTORY] == 0.0
    assert pd.isna(read_one(fever)[columns.FAMILY_HISTORY])
    assert read_one(fhir.observation(concept(SNOMED, "842009")))[columns.CONSANGUINITY] == 1.0


def test_a_bulk_export_is_gathered_by_patient_over_lines_and_files() -> None:
    lines = [
        json.dumps(fhir.condition(concept(SNOMED, "386661006"), name="p2")),
        json.dumps(fhir.patient("p2", gender="male")),
        json.dumps(fhir.patient("p1")),
        json.dumps(fhir.observation(concept(HPO, "HP:0001250"), name="p2")),
    ]
    typed, ledger = read(*lines)
    by_sex = typed.set_index(columns.SEX)
    assert by_sex.loc["male", columns.OBSERVED_TERMS] == ["HP:0001250", "HP:0001945"]
    assert by_sex.loc["female", columns.WITHOUT_OBSERVED_TERMS]
    assert by_sex.loc["male", columns.SOURCE_FILE] == "1.json"  # where the patient is described
    assert "quarantine" not in set(ledger[columns.ACTION])


def test_an_address_that_differs_from_the_id_is_the_same_patient() -> None:
    document = fhir.bundle(fhir.patient("p1"), fhir.condition(concept(SNOMED, "386661006"), name="x"))
    document["entry"][0]["fullUrl"] = "urn:uuid:9d3"
    document["entry"][1]["resource"]["subject"] = {"reference": "urn:uuid:9d3"}
    typed, _ = read(document)
    assert typed[columns.OBSERVED_TERMS].tolist() == [["HP:0001945"]]


def test_a_visit_without_an_id_is_known_by_its_address() -> None:
    start = fhir.visit("", "2022-01-01T10:00:00Z")
    del start["id"]
    pulse = fhir.measured("8867-4", 72, "/min", encounter={"reference": "urn:uuid:e7"})
    document = fhir.bundle(fhir.patient(), start, pulse)
    document["entry"][1]["fullUrl"] = "urn:uuid:e7"
    typed, _ = read(document)
    assert typed[columns.CASE_ID].tolist() == ["e7"]
    assert typed[columns.HEART_RATE_BPM].tolist() == [72.0]


def test_the_version_updated_last_stands() -> None:
    new = fhir.patient(gender="male", meta={"lastUpdated": "2024-01-01T00:00:00Z"})
    old = fhir.patient(gender="female", meta={"lastUpdated": "2023-01-01T00:00:00Z"})
    typed, ledger = read(new, old)
    assert typed[columns.SEX].tolist() == ["male"]
    assert ("RESOURCE_REVISED", "note") in reasons(ledger)


def test_what_speaks_of_nobody_is_set_aside_and_unread_types_are_counted() -> None:
    lonely = {"resourceType": "Condition", "code": concept(SNOMED, "386661006")}
    typed, ledger = read(lonely, fhir.about("Claim"), {"resourceType": "Bundle"}, fhir.patient())
    assert len(typed) == 1
    assert reasons(ledger) >= {("DOCUMENT_WITHOUT_PATIENT", "quarantine"), ("RESOURCE_NOT_READ", "note")}
    assert ledger.loc[ledger[columns.ACTION] == "quarantine", columns.SOURCE_FILE].tolist() == ["0.json", "2.json"]


def test_a_patient_whom_no_resource_describes_is_still_a_case() -> None:
    typed, ledger = read(fhir.condition(concept(SNOMED, "386661006"), name="p9"))
    assert typed[columns.SEX].tolist() == ["unknown"]
    assert ("PATIENT_NOT_DESCRIBED", "note") in reasons(ledger)


def test_fhir_and_phenopackets_may_lie_together() -> None:
    packet = {"id": "A", "subject": {"id": "q"}, "phenotypicFeatures": [{"type": {"id": "HP:0001250"}}]}
    typed, _ = read(packet, fhir.bundle(fhir.patient(), fhir.visit("e1", "2021-01-01")))
    assert typed[columns.CASE_ID].tolist() == ["A", "e1"]


def test_test_patients_are_marked_simulated() -> None:
    label = {"meta": {"security": [{"code": "HTEST"}]}}
    typed, _ = read(fhir.patient(**label), fhir.patient("p2"))
    assert typed[columns.PROVENANCE].tolist() == ["simulated", "hospital"]
