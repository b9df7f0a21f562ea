"""What routes share: who asks, the parts of the service, the body, and the idempotency key."""

import asyncio
import math
import re
from typing import Annotated, Final

from fastapi import Depends, Request

from orphan_disease.contracts.principal import Principal, Role
from orphan_disease.serving.access import ACCESS, PLATFORM, PLATFORM_ACCESS, PUBLIC, allowing_role
from orphan_disease.serving.authentication import AUTHORIZATION
from orphan_disease.serving.ports import AuthenticationError
from orphan_disease.serving.problems import FieldProblem, Problem
from orphan_disease.serving.request_record import RequestRecord, record_of
from orphan_disease.serving.services import Services

__all__ = ["Asking", "Record", "ServicesOf", "authorise", "idempotency_key_of", "read_body"]

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_JSON_TYPES: Final = re.compile(r"(application|text)/([\w.+-]+\+)?json(\s*;.*)?", re.IGNORECASE)
_LINE_TYPES: Final = re.compile(
    r"(application/(x-)?(ndjson|jsonl|json|json-lines|octet-stream)|text/plain)(\s*;.*)?", re.IGNORECASE
)


# Plain functions would each be run on a thread of their own: two more waits of every request.
async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _principal(request: Request) -> Principal:
    principal = record_of(request).principal
    if principal is None:  # `authorise` comes first; a route that forgot it serves nobody
        raise _unauthenticated()
    return principal


async def _record(request: Request) -> RequestRecord:
    return record_of(request)


async def authorise(request: Request) -> None:
    """Let pass who may call the route, and nobody else; a route that `ACCESS` does not name is closed to everyone.

    Raises:
        Problem: 401, 403, or 429 where the client asks too often.
    """
    route = getattr(request.scope.get("route"), "path", "")
    record, services = record_of(request), await _services(request)
    if services.settings.sagemaker and (request.method, route) in PLATFORM_ACCESS:
        record.principal, record.role = PLATFORM, Role.SERVICE
        return
    roles = ACCESS.get((request.method, route))
    if roles == PUBLIC:
        return
    if roles is None:
        raise _forbidden()
    principal, wait = await _identified(services, request, record.remote)
    if wait > 0:
        seconds = math.ceil(wait)
        detail = f"This client has asked too often; try again in {seconds} s."
        headers = {"Retry-After": str(seconds)}
        raise Problem(429, "rate-limited", "Too many requests", detail, headers=headers)
    if principal is None:
        raise _unauthenticated()
    record.principal = principal
    record.role = allowing_role(principal, roles)
    if record.role is None:
        raise _forbidden()


async def _identified(services: Services, request: Request, remote: str) -> tuple[Principal | None, float]:
    """As `_identify`. A token may have to wait for its issuer's keys, and does so on a thread; the rest is 0.1 ms."""
    if AUTHORIZATION not in request.headers:
        return _identify(services, request, remote)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(services.writers, _identify, services, request, remote)


def _identify(services: Services, request: Request, remote: str) -> tuple[Principal | None, float]:
    """Who asks, and how long they must wait; an unknown client is limited by its address."""
    try:
        principal = services.authenticator.authenticate(request.headers)
    except AuthenticationError:
        return None, services.limiter.check(f"address:{remote}")
    return principal, services.limiter.check(principal.subject)


def _unauthenticated() -> Problem:
    detail = "Credentials are absent or not accepted; send a bearer token or an API key."
    return Problem(401, "unauthenticated", "Who asks is not known", detail, headers={"WWW-Authenticate": "Bearer"})


def _forbidden() -> Problem:
    return Problem(403, "forbidden", "Not allowed", "None of this client's roles allows this request.")


async def read_body(request: Request, *, lines: bool = False) -> bytes:
    """The body of a request that carries cases.

    Args:
        request: whose body has not been read.
        lines: whether it may be lines of JSON.

    Raises:
        Problem: 415, if the content type is another one.
    """
    given = request.headers.get("content-type", "")
    if given and not (_LINE_TYPES if lines else _JSON_TYPES).fullmatch(given.strip()):
        expected = "application/x-ndjson" if lines else "application/json"
        raise Problem(415, "media-type", "The content type is not supported", f"Send {expected}.")
    return await request.body()


def idempotency_key_of(request: Request) -> str | None:
    """The client's key of the request.

    Raises:
        Problem: 422, if there are several, or it is not 1 to 255 visible ASCII characters.
    """
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        reason = "expected one key of 1 to 255 visible ASCII characters"
        raise Problem.invalid([FieldProblem(field="Idempotency-Key", reason=reason)])
    return keys[0]


Asking = Annotated[Principal, Depends(_principal)]
ServicesOf = Annotated[Services, Depends(_services)]
Record = Annotated[RequestRecord, Depends(_record)]
