import json
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.contracts.vocabulary import Provenance, Sex
from orphan_disease.domain.clinical_cases import ClinicalCase
from orphan_disease.domain.phenopackets import PhenopacketError, read_phenopackets

TERMS = {"HP:0001250": "HP:0001250", "HP:0001945": "HP:0001945", "HP:0009999": "HP:0001250"}

PACKET: dict[str, Any] = {
    "id": "PMID_123_patient_1",
    "subject": {"id": "patient 1", "sex": "FEMALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P2Y"}}},
    "phenotypicFeatures": [
        {"type": {"id": "HP:0001250"}, "onset": {"age": {"iso8601duration": "P3M"}}},
        {"type": {"id": "HP:0001945"}, "excluded": True},
        {"type": {"id": "HP:7654321"}},
    ],
    "interpretations": [
        {"progressStatus": "UNSOLVED", "diagnosis": {"disease": {"id": "OMIM:1"}}},
        {"progressStatus": "SOLVED", "diagnosis": {"disease": {"id": "OMIM:154700"}}},
    ],
    "metaData": {
        "created": "2024-01-01T00:00:00Z",
        "createdBy": "a curator",
        "externalReferences": [{"id": "PMID:123"}],
    },
}


def read_one(packet: object) -> ClinicalCase:
    (case,) = read_phenopackets(json.dumps(packet), TERMS)
    assert isinstance(case, ClinicalCase)
    return case


def with_changes(**changes: object) -> dict[str, Any]:
    return {**PACKET, **changes}


def test_a_published_case_is_read_whole() -> None:
    case = read_one(PACKET)
    assert case.case_id == "PMID_123_patient_1"
    assert case.patient_id.startswith("PSN-")
    assert "patient" not in case.patient_id
    assert case.provenance is Provenance.PUBLICATION
    assert case.reference == "PMID:123"
    assert case.age_days == pytest.approx(730.5)
    assert case.onset_age_days == pytest.approx(91.3125)
    assert case.sex is Sex.FEMALE
    assert case.observed == ("HP:0001250",)
    assert case.excluded == ("HP:0001945",)
    assert case.unknown_codes == ("HP:7654321",)
    assert case.diagnosis_id == "OMIM:154700"


@pytest.mark.parametrize(
    ("element", "days"),
    [
        ({"age": {"iso8601duration": "P1Y"}}, 365.25),
        ({"ageRange": {"start": {"iso8601duration": "P1Y"}, "end": {"iso8601duration": "P3Y"}}}, 730.5),
        ({"age": "P1Y"}, 365.25),
        ({"ontologyClass": {"id": "HP:0003577"}}, 0.0),
        ({"gestationalAge": {"weeks": 20}}, 0.0),
        ({"age": {"iso8601duration": "P400Y"}}, None),
        ({"age": 7}, None),
        ("P1Y", None),
    ],
)
def test_every_kind_of_age_is_read(element: object, days: float | None) -> None:
    assert read_one(with_changes(subject={"id": "1", "timeAtLastEncounter": element})).age_days == days


def test_an_age_is_reckoned_from_two_dates() -> None:
    subject = {"dateOfBirth": "2020-01-01T00:00:00Z", "timeAtLastEncounter": {"timestamp": "2020-01-31T12:00:00Z"}}
    assert read_one(with_changes(subject=subject)).age_days == 30.5


@pytest.mark.parametrize(
    ("sex", "meaning"),
    [
        ("MALE", Sex.MALE),
        (2, Sex.MALE),
        (1, Sex.FEMALE),
        (True, Sex.UNKNOWN),
        ("OTHER_SEX", Sex.UNKNOWN),
        ([], Sex.UNKNOWN),
    ],
)
def test_sex_is_read_by_name_or_number(sex: object, meaning: Sex) -> None:
    assert read_one(with_changes(subject={"id": "1", "sex": sex})).sex is meaning


def test_a_replaced_id_counts_and_an_odd_spelling_is_understood() -> None:
    case = read_one(with_changes(phenotypicFeatures=[{"type": {"id": "HP:0009999"}}, {"type": {"id": " hp_1945 "}}]))
    assert case.observed == ("HP:0001250", "HP:0001945")
    assert case.replaced == 2


def test_a_disease_not_excluded_stands_in_for_an_interpretation() -> None:
    diseases = [{"term": {"id": "OMIM:1"}, "excluded": True}, {"term": {"id": "Orphanet:558"}}]
    assert read_one(with_changes(interpretations=[], diseases=diseases)).diagnosis_id == "ORPHA:558"


def test_a_hospitals_pseudonym_is_kept_and_meets_the_triage_form() -> None:
    case = read_one(
        with_changes(id="E1", subject={"id": "SIM-000123"}, metaData={"createdBy": "fabrication, simulated"})
    )
    assert (case.patient_id, case.provenance, case.reference) == ("SIM-000123", Provenance.SIMULATED, None)


