"""The gate that every request passes: limits on the way in; audit, headers, log line and metrics on the way out."""

import asyncio
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orphan_disease.contracts.audit_event import AuditEvent
from orphan_disease.serving.access import AUDITED
from orphan_disease.serving.logs import describe_error
from orphan_disease.serving.problems import Problem, problem_response
from orphan_disease.serving.request_record import RequestRecord
from orphan_disease.serving.services import Services

__all__ = ["Gate"]

_CASE_PATH: Final = "/v1/predictions"
_BATCH_PATHS: Final = ("/v1/predictions/batch", "/invocations")
_ALWAYS: Final = ("/v1/health/", "/metrics", "/ping")
_REFUSALS: Final = (401, 403)
_SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        b"frame-ancestors 'none'",
    ),
)
_log = structlog.get_logger()


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        """Stand around an application."""
        self._app = app
        self._services = services
        self._in_work = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = RequestRecord.begin(scope)
        answer = _Answer(send, scope, record, self._services)
        self._in_work += 1
        self._services.metrics.in_progress.set(self._in_work)
        try:
            await self._pass(scope, receive, answer, record)
        finally:
            self._in_work -= 1
            self._services.metrics.in_progress.set(self._in_work)
            self._count(scope, record)

    async def _pass(self, scope: Scope, receive: Receive, answer: "_Answer", record: RequestRecord) -> None:
        limit = self._body_limit(str(scope["path"]))
        try:
            self._require_room(str(scope["path"]))
            _require_modest_headers(scope, self._services.settings.header_bytes)
            _require_modest_length(scope, limit)
            body = _LimitedBody(receive, limit, self._services.settings.request_timeout_seconds)
            await self._app(scope, body, answer)
        except Problem as problem:
            await self._tell(problem, scope, receive, answer, record)
        except Exception as error:
            self._services.metrics.faults.labels(type(error).__name__).inc()
            _log.error("fault", request_id=record.request_id, error=describe_error(error))
            detail = "The service failed; nothing of this request was kept. Its log names this request_id."
            failure = Problem(500, "internal", "The service failed", detail)
            await self._tell(failure, scope, receive, answer, record)

    async def _tell(
        self, problem: Problem, scope: Scope, receive: Receive, answer: "_Answer", record: RequestRecord
    ) -> None:
        if answer.is_started:
            return  # too late for another status; the connection ends without the last chunk
        record.problem = problem.kind
        await problem_response(problem, record.request_id)(scope, receive, answer)

    def _require_room(self, path: str) -> None:
        """Refuse at once what would wait too long; health and metrics are told even then.

        Under overload most requests are refused: a case that finds the queue full is refused here, before its key is
        looked up and its body read, which together cost several times as much as the refusal.
        """
        if self._in_work > self._services.settings.requests_in_work and not path.startswith(_ALWAYS):
            raise Problem.overloaded(1)
        if path == _CASE_PATH and self._services.batcher.is_full:
            raise Problem.overloaded(self._services.batcher.retry_after)

    def _body_limit(self, path: str) -> int:
        settings = self._services.settings
        return settings.batch_body_bytes if path in _BATCH_PATHS else settings.body_bytes

    def _count(self, scope: Scope, record: RequestRecord) -> None:
        metrics = self._services.metrics
        record.route = getattr(scope.get("route"), "path", "other")
        status = record.status or 499  # the client went away before there was an answer
        metrics.requests.labels(record.method if record.route != "other" else "", record.route, str(status)).inc()
        metrics.latency.labels(record.route).observe(record.seconds)
        if record.problem:
            metrics.problems.labels(record.problem).inc()
        _log.info(
            "request",
            request_id=record.request_id,
            method=record.method if record.route != "other" else "other",
            route=record.route,
            status=status,
            duration_ms=round(record.seconds * 1_000, 2),
            role=str(record.role or ""),
            problem=record.problem,
            model_version=record.model_version,
            cases=record.cases,
        )


