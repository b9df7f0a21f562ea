"""What those who run the service look at: health and metrics."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from orphan_disease.serving.dependencies import ServicesOf
from orphan_disease.serving.openapi import OPEN, PROBLEMS
from orphan_disease.serving.problems import Problem
from orphan_disease.serving.schemas import Health

__all__ = ["router"]

router = APIRouter(tags=["operations"])


@router.get("/v1/health/live", summary="Is the process alive?", openapi_extra=OPEN)
async def live() -> Health:
    """Answers while the process can answer at all; restart it where this fails."""
    return Health(status="live")


@router.get("/v1/health/ready", summary="Can it answer?", responses=PROBLEMS(503), openapi_extra=OPEN)
async def ready(services: ServicesOf) -> Health:
    """Answers 200 while a model is loaded and its thread runs; send no requests where this fails."""
    version = services.model.version
    if not services.batcher.is_alive:
        raise Problem(503, "not-ready", "The service is not ready", "The inference thread does not run.")
    return Health(status="ready", model_version=version)


@router.get(
    "/metrics",
    summary="Read the metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **PROBLEMS(401, 403, 429)},
)
async def metrics(services: ServicesOf) -> Response:
    """Prometheus' text form."""
    return Response(services.metrics.text(), media_type=CONTENT_TYPE_LATEST)
