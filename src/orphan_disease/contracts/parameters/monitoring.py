"""Parameters of the `monitoring` pipeline."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orphan_disease.contracts.parameters.evaluation import EvaluationParams

__all__ = ["CutOffs", "MonitoringParams"]


class CutOffs(BaseModel):
    """When a month's figures call for a look, or for training again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minimum_labels: int = Field(ge=1, description="confirmed orphan cases of a known category that a decision needs")
    watch_below_macro_f1: float = Field(ge=0, le=1)
    retrain_below_macro_f1: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.retrain_below_macro_f1 > self.watch_below_macro_f1:
            raise ValueError("retrain_below_macro_f1 must not be above watch_below_macro_f1")
        return self


class MonitoringParams(BaseModel):
    """Which month is looked at, how it is measured, and what follows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    month: str | None = Field(
        default=None,
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="YYYY-MM of the confirmed diagnoses; the last month with any if not given",
    )
    measurement: EvaluationParams
    cut_offs: CutOffs
