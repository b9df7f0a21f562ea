"""Explanations: what speaks for and against each disorder, and what to ask next."""

import orjson
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from orphan_disease.serving.batching import Overloaded
from orphan_disease.serving.case_documents import read_case, read_json
from orphan_disease.serving.dependencies import Asking, Record, ServicesOf, read_body
from orphan_disease.serving.explanations import CaseExplanation, explain_case
from orphan_disease.serving.openapi import EXPLANATION_BODY, PROBLEMS
from orphan_disease.serving.problems import Problem, reasons_of
from orphan_disease.serving.schemas import ExplanationRequest

__all__ = ["router"]

router = APIRouter(prefix="/v1/explanations", tags=["explanations"])


@router.post(
    "",
    summary="Explain one case",
    response_model=CaseExplanation,
    responses=PROBLEMS(400, 401, 403, 408, 413, 415, 422, 429, 503),
    openapi_extra=EXPLANATION_BODY,
)
async def explain(request: Request, services: ServicesOf, principal: Asking, record: Record) -> Response:
    """Why the differential is as it is, and which questions would change it. Nothing of it is stored."""
    del principal  # who asks is told to the audit trail
    document = read_json(await read_body(request))
    try:
        wanted = ExplanationRequest.model_validate(document)
    except ValidationError as error:
        fields = {"": tuple(ExplanationRequest.model_fields)}
        raise Problem.invalid(reasons_of(error.errors(include_input=False), fields)) from None
    model = services.model
    case = read_case(wanted.case, model, record.request_id)
    record.cases, record.model_version = 1, model.version
    try:
        explanation = await services.batcher.run(lambda: explain_case(model, case, wanted))
    except Overloaded as overloaded:
        raise Problem.overloaded(overloaded.retry_after) from None
    return Response(orjson.dumps(explanation), media_type="application/json")
