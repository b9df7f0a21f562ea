"""What SageMaker calls: there where it is asked for, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient

from orphan_disease.serving.application import build_application
from orphan_disease.serving.services import Services
from tests.domain.small_predictor import NERVOUS_TERMS
from tests.serving.parts_in_memory import MemoryAudit, MemoryLedger, bearer, parts

FORM = {"observed": list(NERVOUS_TERMS[:3]), "sex": "female"}
LINES = {"Content-Type": "application/jsonlines"}


@pytest.fixture(scope="module")
def services(models: Path) -> Services:
    return parts(models, sagemaker=True)


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(build_application(services), raise_server_exceptions=False) as client:
        yield client


def test_a_case_is_answered_kept_and_audited_without_credentials(client: TestClient, services: Services) -> None:
    assert client.get("/ping").status_code == 200
    answer = client.post("/invocations", json=FORM)
    assert (answer.status_code, answer.json()["category"]) == (200, "nerve")
    assert isinstance(services.ledger, MemoryLedger)
    assert isinstance(services.audit, MemoryAudit)
    kept = services.ledger.get(answer.json()["prediction_id"])
    assert kept is not None
    assert kept.client == "sagemaker"
    event = services.audit.events[-1]
    assert (event.actor, event.action, event.resource) == ("sagemaker", "invoke", kept.prediction_id)


def test_lines_are_answered_line_by_line(client: TestClient) -> None:
    body = b"\n".join([orjson.dumps(FORM), b"not json", orjson.dumps(FORM)])
    answer = client.post("/invocations", content=body, headers=LINES)
    assert answer.headers["content-type"].startswith("application/jsonlines")
    assert [orjson.loads(line)["status"] for line in answer.content.splitlines()] == [200, 400, 200]


def test_what_is_no_case_is_a_problem(client: TestClient) -> None:
    assert client.post("/invocations", json={"sex": 3}).status_code == 422
    assert client.post("/invocations", content=b"<x/>", headers={"Content-Type": "text/xml"}).status_code == 415


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/predictions"), ("GET", "/metrics"), ("GET", "/v1/model")])
def test_every_other_route_asks_for_credentials_as_ever(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path, content=b"{}").status_code == 401


def test_elsewhere_these_routes_do_not_exist(models: Path) -> None:
    with TestClient(build_application(parts(models)), headers=bearer("ana", "service")) as client:
        assert client.get("/ping").status_code == 404
        assert client.post("/invocations", json=FORM).status_code == 404
