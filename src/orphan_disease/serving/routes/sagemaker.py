"""The two routes that Amazon SageMaker calls in a container, over the same service.

They exist only where the settings say so. SageMaker passes no credentials on: who may invoke the endpoint is decided by
IAM before, and the container can be reached by nobody else. So every call is of one client, `sagemaker`.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from orphan_disease.serving.batch_lines import answer_lines, split_documents
from orphan_disease.serving.dependencies import Asking, Record, ServicesOf, read_body
from orphan_disease.serving.keeping import keep_answer
from orphan_disease.serving.openapi import CASE_BODY, OPEN, PROBLEMS
from orphan_disease.serving.problems import Problem

__all__ = ["router"]

router = APIRouter(tags=["sagemaker"])

LINES: Final = "application/jsonlines"  # what SageMaker calls lines of JSON


@router.get("/ping", summary="Can it answer?", response_class=Response, responses=PROBLEMS(503), openapi_extra=OPEN)
async def ping(services: ServicesOf) -> Response:
    """Answers 200 while a model is loaded and its thread runs; SageMaker replaces the container where this fails."""
    if services.model is None or not services.batcher.is_alive:
        raise Problem(503, "not-ready", "The service is not ready", "The inference thread does not run.")
    return Response()


@router.post(
    "/invocations",
    summary="Predict one case, or lines of them",
    response_class=Response,
    responses=PROBLEMS(400, 408, 413, 415, 422, 503),
    openapi_extra={**CASE_BODY, **OPEN},
)
async def invoke(request: Request, services: ServicesOf, principal: Asking, record: Record) -> Response:
    """One case as `application/json` gives one prediction; `application/jsonlines` gives a line for each line."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != LINES:
        record.cases = 1
        kept = await keep_answer(services, principal.subject, await read_body(request), None)
        record.resource, record.model_version = kept.prediction_id, kept.model_version
        return Response(kept.content, media_type="application/json")
    documents = split_documents(await request.body(), services.settings.batch_lines)
    record.cases, record.model_version = len(documents), services.model.version
    return StreamingResponse(answer_lines(services, principal.subject, documents, None), media_type=LINES)
