"""Parameters of the `retraining` pipeline."""

from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.contracts.parameters.evaluation import EvaluationParams

__all__ = ["RetrainingParams"]


class RetrainingParams(BaseModel):
    """When a model is trained again, and when the new one is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    force: bool = Field(default=False, description="train whatever the monitoring says")
    month: str | None = Field(
        default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="the monitored month that the order rests on"
    )
    minimum_gain_macro_f1: float = Field(
        default=0.0, ge=-1, le=1, description="the candidate's least lead over the champion on the same held-out cases"
    )
    measurement: EvaluationParams
