"""FHIR Bundles over HTTP: one patient's resources make one case, and whatever else comes is told, never a fault."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.domain.case_rows import assemble_cases
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary, CodeMeaning
from orphan_disease.serving.application import build_application
from orphan_disease.serving.case_documents import read_case, read_json
from orphan_disease.serving.model_holder import ModelHolder
from orphan_disease.serving.problems import Problem
from orphan_disease.serving.services import Services
from tests.domain.fhir_documents import HPO, SNOMED, bundle, concept, condition, measured, patient, visit
from tests.domain.small_predictor import NERVOUS_TERMS, SKIN_TERMS
from tests.serving.parts_in_memory import LabelIndex, bearer, parts

RASH = "SNOMED:271807003"
VOCABULARY = ClinicalVocabulary(codes={RASH: (CodeMeaning(SKIN_TERMS[0], is_exact=True, by="condition_codes"),)})


@pytest.fixture(scope="module")
def services(models: Path) -> Services:
    services = parts(models)
    store = PackageStore(services.settings.model_root)
    services.holder = ModelHolder(store, services.settings.model_pointer, LabelIndex, VOCABULARY)
    return services


@pytest.fixture(scope="module")
def client(services: Services, page: Path) -> Iterator[TestClient]:
    with TestClient(build_application(services, page), headers=bearer(), raise_server_exceptions=False) as client:
        yield client


def seizures_of_a_girl_of_two() -> dict[str, Any]:
    return bundle(
        patient(birthDate="2024-01-01"),
        visit("v1", "2026-01-01T08:00:00Z"),
        condition(concept(HPO, NERVOUS_TERMS[0])),
        condition(concept(HPO, NERVOUS_TERMS[1])),
        condition(concept(HPO, SKIN_TERMS[1]), status="refuted"),
        measured("8867-4", 90, "/min", encounter={"reference": "Encounter/v1"}),
    )


def test_a_bundle_is_answered_as_the_form_that_says_the_same(client: TestClient) -> None:
    form = {
        "observed": list(NERVOUS_TERMS[:2]), "excluded": [SKIN_TERMS[1]], "age_days": 731, "sex": "female",
        "vitals": {"heart_rate_bpm": 90},
    }  # fmt: skip
    response = client.post("/v1/predictions", json=seizures_of_a_girl_of_two())
    answer, expected = response.json(), client.post("/v1/predictions", json=form).json()
    assert response.status_code == 200
    assert answer["case_id"] == "v1"
    for name in ("orphan_probability", "category", "category_probabilities", "prediction_set", "differential"):
        assert answer[name] == expected[name], name


def test_a_code_of_another_terminology_counts_as_its_term(client: TestClient) -> None:
    coded = client.post("/v1/predictions", json=bundle(patient(), condition(concept(SNOMED, "271807003")))).json()
    named = client.post("/v1/predictions", json=bundle(patient(), condition(concept(HPO, SKIN_TERMS[0])))).json()
    assert coded["category_probabilities"] == named["category_probabilities"]
    assert [note["reason"] for note in coded["notes"]] == ["CODE_MAPPED"]


def test_what_is_not_read_is_said_without_repeating_it(client: TestClient) -> None:
    strange = {"resourceType": "JaneDoe", "id": "x", "subject": {"reference": "Patient/p1"}}
    lost = {"resourceType": "Condition", "code": concept(HPO, NERVOUS_TERMS[0])}
    answer = client.post("/v1/predictions", json=bundle(patient(), strange, lost)).json()
    assert [note["reason"] for note in answer["notes"]] == ["RESOURCE_NOT_READ", "DOCUMENT_WITHOUT_PATIENT"]
    assert "JaneDoe" not in orjson.dumps(answer).decode()


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (patient(), "resourceType"),
        ({"resourceType": 3}, "resourceType"),
        (bundle(), "entry"),
        (bundle({"resourceType": "Condition", "code": concept(HPO, NERVOUS_TERMS[0])}), "entry"),
        (bundle(patient("p1"), patient("p2")), "entry"),
    ],
)
def test_what_is_no_bundle_of_one_patient_is_refused(client: TestClient, document: Any, field: str) -> None:
    response = client.post("/v1/predictions", json=document)
    assert response.status_code == 422
    assert [each["field"] for each in response.json()["errors"]] == [field]


def test_bundles_stand_beside_other_cases_in_a_batch_and_are_explained(client: TestClient) -> None:
    lines = [seizures_of_a_girl_of_two(), {"observed": [NERVOUS_TERMS[0]]}, bundle()]
    response = client.post("/v1/predictions/batch", content=b"\n".join(map(orjson.dumps, lines)))
    assert [orjson.loads(line)["status"] for line in response.content.splitlines()] == [200, 200, 422]
    asked = {"case": seizures_of_a_girl_of_two(), "disorders": 1, "questions": 0}
    assert client.post("/v1/explanations", json=asked).json()["differential"][0]["contributions"]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from(["Patient/p1", "2026-01-01", "9999-12-31T23:59:60Z", NERVOUS_TERMS[0], HPO, "confirmed"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["coding", "code", "system", "reference", "value", "start", "text", "subject", "x"]), inner
    ),
    max_leaves=12,
)  # fmt: skip
_RESOURCES = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Patient", "Condition", "Observation", "Encounter", "FamilyMemberHistory"])},
    optional={
        name: _VALUES
        for name in ("id", "subject", "code", "birthDate", "period", "valueQuantity", "onsetDateTime", "meta", "status")
    },
)


@settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(entries=st.lists(st.fixed_dictionaries({"resource": _RESOURCES | _VALUES}, optional={"fullUrl": _VALUES})))
def test_no_bundle_is_a_fault_of_the_service(client: TestClient, services: Services, entries: list[Any]) -> None:
    del client  # the model is loaded while it is there
    for content in (entries, [{"resource": patient()}, *entries]):
        document = read_json(json.dumps({"resourceType": "Bundle", "entry": content}).encode())
        try:
            read = read_case(document, services.model, "none")
        except Problem as problem:
            assert problem.status == 422
        else:
            assemble_cases([read.row], services.model.predictor.knowledge.ontology)
