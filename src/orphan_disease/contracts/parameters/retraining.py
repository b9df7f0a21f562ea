"""Parameters of the `retraining` pipeline."""

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["RetrainingParams"]


class RetrainingParams(BaseModel):
    """When a model is trained again. When the new one is taken, `PromotionParams` say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    force: bool = Field(default=False, description="train whatever the monitoring says")
    month: str | None = Field(
        default=None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="the monitored month that the order rests on"
    )
