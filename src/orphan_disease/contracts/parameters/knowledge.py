"""Parameters of the knowledge: the category schemes, and the rules that place a disorder in a category."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["CategoryScheme", "CategorySpec", "DominanceParams", "KnowledgeParams", "RarityThresholds", "Tier"]

Tier = Literal["non_orphan", "rare", "ultra_orphan", "neglected"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CategorySpec(_Frozen):
    """One category that a case may be given."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="the label in every table and answer")
    label_es: str = Field(min_length=1, description="what a Spanish-speaking clinician reads")
    label_en: str = Field(min_length=1, description="what an English-speaking clinician reads")
    orphanet_heads: tuple[str, ...] = Field(
        default=(), description="ORPHAcodes of the classification heads whose descendants belong here"
    )
    hpo_roots: tuple[str, ...] = Field(
        default=(), description="HPO terms whose descendants speak for the category in the dominance rule"
    )
    takes_the_rest: bool = Field(default=False, description="whether every head and root that no category names is its")
    tier: Tier | None = Field(default=None, description="the rarity tier it stands for, in a scheme of kind 'rarity'")


class RarityThresholds(_Frozen):
    """Where a jurisdiction draws the lines of rarity, in patients per 100,000 inhabitants."""

    orphan_per_100000: float = Field(gt=0, description="at or above it a disorder is no orphan disease")
    ultra_orphan_per_100000: float = Field(gt=0, description="at or below it an orphan disease is ultra-rare")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ultra_orphan_per_100000 >= self.orphan_per_100000:
            raise ValueError("ultra_orphan_per_100000 must be below orphan_per_100000")
        return self


class CategoryScheme(_Frozen):
    """An ordered list of categories; where a disorder fits several, the first in the list wins.

    Kinds: `referral` reads the category off Orphanet's classification heads, `rarity` off the prevalence, and `given`
    knows none for any disorder: the labels come with the confirmed cases.
    """

    name: str
    kind: Literal["referral", "rarity", "given"] = "referral"
    categories: tuple[CategorySpec, ...] = Field(min_length=2)
    jurisdiction: str = Field(default="EU", description="key of `thresholds` that a scheme of kind 'rarity' applies")
    thresholds: Mapping[str, RarityThresholds] = Field(default_factory=dict, description="by jurisdiction")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for field, values in (
            ("name", self.names),
            ("orphanet_heads", [head for spec in self.categories for head in spec.orphanet_heads]),
            ("hpo_roots", [root for spec in self.categories for root in spec.hpo_roots]),
        ):
            if len(set(values)) < len(values):
                raise ValueError(f"scheme {self.name}: a {field} stands in two categories; each belongs to one")
        if sum(spec.takes_the_rest for spec in self.categories) > 1:
            raise ValueError(f"scheme {self.name}: at most one category may take the rest")
        if self.kind == "rarity" and self.jurisdiction not in self.thresholds:
            raise ValueError(
                f"scheme {self.name}: no thresholds for {self.jurisdiction}; has {sorted(self.thresholds)}"
            )
        return self

    @property
    def labels(self) -> dict[str, dict[str, str]]:
        """Category -> language ("es", "en") -> what a clinician reads."""
        return {each.name: {"es": each.label_es, "en": each.label_en} for each in self.categories}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the categories, in the order of precedence."""
        return tuple(spec.name for spec in self.categories)


class DominanceParams(_Frozen):
    """When the organ system that dominates a disorder's annotations is trusted to be its category (offline only)."""

    margin: float = Field(
        ge=0, le=1, description="least lead of the first category's share of the evidence over the second's"
    )
    minimum_annotations: int = Field(default=1, ge=1, description="annotations that a disorder needs to be judged")


class KnowledgeParams(_Frozen):
    """What the knowledge half of data_engineering needs to know."""

    scheme: str = Field(description="the category scheme in use: a key of `schemes`")
    schemes: Mapping[str, CategoryScheme]
    classification_roots: tuple[str, ...] = Field(
        description="ORPHAcodes above the classification; the Category entries directly under one are the heads"
    )
    dominance: DominanceParams

    @model_validator(mode="after")
    def _scheme_known(self) -> Self:
        if self.scheme not in self.schemes:
            raise ValueError(f"scheme {self.scheme!r} is not among {sorted(self.schemes)}")
        return self

    @property
    def active_scheme(self) -> CategoryScheme:
        """The scheme that `scheme` names."""
        return self.schemes[self.scheme]
