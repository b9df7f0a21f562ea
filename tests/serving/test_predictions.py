"""Predictions over HTTP: what goes in, what comes out, and that nothing is given twice or unkept."""

from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from starlette.testclient import TestClient

from orphan_disease.contracts.records import PredictionRecord
from orphan_disease.domain.case_rows import assemble_cases
from orphan_disease.serving.schemas import Prediction
from orphan_disease.serving.services import Services
from tests.domain.small_predictor import NERVOUS, NERVOUS_TERMS, SKIN_TERMS
from tests.serving.parts_in_memory import MemoryLedger, bearer

NERVE_FORM = {"observed": list(NERVOUS_TERMS[:3]), "age_years": 2, "sex": "female", "vitals": {"heart_rate_bpm": 90}}
SKIN_PACKET = {
    "id": "case-9",
    "subject": {"id": "PSN-000009", "sex": "MALE"},
    "phenotypicFeatures": [{"type": {"id": term}} for term in SKIN_TERMS[:3]],
}


def ledger_of(services: Services) -> MemoryLedger:
    assert isinstance(services.ledger, MemoryLedger)
    return services.ledger


def test_a_form_is_answered_by_a_prediction_record(client: TestClient) -> None:
    response = client.post("/v1/predictions", json=NERVE_FORM)
    answer = response.json()

    assert response.status_code == 200
    record = {name: value for name, value in answer.items() if name not in {"prediction_id", "notes"}}
    assert PredictionRecord.model_validate(record).differential[0].disorder_id == "OMIM:0"
    assert max(answer["category_probabilities"], key=answer["category_probabilities"].get) == "nerve"
    assert answer["case_id"] == answer["prediction_id"]
    assert response.headers["location"] == f"/v1/predictions/{answer['prediction_id']}"


def test_an_answer_is_written_as_pydantic_would_write_it(client: TestClient) -> None:
    for case in (
        NERVE_FORM,
        SKIN_PACKET,
        {"simulated": True, "patient_id": "PSN-000001", "pregnant": True, "sex": "male"},
    ):
        answer = client.post("/v1/predictions", json=case).json()
        assert Prediction.model_validate_json(orjson.dumps(answer), strict=True).model_dump(mode="json") == answer
        assert list(answer) == list(Prediction.model_fields)


def test_a_phenopacket_is_answered_as_batch_inference_answers_it(client: TestClient, services: Services) -> None:
    answer = client.post("/v1/predictions", json=SKIN_PACKET).json()
    row = {"case_id": "case-9", "observed_terms": sorted(SKIN_TERMS[:3]), "sex": "male"}
    cases, _ = assemble_cases([row], services.model.predictor.knowledge.ontology)
    expected = services.model.predictor.predict(cases).iloc[0]
    assert answer["case_id"] == "case-9"
    assert answer["orphan_probability"] == pytest.approx(expected["orphan_probability"])
    assert answer["category_probabilities"] == pytest.approx(dict(expected["category_probabilities"]))
    assert [each["disorder_id"] for each in answer["differential"]] == [
        each["disorder_id"] for each in expected["differential"]
    ]


def test_words_count_as_symptoms_and_what_is_not_understood_is_said(client: TestClient) -> None:
    form = {"observed": ["fiebre", "hp_1000000", "no such thing"], "excluded": ["HP:7654321", NERVOUS]}
    answer = client.post("/v1/predictions", json=form).json()
    assert [(note["field"], note["reason"]) for note in answer["notes"]] == [
        ("observed.2", "TERM_UNKNOWN"),
        ("excluded.0", "TERM_UNKNOWN"),
        ("excluded_terms", "TERM_CONTRADICTED"),
    ]
    by_id = client.post("/v1/predictions", json={"observed": [SKIN_TERMS[-1], NERVOUS_TERMS[0]]}).json()
    assert answer["category_probabilities"] == pytest.approx(by_id["category_probabilities"], abs=0.2)
    assert "no such thing" not in orjson.dumps(answer).decode()


def test_an_answer_is_kept_before_it_is_given_and_can_be_read_again(client: TestClient, services: Services) -> None:
    answer = client.post("/v1/predictions", json=NERVE_FORM).json()
    kept = ledger_of(services).get(answer["prediction_id"])
    assert kept is not None
    assert (kept.client, kept.record) == ("ana", answer)
    path = f"/v1/predictions/{answer['prediction_id']}"
    assert client.get(path).json() == answer
    assert client.get(path, headers=bearer("eva", "auditor")).json() == answer
    assert client.get(path, headers=bearer("eva", "clinician")).status_code == 404
    assert client.get("/v1/predictions/unknown").status_code == 404


