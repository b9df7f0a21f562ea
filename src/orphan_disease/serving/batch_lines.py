"""Many cases in one request: split into documents, answered side by side, told in their order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final

import orjson
import structlog

from orphan_disease.serving.case_documents import read_json
from orphan_disease.serving.keeping import keep_answer
from orphan_disease.serving.logs import describe_error
from orphan_disease.serving.problems import FieldProblem, Problem
from orphan_disease.serving.services import Services

__all__ = ["answer_lines", "split_documents"]

AT_ONCE: Final = 32  # of one request: single cases that arrive meanwhile still find room
_PAUSE_SECONDS: Final = 0.1
_log = structlog.get_logger()


def split_documents(body: bytes, most: int) -> list[bytes]:
    r"""The documents of a batch: each line that is not empty, or each item of one JSON array.

    Args:
        body: NDJSON, or one array.
        most: documents allowed.

    Raises:
        Problem: 400 for an array that is no JSON, 413 for too many documents, 422 for none.

    >>> split_documents(b'{"a": 1}\n\n{"a": 2}', 5), split_documents(b'[{"a": 1}, 3]', 5)
    ([b'{"a": 1}', b'{"a": 2}'], [b'{"a":1}', b'3'])
    """
    if body.lstrip()[:1] == b"[":
        documents = [orjson.dumps(document) for document in read_json(body)]
    else:
        documents = [line for line in body.splitlines() if line.strip()]
    if not documents:
        raise Problem.invalid([FieldProblem(field="(body)", reason="expected at least one case, one a line")])
    if len(documents) > most:
        detail = f"{len(documents)} cases were sent, at most {most} are taken at once; send them in parts."
        raise Problem(413, "too-many-cases", "Too many cases at once", detail)
    return documents


async def answer_lines(
    services: Services, client: str, documents: Sequence[bytes], key: str | None
) -> AsyncIterator[bytes]:
    """One JSON line a document, in their order: `line`, `status`, and the members of a prediction or of a problem."""
    waiting: deque[asyncio.Task[bytes]] = deque()
    try:
        for number, document in enumerate(documents, start=1):
            # A client's key holds no space, so that no other request can have this one.
            own_key = None if key is None else f"{key} {number}"
            waiting.append(asyncio.create_task(_line(services, client, document, own_key, number)))
            if len(waiting) == AT_ONCE:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:  # the client went away
            task.cancel()


async def _line(services: Services, client: str, document: bytes, key: str | None, number: int) -> bytes:
    try:
        _require_modest_line(document, services.settings.body_bytes)
        content = await _patiently(services, client, document, key)
    except Problem as problem:
        services.metrics.problems.labels(problem.kind).inc()
        return _told(number, problem)
    except Exception as error:  # one bad line must not end the stream of the others
        services.metrics.faults.labels(type(error).__name__).inc()
        _log.error("fault", error=describe_error(error))
        return _told(number, Problem(500, "internal", "The service failed", "The service failed on this line."))
    return b'{"line":%d,"status":200,%b\n' % (number, content[1:])  # an object's members, without reading it anew


def _told(number: int, problem: Problem) -> bytes:
    return orjson.dumps({"line": number} | problem.body(), option=orjson.OPT_APPEND_NEWLINE)


def _require_modest_line(document: bytes, limit: int) -> None:
    """Refuse a line that would be too large alone: while it is read, every other request waits."""
    if len(document) > limit:
        detail = f"The line is longer than {limit} bytes."
        raise Problem(413, "body-too-large", "The body is too large", detail)


async def _patiently(services: Services, client: str, document: bytes, key: str | None) -> bytes:
    """The answer as JSON; while the queue is full the line waits its time, as the whole batch is already taken on."""
    loop = asyncio.get_running_loop()
    end = loop.time() + services.settings.answer_timeout_seconds
    while True:
        try:
            return (await keep_answer(services, client, document, key)).content
        except Problem as problem:
            if problem.kind != "overloaded" or loop.time() > end:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
