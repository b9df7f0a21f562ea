"""A pack of clinical use cases: presentations with the answer that a model must give before it serves."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orphan_disease.contracts.vocabulary import Sex

__all__ = ["Finding", "UseCase", "UseCasePack"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Part):
    """An HPO term; the label is for the reader and is checked against the ontology."""

    id: str = Field(pattern=r"^HP:\d{7}$")
    label: str


class UseCase(_Part):
    """One presentation and what is expected of its answer."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    sex: Sex
    age_years: float = Field(ge=0, le=120)
    observed: tuple[Finding, ...] = Field(min_length=1)
    excluded: tuple[Finding, ...] = ()
    orphan: bool = Field(description="Whether it is an orphan disease at all.")
    category: str | None = Field(description="Expected category; absent where none is expected.")
    disorder: tuple[str, ...] = Field(description="Any of these ids counts as the disorder.")

    @model_validator(mode="after")
    def _expects_what_it_can(self) -> Self:
        """An orphan case names its disorder; another one names neither disorder nor category."""
        if self.orphan != bool(self.disorder):
            raise ValueError(f"use case {self.id}: an orphan case names its disorder, and no other case does")
        if not self.orphan and self.category is not None:
            raise ValueError(f"use case {self.id}: only an orphan disease has a category")
        return self


class UseCasePack(_Part):
    """The cases, their provenance and the scheme that their categories are of."""

    name: str
    provenance: str = Field(description="Such as `constructed`; figures about the pack bear it.")
    scheme: str
    cases: tuple[UseCase, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _bears_each_id_once(self) -> Self:
        """An id names one case."""
        ids = [case.id for case in self.cases]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"use cases {', '.join(twice)} stand more than once in the pack")
        return self
