"""Parameters of the `feature_engineering` pipeline."""

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "CaseBaseParams",
    "EncoderParams",
    "EvidenceFitParams",
    "EvidenceParams",
    "LearnedEvidenceParams",
    "ScorerParams",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CaseBaseParams(_Frozen):
    """Which confirmed patients teach the ranking, see domain/case_base.py."""

    enabled: bool = Field(default=True, description="false: the differential rests on the annotations alone")
    include_simulated: bool = Field(
        default=False,
        description="the fabricated hospital's patients too; those given as confirmed cases are always included",
    )


class EncoderParams(_Frozen):
    """How a case becomes the columns of its own profile."""

    minimum_observed_cases: int = Field(default=20, ge=1, description="training cases a term needs for a column")
    minimum_excluded_cases: int = Field(default=40, ge=1, description="the same for an excluded term")
    maximum_observed_terms: int = Field(default=400, ge=1, description="columns of observed terms, most frequent first")
    maximum_excluded_terms: int = Field(default=60, ge=0, description="columns for excluded terms")


class ScorerParams(_Frozen):
    """One of the ranking's scorers whose scores are pooled per category."""

    name: str = Field(description="name of the scorer, as in RankerScores")
    temperatures: tuple[float, ...] = Field(description="in units of the score; each gives a pooled column a category")


class LearnedEvidenceParams(_Frozen):
    """The classifier that learns categories from the annotated disorders themselves, see domain/learned_evidence.py."""

    patients_per_disorder: int = Field(default=10, ge=1, description="simulated patients of each annotated disorder")
    folds: int = Field(default=4, ge=2, description="parts of the disorders; each part is hidden from one model")
    hidden_units: int = Field(default=64, ge=1)
    epochs: int = Field(default=2, ge=1)
    learning_rate: float = Field(default=3e-3, gt=0)
    weight_decay: float = Field(default=1e-5, ge=0)
    dropout: float = Field(default=0.3, ge=0, lt=1)
    minimum_term_patients: int = Field(default=8, ge=1, description="simulated patients a term needs to be an input")


class EvidenceParams(_Frozen):
    """How the scores of all disorders are pooled into evidence for each category."""

    scorers: tuple[ScorerParams, ...]
    learned: LearnedEvidenceParams = LearnedEvidenceParams()
    top_ranks: tuple[int, ...] = Field(default=(1, 5, 20, 100), description="shares of a category among the best ranks")
    hidden_share_simulated: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description="share of simulated cases whose own disorder is hidden from the knowledge while they are scored: "
        "they were drawn from the very annotations that score them",
    )
    hide_own_disorder: bool = Field(default=False, description="hide it for every labelled case: the masked protocol")
    batch_cases: int = Field(default=256, ge=1, description="cases scored at once; bounds the memory")


class EvidenceFitParams(_Frozen):
    """The evidence with the seed of its random choices."""

    evidence: EvidenceParams
    seed: int
