"""Parameters of the `balancing` pipeline."""

from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.contracts.parameters.modelling import Resampling

__all__ = ["AugmentationParams", "ResamplingParams"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AugmentationParams(_Frozen):
    """Further patients simulated from the knowledge, for scarce categories and scarce disorders."""

    seed: int
    maximum_cases: int = Field(default=3000, ge=0, description="size of the pool")
    scarce_disorder_cases: int = Field(
        default=3, ge=1, description="a disorder with at most so many training patients is scarce"
    )
    scarce_share: float = Field(
        default=0.7, ge=0, le=1, description="share of each category's pool drawn from scarce disorders"
    )


class ResamplingParams(_Frozen):
    """What the plan offers to `modelling`, which lets the data choose."""

    candidates: tuple[Resampling, ...] = tuple(Resampling)
    target_ratio: float = Field(
        default=1.0, gt=0, le=1, description="a category is filled up to this share of the largest one"
    )
    smote_neighbours: int = Field(default=5, ge=1)
