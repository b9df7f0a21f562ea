"""Parameters of the `evaluation` pipeline."""

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["EvaluationParams"]


class EvaluationParams(BaseModel):
    """How the packaged model is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bootstrap_samples: int = Field(default=500, ge=2, description="resamples of whole groups behind each interval")
    interval: float = Field(default=0.95, gt=0, lt=1, description="level of the bootstrap intervals")
    calibration_bins: int = Field(default=10, ge=2, description="bins of equal width of a reliability curve")
    specificity: float = Field(
        default=0.95, gt=0, lt=1, description="at which the sensitivity to orphan disease is read"
    )
    minimum_cases: int = Field(default=10, ge=1, description="fewer cases of a provenance are counted, not measured")
    seed: int = Field(ge=0, description="of the resamples")
