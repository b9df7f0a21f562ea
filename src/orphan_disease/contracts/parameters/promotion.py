"""Parameters of promotion and of the archive: when a challenger is taken, and what is kept."""

from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.contracts.parameters.evaluation import EvaluationParams

__all__ = ["ArchiveParams", "PromotionParams"]


class PromotionParams(BaseModel):
    """What a challenger must show before it is served."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    significance: float = Field(
        default=0.05, gt=0, lt=1, description="largest p-value of the paired test at which the challenger is better"
    )
    permutations: int = Field(default=2000, ge=20, description="exchanges of whole groups behind the p-value")
    minimum_gain_macro_f1: float = Field(
        default=0.0, ge=-1, le=1, description="the challenger's least lead over the champion on the same held-out cases"
    )
    champion_floor_macro_f1: float = Field(
        default=0.60,
        ge=0,
        le=1,
        description="a champion below it on the same held-out cases gives way to a challenger that leads and is above",
    )
    gates_required: bool = Field(default=True, description="a version that fails a gate is never promoted")
    approval_required: bool = Field(default=False, description="a person must approve, by name; pipelines only propose")
    measurement: EvaluationParams


class ArchiveParams(BaseModel):
    """Which versions are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keep_never_served: int = Field(
        default=5,
        ge=0,
        description="newest versions kept that no pointer names and that never served; served ones always",
    )