def test_an_answer_that_cannot_be_kept_is_not_given(client: TestClient, services: Services) -> None:
    ledger = ledger_of(services)
    ledger.failure = OSError("disk full of Jane Doe")
    try:
        response = client.post("/v1/predictions", json=NERVE_FORM)
    finally:
        ledger.failure = None
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert "Jane" not in response.text


def test_a_retry_gets_the_first_answer_and_another_body_is_refused(client: TestClient, services: Services) -> None:
    headers = {"Idempotency-Key": "retry-1"}
    first = client.post("/v1/predictions", json=NERVE_FORM, headers=headers)
    kept = len(ledger_of(services).entries)
    again = client.post("/v1/predictions", json=NERVE_FORM, headers=headers)
    other = client.post("/v1/predictions", json=SKIN_PACKET, headers=headers)
    of_another = client.post("/v1/predictions", json=SKIN_PACKET, headers=headers | bearer("eva"))

    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert (other.status_code, other.json()["type"]) == (422, "urn:orphan-disease:problem:idempotency-key-reused")
    assert of_another.status_code == 200
    assert len(ledger_of(services).entries) == kept + 1


def test_concurrent_retries_of_one_key_are_answered_once(client: TestClient, services: Services) -> None:
    headers = {"Idempotency-Key": "storm"}
    before = len(ledger_of(services).entries)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: client.post("/v1/predictions", json=NERVE_FORM, headers=headers).content, range(8))
        )
    assert len(set(answers)) == 1
    assert len(ledger_of(services).entries) == before + 1
    assert services.keys_in_work == {}


@pytest.mark.parametrize("key", ["", "two words", "ñ", "k" * 256])
def test_a_key_that_is_none_is_refused(client: TestClient, key: str) -> None:
    response = client.post("/v1/predictions", json=NERVE_FORM, headers={"Idempotency-Key": key.encode()})
    assert response.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_batch_answers_each_line_in_its_place(client: TestClient) -> None:
    lines = [NERVE_FORM, {"observed": 3}, SKIN_PACKET, SKIN_PACKET, {"sex": "nobody"}]
    body = b"\n".join(map(orjson.dumps, lines)) + b"\nnot json\n"
    response = client.post("/v1/predictions/batch", content=body, headers={"Content-Type": "application/x-ndjson"})
    answers = [orjson.loads(line) for line in response.content.splitlines()]

    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert [each["line"] for each in answers] == [1, 2, 3, 4, 5, 6]
    assert [each["status"] for each in answers] == [200, 422, 200, 200, 422, 400]
    assert answers[1]["errors"][0]["field"] == "observed"
    assert answers[2]["category_probabilities"] == pytest.approx(answers[3]["category_probabilities"])
    assert answers[2]["prediction_id"] != answers[3]["prediction_id"]
    assert client.get(f"/v1/predictions/{answers[0]['prediction_id']}").status_code == 200


def test_a_batch_with_a_key_is_answered_once(client: TestClient, services: Services) -> None:
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "night-1"}
    body = b"\n".join([orjson.dumps(NERVE_FORM), orjson.dumps(SKIN_PACKET)])
    first = client.post("/v1/predictions/batch", content=body, headers=headers)
    kept = len(ledger_of(services).entries)
    again = client.post("/v1/predictions/batch", content=body, headers=headers)
    assert again.content == first.content
    assert len(ledger_of(services).entries) == kept


def test_a_line_of_a_batch_is_no_longer_than_a_body_may_be(client: TestClient) -> None:
    body = b'{"case_id": "' + b"x" * 1_000_000 + b'"}\n' + orjson.dumps(NERVE_FORM)
    response = client.post("/v1/predictions/batch", content=body)
    assert [orjson.loads(line)["status"] for line in response.content.splitlines()] == [413, 200]


def test_a_batch_is_bounded_and_holds_something(client: TestClient) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    most = client.post("/v1/predictions/batch", content=b"{}\n" * 1_001, headers=headers)
    none = client.post("/v1/predictions/batch", content=b"\n \n", headers=headers)
    assert (most.status_code, none.status_code) == (413, 422)
