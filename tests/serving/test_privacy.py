"""A canary in every field of every request appears nowhere in logs, metrics, audit or errors."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import structlog
from starlette.testclient import TestClient

from orphan_disease.serving.logs import ALLOWED_FIELDS, configure_logs, describe_error
from orphan_disease.serving.schemas import CaseForm, Vitals
from orphan_disease.serving.services import Services
from tests.serving.parts_in_memory import MemoryAudit

CANARY = "Canario-Juana-Perez"
NUMBER = 918273645


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    configure_logs("debug", stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers, root.level = handlers, level


def canaries(names: Any) -> dict[str, Any]:
    return dict.fromkeys(names, CANARY)


FORMS = [
    *({name: CANARY} for name in CaseForm.model_fields),
    *({name: NUMBER} for name in CaseForm.model_fields),
    *({name: [CANARY]} for name in ("observed", "excluded")),
    *({"vitals": {name: value}} for name in Vitals.model_fields for value in (CANARY, NUMBER)),
    {"case_id": CANARY, "patient_id": CANARY, "observed": [CANARY], "excluded": [CANARY]},
    {CANARY: 1},
    {"vitals": {CANARY: 1}},
    [CANARY],
    {"resourceType": CANARY, "id": CANARY},
    {
        "id": CANARY,
        "subject": {"id": CANARY, "sex": CANARY, "dateOfBirth": CANARY, "alternateIds": [CANARY]},
        "phenotypicFeatures": [{"type": {"id": CANARY, "label": CANARY}, "description": CANARY, "onset": CANARY}],
        "interpretations": [{"diagnosis": {"disease": {"id": CANARY}}}],
        "metaData": {"createdBy": CANARY, "created": CANARY, "externalReferences": [{"id": CANARY}]},
    },
]


def test_no_field_of_a_request_leaks(client: TestClient, services: Services, log: io.StringIO) -> None:
    errors = []
    for form in FORMS:
        for path, document in (("/v1/predictions", form), ("/v1/explanations", {"case": form, CANARY: 1})):
            response = client.post(path, json=document, headers={"X-Request-ID": CANARY, "User-Agent": CANARY})
            errors += [response.text] if response.status_code != 200 else []
        line = client.post("/v1/predictions/batch", json=[form]).json()
        errors += [str(line)] if line["status"] != 200 else []
    errors += [
        client.get("/v1/terms", params={"q": CANARY, "language": CANARY}).text,
        client.get(f"/v1/predictions/{CANARY}").text,
        client.get(f"/{CANARY}").text,
        client.get(f"/v1/{CANARY}").text,
        client.post("/v1/predictions", content=CANARY.encode()).text,
        client.post("/v1/predictions", json={}, headers={"Idempotency-Key": f"{CANARY} {CANARY}"}).text,
        client.post("/v1/predictions", json={}, headers={"Content-Type": CANARY}).text,
        client.get("/v1/model", headers={"Authorization": f"Bearer {CANARY}"}).text,
    ]
    audit = services.audit
    assert isinstance(audit, MemoryAudit)
    written = log.getvalue()
    assert written.count('"event": "request"') > 2 * len(FORMS)
    for place in (written, services.metrics.text().decode(), str(audit.events), *errors):
        assert CANARY.lower() not in place.lower()
        assert str(NUMBER) not in place


def test_a_failure_of_the_model_does_not_leak(
    client: TestClient, services: Services, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"could not convert {CANARY}")

    monkeypatch.setattr(type(services.model.predictor), "predict_records", fail)
    response = client.post("/v1/predictions", json={"observed": [CANARY]})
    assert response.status_code == 500
    assert CANARY not in response.text + log.getvalue() + services.metrics.text().decode()
    assert "ValueError at" in log.getvalue()


def test_only_fields_of_the_list_are_written(log: io.StringIO) -> None:
    structlog.get_logger().info("request", status=200, patient_name=CANARY)
    written = orjson.loads(log.getvalue())
    assert set(written) <= ALLOWED_FIELDS
    assert written["status"] == 200


def test_a_librarys_words_are_not_written(log: io.StringIO) -> None:
    try:
        raise KeyError(CANARY)
    except KeyError:
        logging.getLogger("some.library").exception("failed on %s", CANARY)
    logging.getLogger("uvicorn.error").error("bad request from %s", CANARY)
    assert CANARY not in log.getvalue()
    assert "KeyError at test_privacy.py" in log.getvalue()
    assert "bad request from %s" in log.getvalue()


def test_an_error_is_described_by_type_and_place() -> None:
    try:
        raise RuntimeError(CANARY)
    except RuntimeError as error:
        assert CANARY not in describe_error(error)
