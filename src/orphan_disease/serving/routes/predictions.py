"""Predictions: of one case, of many as a stream of lines, and of a case answered before."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response, StreamingResponse

from orphan_disease.contracts.principal import Role
from orphan_disease.serving.batch_lines import answer_lines, split_documents
from orphan_disease.serving.dependencies import Asking, Record, ServicesOf, idempotency_key_of, read_body
from orphan_disease.serving.keeping import find_answer, keep_answer
from orphan_disease.serving.openapi import CASE_BODY, KEY_PARAMETER, LINES_BODY, PROBLEMS
from orphan_disease.serving.problems import Problem
from orphan_disease.serving.schemas import Prediction

__all__ = ["router"]

router = APIRouter(prefix="/v1/predictions", tags=["predictions"])

_ID: Final = re.compile(r"[0-9a-f]{32}")
NDJSON: Final = "application/x-ndjson"


@router.post(
    "",
    summary="Predict one case",
    response_model=Prediction,
    responses=PROBLEMS(400, 401, 403, 408, 413, 415, 422, 429, 503),
    openapi_extra={**CASE_BODY, **KEY_PARAMETER},
)
async def predict(request: Request, services: ServicesOf, principal: Asking, record: Record) -> Response:
    """Is an orphan disease possible, and which service should see the patient?

    The answer is kept before it is sent. A retry with the same `Idempotency-Key` and body gets the first answer.
    """
    key = idempotency_key_of(request)
    body = await read_body(request)
    record.cases = 1
    kept = await keep_answer(services, principal.subject, body, key)
    record.resource, record.model_version = kept.prediction_id, kept.model_version
    headers = {"Location": f"{router.prefix}/{record.resource}"}
    if kept.is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(kept.content, media_type="application/json", headers=headers)


@router.post(
    "/batch",
    summary="Predict many cases",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "One line a case, in their order: its `line`, its `status`, and a prediction or a problem.",
            "content": {NDJSON: {"schema": {"type": "string"}}},
        },
        **PROBLEMS(400, 401, 403, 408, 413, 415, 422, 429, 503),
    },
    openapi_extra={**LINES_BODY, **KEY_PARAMETER},
)
async def predict_batch(request: Request, services: ServicesOf, principal: Asking, record: Record) -> Response:
    """Cases as lines of JSON (or one JSON array), answers as lines, streamed as they are found and kept.

    A line that is no case gets its own problem and leaves the others alone. With an `Idempotency-Key`, a retry of the
    same lines gets the first answers.
    """
    key = idempotency_key_of(request)
    documents = split_documents(await read_body(request, lines=True), services.settings.batch_lines)
    record.cases = len(documents)
    record.model_version = services.model.version
    return StreamingResponse(answer_lines(services, principal.subject, documents, key), media_type=NDJSON)


@router.get(
    "/{prediction_id}",
    summary="Read a prediction again",
    response_model=Prediction,
    responses=PROBLEMS(401, 403, 404, 429, 503),
)
async def read_prediction(
    prediction_id: Annotated[str, Path(description="As the prediction names it.", examples=["0" * 32])],
    services: ServicesOf,
    principal: Asking,
    record: Record,
) -> Response:
    """The answer as it was given. A client reads its own; an auditor reads every one."""
    if not _ID.fullmatch(prediction_id):
        raise _absent()
    record.resource = prediction_id
    entry = await find_answer(services, prediction_id)
    if entry is None or (entry.client != principal.subject and Role.AUDITOR not in principal.roles):
        raise _absent()
    record.model_version = str(entry.record["model_version"])
    return Response(entry.content, media_type="application/json")


def _absent() -> Problem:
    return Problem(404, "no-such-prediction", "No such prediction", "This client has no prediction of this id.")
