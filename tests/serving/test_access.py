"""Every route against every role: what is not allowed is refused, and so is a route that nobody named."""

import re

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from orphan_disease.contracts.principal import Role
from orphan_disease.serving.access import ACCESS, PUBLIC
from orphan_disease.serving.application import build_application
from orphan_disease.serving.services import Services
from tests.serving.parts_in_memory import AllowingLimiter, MemoryAudit, bearer

ALLOWED = {
    ("POST", "/v1/predictions"): {"clinician", "service"},
    ("POST", "/v1/predictions/batch"): {"clinician", "service"},
    ("GET", "/v1/predictions/{prediction_id}"): {"clinician", "service", "auditor"},
    ("POST", "/v1/explanations"): {"clinician", "service"},
    ("GET", "/v1/terms"): {"clinician", "service", "auditor", "operator"},
    ("GET", "/v1/model"): {"clinician", "service", "auditor", "operator"},
    ("GET", "/v1/model/card"): {"clinician", "service", "auditor", "operator"},
    ("POST", "/v1/model/reload"): {"operator"},
    ("GET", "/metrics"): {"operator"},
}
OPEN = {("GET", "/v1/health/live"), ("GET", "/v1/health/ready"), ("GET", "/openapi.json")}
REFUSED_CREDENTIALS = [{"Authorization": ""}, {"Authorization": "Bearer x"}, {"Authorization": "Basic YTpi"}]


def call(client: TestClient, method: str, path: str, headers: dict[str, str]) -> int:
    concrete = re.sub(r"{\w+}", "0" * 32, path)
    return client.request(method, concrete, headers=headers, params={"q": "term"}, content=b"{}").status_code


def routes_of(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    """Method and path of every route of the application, however deep; the page is a folder of files."""
    found: set[tuple[str, str]] = set()
    for route in routes:
        if isinstance(route, APIRoute | Route):
            found |= {(method, route.path) for method in (route.methods or set()) - {"HEAD"}}
        elif not isinstance(route, Mount):
            found |= routes_of(list(getattr(route, "routes", None) or route.original_router.routes))
    return found


def test_every_route_is_named_with_its_roles(client: TestClient) -> None:
    assert routes_of(client.app.routes) == set(ACCESS) == set(ALLOWED) | OPEN
    for key, roles in ALLOWED.items():
        assert ACCESS[key] == {Role(role) for role in roles}
    assert {key for key, roles in ACCESS.items() if roles == PUBLIC} == OPEN


@pytest.mark.parametrize("role", [*Role, "nothing"])
@pytest.mark.parametrize("route", ALLOWED)
def test_each_role_passes_where_it_may_and_nowhere_else(client: TestClient, route: tuple[str, str], role: str) -> None:
    status = call(client, *route, bearer("ana", role))
    assert (status not in (401, 403)) == (role in ALLOWED[route])


@pytest.mark.parametrize("credentials", REFUSED_CREDENTIALS)
@pytest.mark.parametrize("route", ALLOWED)
def test_nobody_passes_without_credentials(
    client: TestClient, route: tuple[str, str], credentials: dict[str, str]
) -> None:
    assert call(client, *route, credentials) == 401


@pytest.mark.parametrize("route", OPEN)
def test_health_and_the_document_are_open(client: TestClient, route: tuple[str, str]) -> None:
    assert call(client, *route, {"Authorization": ""}) == 200


def test_a_route_that_nobody_named_is_closed_to_everyone(services: Services) -> None:
    app = build_application(services)

    @app.get("/v1/forgotten")
    async def forgotten() -> str:
        return "open"

    client = TestClient(app)
    for role in Role:
        assert client.get("/v1/forgotten", headers=bearer("ana", role)).status_code == 403


def test_a_client_that_asks_too_often_waits(client: TestClient, services: Services) -> None:
    limiter = services.limiter
    assert isinstance(limiter, AllowingLimiter)
    limiter.wait = 2.2
    try:
        known = client.get("/v1/model")
        unknown = client.get("/v1/model", headers={"Authorization": ""})
        health = client.get("/v1/health/live")
    finally:
        limiter.wait = 0
    assert [(each.status_code, each.headers["retry-after"]) for each in (known, unknown)] == [(429, "3"), (429, "3")]
    assert health.status_code == 200


def test_the_audit_trail_names_who_asked_what_and_what_was_refused(client: TestClient, services: Services) -> None:
    audit = services.audit
    assert isinstance(audit, MemoryAudit)
    audit.events.clear()
    answer = client.post("/v1/predictions", json={"observed": ["HP:1000000"]})
    client.post("/v1/model/reload")
    client.get("/v1/model")

    predicted, refused = audit.events
    assert (predicted.actor, predicted.role, predicted.action) == ("ana", "clinician", "predict")
    assert (predicted.resource, predicted.outcome) == (answer.json()["prediction_id"], "200")
    assert predicted.model_version == answer.json()["model_version"]
    assert predicted.request_id == answer.headers["x-request-id"]
    assert predicted.remote == "testclient"
    assert (refused.actor, refused.role, refused.action, refused.outcome) == ("ana", "", "reload_model", "403")


def test_what_cannot_be_audited_is_not_shown(client: TestClient, services: Services) -> None:
    audit = services.audit
    assert isinstance(audit, MemoryAudit)
    audit.failure = OSError("disk full")
    try:
        response = client.post("/v1/predictions", json={"observed": ["HP:1000000"]})
    finally:
        audit.failure = None
    assert response.status_code == 503
    assert response.json()["type"].endswith("audit-unavailable")
    assert "category" not in response.text
