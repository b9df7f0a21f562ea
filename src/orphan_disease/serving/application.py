"""The application: routes behind the gate, over the parts that whoever starts it puts together."""

import asyncio
import importlib.metadata
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from orphan_disease.serving.dependencies import authorise
from orphan_disease.serving.gate import Gate
from orphan_disease.serving.metric_lines import write_metric_lines
from orphan_disease.serving.model_watch import follow_pointer
from orphan_disease.serving.openapi import complete_document
from orphan_disease.serving.problems import Problem, problem_response, reasons_of
from orphan_disease.serving.request_record import record_of
from orphan_disease.serving.routes import explanations, model, operations, predictions, sagemaker, terms
from orphan_disease.serving.services import Services

__all__ = ["PAGE_FOLDER", "build_application"]

PAGE_FOLDER: Final = Path(__file__).parent / "page"
_API_PATHS: Final = ("/v1", "/metrics", "/openapi.json", "/ping", "/invocations")
_DESCRIPTION: Final = (
    "Is an orphan disease possible, and which service should see the patient? The service supports a clinician's "
    "decision and makes none."
)


class _Page(Mount):
    """The page at `/`, which leaves the API's paths to the API: its 404 and 405 are its own."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match every path but the API's."""
        path = str(scope.get("path", ""))
        if any(path == taken or path.startswith(f"{taken}/") for taken in _API_PATHS):
            return Match.NONE, {}
        return super().matches(scope)


def build_application(services: Services, page: Path = PAGE_FOLDER) -> FastAPI:
    """The application over given parts; it loads the model when it starts.

    Args:
        services: the parts of the service.
        page: the folder of the page for clinicians; left out where it does not exist.
    """
    app = FastAPI(
        title="orphan_disease",
        summary="Prediction of orphan diseases",
        description=_DESCRIPTION,
        version=importlib.metadata.version("orphan_disease"),
        docs_url=None,  # these pages would load scripts from other hosts
        redoc_url=None,
        dependencies=[Depends(authorise)],
        lifespan=_lifespan,
    )
    app.state.services = services
    for module in (predictions, explanations, terms, model, operations):
        app.include_router(module.router)
    if services.settings.sagemaker:
        app.include_router(sagemaker.router)
    if page.is_dir():
        app.router.routes.append(_Page("/", app=StaticFiles(directory=page, html=True), name="page"))
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_parameters)
    app.add_middleware(Gate, services=services)
    app.openapi = lambda: complete_document(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, services.start)
    background = [asyncio.create_task(each) for each in _background(services)]
    try:
        yield
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await loop.run_in_executor(None, services.stop)


def _background(services: Services) -> Iterator[Coroutine[Any, Any, None]]:
    """What runs beside the requests."""
    if services.settings.emf_namespace:
        yield write_metric_lines(services)
    if services.settings.model_poll_seconds:
        yield follow_pointer(services)


async def _on_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    record = record_of(request)
    record.problem = error.kind
    return problem_response(error, record.request_id)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers: dict[str, Any] = dict(error.headers or {})
    return await _on_problem(request, Problem.of_status(error.status_code, headers))


async def _on_invalid_parameters(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return await _on_problem(request, Problem.invalid(reasons_of(error.errors())))
