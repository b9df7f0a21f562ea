"""Terms: symptoms and signs by what a person types."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.serving.dependencies import ServicesOf
from orphan_disease.serving.openapi import PROBLEMS
from orphan_disease.serving.ports import Language

__all__ = ["router"]

router = APIRouter(prefix="/v1/terms", tags=["terms"])


class FoundTerm(BaseModel):
    """A term that answers the query."""

    model_config = ConfigDict(frozen=True)

    term_id: str = Field(description="HPO id, to be sent as an observed or excluded symptom.")
    label_en: str
    label_es: str | None = Field(description="Spanish name; absent where the project has none.")
    matched: str = Field(description="The name or id that the query met.")


class FoundTerms(BaseModel):
    """The best terms, best first."""

    model_config = ConfigDict(frozen=True)

    terms: tuple[FoundTerm, ...]


@router.get("", summary="Search symptoms and signs", responses=PROBLEMS(401, 403, 422, 429, 503))
async def search_terms(
    services: ServicesOf,
    q: Annotated[
        str, Query(min_length=1, max_length=100, description="The beginning of a name, or an id.", examples=["convuls"])
    ],
    language: Annotated[Language, Query(description="Whose names come first.")] = "es",
    limit: Annotated[int, Query(ge=1, le=50, description="Terms at most.")] = 10,
) -> FoundTerms:
    """By label and synonym, in Spanish and English, by prefix and by word, misspellings forgiven."""
    names = services.model.names
    hits = await asyncio.get_running_loop().run_in_executor(services.writers, names.search, q, language, limit)
    return FoundTerms(
        terms=tuple(
            FoundTerm(term_id=hit.term_id, label_en=hit.label_en, label_es=hit.label_es, matched=hit.matched)
            for hit in hits
        )
    )
