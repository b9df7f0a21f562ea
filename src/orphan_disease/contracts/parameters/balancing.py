"""Parameters of the `balancing` pipeline."""

from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.contracts.parameters.modelling import Resampling

__all__ = ["AugmentationParams", "CopyParams", "ResamplingParams"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CopyParams(_Frozen):
    """How a copy of a confirmed patient differs from its parent."""

    dropped_share: float = Field(default=0.3, ge=0, le=1, description="of findings and exclusions; one finding stays")
    generalised_share: float = Field(
        default=0.15, ge=0, le=1, description="of findings: by an ancestor; grows with their information"
    )
    noise_share: float = Field(default=0.15, ge=0, description="terms of chance for each finding of the parent")


class AugmentationParams(_Frozen):
    """Further patients, simulated from annotations or copied from confirmed training patients."""

    seed: int
    maximum_cases: int = Field(default=3000, ge=0, description="size of the pool")
    scarce_disorder_cases: int = Field(
        default=3, ge=1, description="a disorder with at most so many training patients is scarce"
    )
    scarce_share: float = Field(
        default=0.7, ge=0, le=1, description="share of each category's pool drawn from scarce disorders"
    )
    copied_share: float = Field(
        default=0.0, ge=0, le=1, description="share of each category's pool copied from confirmed training patients"
    )
    copies: CopyParams = CopyParams()


class ResamplingParams(_Frozen):
    """What the plan offers to `modelling`, which lets the data choose."""

    candidates: tuple[Resampling, ...] = tuple(Resampling)
    target_ratio: float = Field(
        default=1.0, gt=0, le=1, description="a category is filled up to this share of the largest one"
    )
    smote_neighbours: int = Field(default=5, ge=1)
