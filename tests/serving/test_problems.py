"""Errors: every one is a problem document that names field and reason, and none repeats what was sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from orphan_disease.serving.application import build_application
from orphan_disease.serving.problems import ProblemDetails
from tests.serving.parts_in_memory import bearer, parts


def errors_of(client: TestClient, form: object) -> list[tuple[str, str]]:
    response = client.post("/v1/predictions", json=form)
    assert response.status_code == 422
    return [(each["field"], each["reason"]) for each in response.json()["errors"]]


def test_a_field_is_named_with_its_reason(client: TestClient) -> None:
    found = errors_of(
        client, {"vitals": {"heart_rate_bpm": 820, "temperature_c": "warm"}, "sex": "f", "observed": [""]}
    )
    assert [field for field, _ in found] == [
        "observed.0",
        "sex",
        "vitals.temperature_c",
        "vitals.heart_rate_bpm",
    ]
    assert "less than or equal to 300" in found[3][1]
    assert "'female', 'male' or 'unknown'" in found[1][1]


def test_contradictions_are_named(client: TestClient) -> None:
    assert errors_of(client, {"age_years": 1, "age_days": 365})[0][1].endswith("give one of them")
    assert "swapped" in errors_of(client, {"vitals": {"systolic_mmhg": 60, "diastolic_mmhg": 90}})[0][1]


def test_an_unknown_field_is_told_by_what_is_known(client: TestClient) -> None:
    found = errors_of(client, {"Jane Doe": 1, "vitals": {"pulse of Jane": 3}})
    assert [field for field, _ in found] == ["vitals", "(body)"]
    assert "heart_rate_bpm" in found[0][1]
    assert "observed" in found[1][1]
    assert "Jane" not in str(found)


@pytest.mark.parametrize(
    ("document", "field", "reason"),
    [
        ([], "(body)", "expected a JSON object"),
        ({"resourceType": "Bundle"}, "entry", "FHIR"),
        ({"resourceType": "Patient"}, "resourceType", "Bundle"),
        ({"subject": 3}, "(body)", "expected a GA4GH phenopacket"),
        ({"members": [{"subject": {}}, {"subject": {}}]}, "(body)", "found 2"),
    ],
)
def test_a_document_that_is_no_single_case_is_refused(
    client: TestClient, document: object, field: str, reason: str
) -> None:
    found = errors_of(client, document)
    assert found[0][0] == field
    assert reason in found[0][1]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/v1/nothing", b"", {}, 404),
        ("GET", "/v1/predictions", b"", {}, 405),
        ("DELETE", "/v1/model", b"", {}, 405),
        ("POST", "/nothing", b"", {}, 405),
        ("POST", "/v1/predictions", b"{", {}, 400),
        ("POST", "/v1/predictions", b"\xff", {}, 400),
        ("POST", "/v1/predictions", b"{}", {"Content-Type": "text/xml"}, 415),
        ("POST", "/v1/predictions", b" " * 1_000_001, {}, 413),
        ("GET", "/v1/model", b"", {"X-Long": "x" * 20_000}, 431),
        ("GET", "/v1/terms", b"", {}, 422),
        ("GET", "/v1/terms?q=a&limit=1000", b"", {}, 422),
    ],
)
def test_every_error_is_a_problem_document(
    client: TestClient, method: str, path: str, body: bytes, *, headers: dict[str, str], status: int
) -> None:
    response = client.request(method, path, content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = ProblemDetails.model_validate(response.json())
    assert (problem.status, problem.request_id) == (status, response.headers["x-request-id"])
    if status == 405 and path.startswith("/v1"):
        assert response.headers["allow"]


def test_a_body_of_unsaid_length_is_cut_off(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1_100):
            yield b" " * 1_000

    assert client.post("/v1/predictions", content=endless()).status_code == 413


def test_a_failure_tells_nothing_of_itself(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = parts(models)

    def fail(_: str) -> None:
        raise RuntimeError("Jane Doe")

    monkeypatch.setattr(services.ledger, "get", fail)
    with TestClient(build_application(services), headers=bearer()) as client:
        response = client.get(f"/v1/predictions/{'0' * 32}")
    assert response.status_code == 500
    assert "Jane" not in response.text
    assert b'orphan_disease_faults_total{type="RuntimeError"} 1.0' in services.metrics.text()


def test_the_page_is_served_beside_the_api(client: TestClient) -> None:
    page = client.get("/", headers={"Authorization": ""})
    assert "page" in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert client.get("/nothing.html").status_code == 404