def test_a_family_is_one_case_a_member_and_tells_of_relatives() -> None:
    family = {
        "id": "F",
        "proband": with_changes(id="A", subject={"id": "a"}),
        "relatives": [with_changes(id="B", subject={"id": "b"}), "nonsense"],
        "consanguinousParents": True,
        "pedigree": {"persons": [{"individualId": "a", "affectedStatus": "AFFECTED"}, {"individualId": "b"}]},
    }
    proband, sibling, refused = read_phenopackets(json.dumps(family), TERMS)
    assert isinstance(proband, ClinicalCase) and isinstance(sibling, ClinicalCase)
    assert (proband.case_id, proband.family_history, proband.consanguinity) == ("A", 0.0, 1.0)
    assert (sibling.case_id, sibling.family_history) == ("B", 1.0)
    assert isinstance(refused, PhenopacketError)


def test_a_cohort_and_a_list_are_one_case_a_member() -> None:
    cohort = {"id": "C", "members": [with_changes(id="A"), with_changes(id="B")]}
    members = read_phenopackets(json.dumps([cohort, with_changes(id="D")]), TERMS)
    assert [member.case_id for member in members if isinstance(member, ClinicalCase)] == ["A", "B", "D"]


def test_a_case_without_an_id_gets_a_stable_one() -> None:
    packet = with_changes(id=None)
    assert read_one(packet).case_id == read_one(packet).case_id
    assert read_one(packet).case_id.startswith("CASE-")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("", "DOCUMENT_NOT_JSON"),
        ("{", "DOCUMENT_NOT_JSON"),
        ('{"id": NaN}', "DOCUMENT_NOT_JSON"),
        ("\0", "DOCUMENT_NOT_JSON"),
        ("\ud800", "DOCUMENT_NOT_JSON"),
        ("[" * 100_000, "DOCUMENT_NOT_JSON"),
        ("[" * 2_000 + "]" * 2_000, "DOCUMENT_NOT_JSON"),
        ("[]", "DOCUMENT_NOT_PHENOPACKET"),
        ('{"members": []}', "DOCUMENT_NOT_PHENOPACKET"),
    ],
)
def test_what_is_no_document_is_refused_with_a_reason(payload: str, reason: str) -> None:
    with pytest.raises(PhenopacketError) as refusal:
        read_phenopackets(payload, TERMS)
    assert refusal.value.reason == reason


@pytest.mark.parametrize("payload", ["null", "1", '"text"', "{}", '{"resourceType": "Patient"}', '{"subject": 1}'])
def test_json_that_is_no_phenopacket_is_refused_with_a_reason(payload: str) -> None:
    (refusal,) = read_phenopackets(payload, TERMS)
    assert isinstance(refusal, PhenopacketError)
    assert refusal.reason == "DOCUMENT_NOT_PHENOPACKET"


def test_deep_nesting_inside_a_case_is_passed_over() -> None:
    deep = "[" * 900 + "]" * 900
    (case,) = read_phenopackets(f'{{"subject": {{"id": "1"}}, "phenotypicFeatures": {deep}}}', TERMS)
    assert isinstance(case, ClinicalCase)
    assert case.observed == ()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from([*PACKET, "diseases", "proband", "relatives", "members", "pedigree"]), JSON))
def test_a_wrong_type_anywhere_is_an_absent_field(fields: dict[str, Any]) -> None:
    try:
        members = read_phenopackets(orjson.dumps(with_changes(**fields)).decode(), TERMS)
    except PhenopacketError:
        return
    assert all(isinstance(member, ClinicalCase | PhenopacketError) for member in members)


@settings(max_examples=40, deadline=None)
@given(JSON)
def test_a_wrong_type_deep_inside_is_an_absent_field(value: object) -> None:
    element = {"age": value, "ageRange": {"start": value}, "ontologyClass": value, "timestamp": value}
    packet = with_changes(
        subject={"id": value, "sex": value, "timeAtLastEncounter": element, "dateOfBirth": value},
        phenotypicFeatures=[{"type": value, "onset": value}, {"type": {"id": value}, "excluded": value}, value],
        diseases=[{"term": {"id": value}, "onset": element}, value],
        interpretations=[
            {"progressStatus": value, "diagnosis": value},
            {"progressStatus": 3, "diagnosis": {"disease": {"id": value}}},
        ],
        metaData={"created": value, "createdBy": value, "externalReferences": [value, {"id": value}]},
    )
    members = read_phenopackets(orjson.dumps(packet).decode(), TERMS)
    assert [type(member) for member in members] == [ClinicalCase]


def test_every_published_case_is_read(published_data: Path) -> None:
    with zipfile.ZipFile(published_data / "phenopackets" / "published_cases.zip") as archive:
        names = archive.namelist()[:: max(1, len(archive.namelist()) // 300)]
        cases = [
            case
            for name in names
            if name.endswith(".json")
            for case in read_phenopackets(archive.read(name).decode(), {})
        ]
    assert len(cases) >= 300
    assert all(isinstance(case, ClinicalCase) and case.reference and case.diagnosis_id for case in cases)
