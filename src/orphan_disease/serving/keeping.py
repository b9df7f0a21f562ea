"""One case from document to kept answer: read, predict, write down, and only then tell."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import uuid4

import structlog

from orphan_disease.contracts.ledger_entry import LedgerEntry
from orphan_disease.serving.answering import AskedCase
from orphan_disease.serving.batching import Overloaded
from orphan_disease.serving.case_documents import Json, read_case, read_json
from orphan_disease.serving.logs import describe_error
from orphan_disease.serving.problems import Problem
from orphan_disease.serving.scoring import ScoringLostError
from orphan_disease.serving.services import KeyTurn, Services

__all__ = ["KeptAnswer", "find_answer", "keep_answer"]

LOADING_SECONDS: Final = 10  # about as long as the model takes to load
_log = structlog.get_logger()


class KeptAnswer(NamedTuple):
    """An answer that the ledger holds.

    Attributes:
        prediction_id: of the answer.
        model_version: of the model that gave it.
        content: a `Prediction` as JSON.
        is_replayed: whether it was given before, to the same idempotency key.
    """

    prediction_id: str
    model_version: str
    content: bytes
    is_replayed: bool = False

    @classmethod
    def of(cls, entry: LedgerEntry) -> "KeptAnswer":
        """An answer that was given before."""
        return cls(entry.prediction_id, str(entry.record["model_version"]), entry.content, is_replayed=True)


async def keep_answer(services: Services, client: str, body: bytes, key: str | None) -> KeptAnswer:
    """Answer one case and keep the answer; the same key and body give the first answer again.

    Args:
        services: the parts of the service.
        client: subject of who asks.
        body: the document.
        key: the client's idempotency key.

    Raises:
        Problem: 400 or 422 for a document that is no case, 422 for a key of another body, 503 under overload or where
            the ledger cannot be written.
    """
    digest = hashlib.sha256(body).hexdigest()
    if key is None:
        return await _predict_and_keep(services, client, body, None, digest)
    async with _alone(services, client, key):
        if (first := await _first_answer(services, client, key, digest)) is not None:
            return first
        kept = await _predict_and_keep(services, client, body, key, digest)
        # Another process may have kept an answer to the same key meanwhile: the first one counts.
        first = await _first_answer(services, client, key, digest)
        return kept if first is None or first.prediction_id == kept.prediction_id else first


async def find_answer(services: Services, prediction_id: str) -> LedgerEntry | None:
    """The kept answer of an id; None where there is none."""
    return await asyncio.get_running_loop().run_in_executor(services.writers, services.ledger.get, prediction_id)


async def _predict_and_keep(services: Services, client: str, body: bytes, key: str | None, digest: str) -> KeptAnswer:
    prediction_id = uuid4().hex
    document: Json = read_json(body)
    case = read_case(document, services.model, prediction_id)
    try:
        answer = await services.batcher.submit(AskedCase(prediction_id, case))
    except Overloaded as overloaded:
        raise Problem.overloaded(overloaded.retry_after) from None
    except ScoringLostError:
        detail = "The process that scores was lost; it is started again, and nothing was predicted."
        headers = {"Retry-After": str(LOADING_SECONDS)}
        raise Problem(503, "scoring-lost", "The model is not there", detail, headers=headers) from None
    await _append(services, LedgerEntry(prediction_id, client, key, digest, datetime.now(UTC), answer.content))
    return KeptAnswer(prediction_id, answer.model_version, answer.content)


async def _append(services: Services, entry: LedgerEntry) -> None:
    started = time.monotonic()
    try:
        await asyncio.wrap_future(services.ledger.submit(entry))
    except Exception as error:
        services.metrics.faults.labels(type(error).__name__).inc()
        _log.error("ledger_failed", error=describe_error(error))
        detail = "The answer could not be kept, so it is not given. Try again with the same Idempotency-Key."
        raise Problem(
            503, "ledger-unavailable", "The ledger cannot be written", detail, headers={"Retry-After": "5"}
        ) from None
    services.metrics.ledger_seconds.observe(time.monotonic() - started)


async def _first_answer(services: Services, client: str, key: str, digest: str) -> KeptAnswer | None:
    loop = asyncio.get_running_loop()
    entry = await loop.run_in_executor(services.writers, services.ledger.by_idempotency_key, client, key)
    if entry is None:
        return None
    if entry.request_digest != digest:
        detail = "This Idempotency-Key was used for another body; use a new key for a new request."
        raise Problem(422, "idempotency-key-reused", "The idempotency key belongs to another request", detail)
    return KeptAnswer.of(entry)


@asynccontextmanager
async def _alone(services: Services, client: str, key: str) -> AsyncIterator[None]:
    """Let one request of a key work at a time; the second finds the first one's answer."""
    turn = services.keys_in_work.setdefault((client, key), KeyTurn())
    turn.users += 1
    try:
        async with turn.lock:
            yield
    finally:
        turn.users -= 1
        if not turn.users:
            del services.keys_in_work[client, key]
