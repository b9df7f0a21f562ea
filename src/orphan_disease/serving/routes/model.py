"""The model that answers: what it is, its card, and its replacement by a newly promoted one."""

import asyncio
from pathlib import Path

import fsspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from orphan_disease.serving.dependencies import Record, ServicesOf
from orphan_disease.serving.model_holder import LoadedModel, PackageError
from orphan_disease.serving.openapi import PROBLEMS
from orphan_disease.serving.problems import Problem
from orphan_disease.serving.schemas import ModelDescription
from orphan_disease.serving.services import Services

__all__ = ["router"]

router = APIRouter(prefix="/v1/model", tags=["model"])


class Reloaded(BaseModel):
    """What a reload led to."""

    model_config = ConfigDict(frozen=True)

    model_version: str = Field(description="The model that answers now.")
    previous_version: str = Field(description="The model that answered before.")
    is_changed: bool


@router.get("", summary="Describe the model", responses=PROBLEMS(401, 403, 429, 503))
async def describe_model(services: ServicesOf) -> ModelDescription:
    """Version, knowledge, categories with their labels in Spanish and English, and when it was trained and loaded."""
    model = services.model
    predictor, manifest = model.predictor, model.manifest
    return ModelDescription(
        name=manifest.name,
        model_version=model.version,
        knowledge_version=predictor.knowledge_version,
        categories=predictor.categories,
        category_labels=predictor.category_labels,
        coverage=predictor.rule.coverage,
        disorders=len(predictor.knowledge),
        created_at=manifest.created_at,
        loaded_at=model.loaded_at,
        source_revision=manifest.source_revision,
        data_fingerprints=manifest.data_fingerprints,
    )


@router.get(
    "/card",
    summary="Read the model's card",
    response_class=Response,
    responses={
        200: {"content": {"text/markdown": {"schema": {"type": "string"}}}},
        **PROBLEMS(401, 403, 404, 429, 503),
    },
)
async def read_card(services: ServicesOf) -> Response:
    """What the model is for, what it learned from, how well it does and where it must not be trusted (Markdown)."""
    text = await asyncio.get_running_loop().run_in_executor(services.writers, _card, services, services.model)
    return Response(text, media_type="text/markdown")


@router.post("/reload", summary="Load the promoted model", responses=PROBLEMS(401, 403, 409, 429, 503))
async def reload_model(services: ServicesOf, record: Record) -> Reloaded:
    """Load what the pointer names now. Requests in work keep their model; a package that does not verify is refused."""
    previous = services.model.version
    try:
        model = await asyncio.get_running_loop().run_in_executor(services.writers, services.reload)
    except PackageError as error:
        detail = f"{error}. Version {previous} still answers."
        raise Problem(409, "model-refused", "The model was refused", detail) from None
    record.resource = record.model_version = model.version
    return Reloaded(model_version=model.version, previous_version=previous, is_changed=model.version != previous)


def _card(services: Services, model: LoadedModel) -> str:
    """The card of this very model.

    Raises:
        Problem: 404, if there is none.
    """
    path = services.settings.model_card_path
    try:
        with fsspec.open(path, "r", encoding="utf-8") as stream:
            text = str(stream.read())
    except FileNotFoundError:
        text = ""
    if model.version not in text.partition("\n")[0]:
        detail = f"{Path(path).name} is not the card of version {model.version}; training writes it."
        raise Problem(404, "no-card", "This model has no card here", detail)
    return text
