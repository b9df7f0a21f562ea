"""The OpenAPI document: its examples are answered, and requests made from it never break the service."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi
from starlette.testclient import TestClient

from orphan_disease.serving.access import ACCESS
from orphan_disease.serving.application import build_application
from tests.serving.parts_in_memory import bearer, parts

schemathesis.serializer.alias("application/x-ndjson", "text/plain")

CHECKS = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.ignored_auth,
]
EVERY_ROLE = bearer("schema", "clinician+operator+auditor+service")


@pytest.fixture(scope="module")
def api_schema(models: Path) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", build_application(parts(models)))


def test_no_request_made_from_the_document_breaks_the_service(api_schema: Any) -> None:
    operations = [each.ok() for each in api_schema.get_all_operations()]
    assert len(operations) == len(ACCESS) - 1  # the document itself is no operation of its own
    for operation in operations:

        @settings(
            max_examples=8, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=EVERY_ROLE, checks=CHECKS)

        check()


def test_the_examples_of_the_document_are_answered(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    tried = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                examples = [each["value"] for each in content.get("examples", {}).values()]
                for example in [*examples, *([content["example"]] if "example" in content else [])]:
                    body = example if isinstance(example, str) else None
                    response = client.request(
                        method,
                        path,
                        content=body,
                        json=None if body else example,
                        headers={"Content-Type": media_type},
                    )
                    assert response.status_code == 200, (path, response.text)
                    tried += 1
    assert tried == 5


def test_every_problem_and_every_body_is_described(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert {"CaseForm", "Vitals", "Prediction", "CaseExplanation", "ProblemDetails"} <= set(
        document["components"]["schemas"]
    )
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"]
            if not path.startswith("/v1/health"):
                assert "401" in operation["responses"]