class _Answer:
    """The way out: an audited answer starts only when its event is kept."""

    def __init__(self, send: Send, scope: Scope, record: RequestRecord, services: Services) -> None:
        self._send = send
        self._scope = scope
        self._record = record
        self._services = services
        self._is_replaced = False
        self.is_started = False

    async def __call__(self, message: Message) -> None:
        if self._is_replaced:
            return
        if message["type"] == "http.response.start":
            self._record.status = int(message["status"])
            if not await self._audit():
                await self._refuse()
                return
            self.is_started = True
            message = {**message, "headers": [*message.get("headers", ()), *self._headers()]}
        await self._send(message)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        own = [(b"x-request-id", self._record.request_id.encode())]
        if str(self._scope["path"]).startswith(("/v1", "/metrics")):
            own.append((b"cache-control", b"no-store"))
        if self._record.status in (408, 413, 431):
            own.append((b"connection", b"close"))  # the rest of the request is not read
        return [*own, *_SECURITY_HEADERS]

    async def _audit(self) -> bool:
        """Whether the event is kept, or none is due."""
        record = self._record
        route = getattr(self._scope.get("route"), "path", "other")
        action = AUDITED.get((record.method, route))
        if action is None and record.status not in _REFUSALS:
            return True
        event = AuditEvent(
            at=datetime.now(UTC),
            actor=record.principal.subject if record.principal else "",
            role=str(record.role or ""),
            action=action or f"{record.method} {route}",
            resource=record.resource,
            outcome=str(record.status),
            remote=record.remote,
            model_version=record.model_version,
            request_id=record.request_id,
        )
        try:
            await asyncio.wrap_future(self._services.audit.submit(event))
        except Exception as error:
            self._services.metrics.faults.labels(type(error).__name__).inc()
            _log.error("audit_failed", request_id=record.request_id, error=describe_error(error))
            return False
        return True

    async def _refuse(self) -> None:
        """Answer 503 instead: what nobody would know of is not done."""
        self._is_replaced = True
        self.is_started = True
        self._record.status = 503
        self._record.problem = "audit-unavailable"
        detail = "The audit trail cannot be written, so nothing is shown. Try again with the same Idempotency-Key."
        problem = Problem(503, "audit-unavailable", "The audit trail cannot be written", detail)
        response = problem_response(problem, self._record.request_id)
        headers = [*response.raw_headers, (b"retry-after", b"5"), *self._headers()]
        await self._send({"type": "http.response.start", "status": 503, "headers": headers})
        await self._send({"type": "http.response.body", "body": bytes(response.body)})


class _LimitedBody:
    """The way in: a body that is too long or too slow is a problem, whoever reads it."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._limit = limit
        self._left = limit
        self._seconds = seconds
        self._deadline: float | None = None
        self._is_whole = False

    async def __call__(self) -> MutableMapping[str, Any]:
        if self._is_whole:
            return await self._receive()  # waits for the client to leave, as long as it takes
        loop = asyncio.get_running_loop()
        self._deadline = self._deadline or loop.time() + self._seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            detail = f"The body did not arrive within {self._seconds:g} s."
            raise Problem(408, "request-timeout", "The request took too long", detail) from None
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise _too_large(self._limit)
            self._is_whole = not message.get("more_body", False)
        return message


def _require_modest_headers(scope: Scope, limit: int) -> None:
    size = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    size += len(scope.get("raw_path") or b"") + len(scope["query_string"])
    if size > limit:
        detail = f"The head of the request is longer than {limit} bytes."
        raise Problem(431, "headers-too-large", "The headers are too large", detail)


def _require_modest_length(scope: Scope, limit: int) -> None:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not length.isdigit() or int(length) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> Problem:
    detail = f"The body is longer than {limit} bytes; send fewer cases at once."
    return Problem(413, "body-too-large", "The body is too large", detail)
