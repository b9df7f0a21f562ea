"""Parameters of the `tuning` pipeline."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from orphan_disease.contracts.parameters.modelling import Family, Resampling

__all__ = ["TuningParams"]


class TuningParams(BaseModel):
    """How hyper-parameters are searched, see docs/how_to/tune.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    head: Literal["category", "orphan"] = Field(default="category", description="the classifier that is tuned")
    families: tuple[Family, ...] = Field(
        default=(Family.DECISION_TREE, Family.RANDOM_FOREST, Family.XGBOOST, Family.MLP),
        description="searched one by one, each for an equal share of the time",
    )
    resampling: Resampling = Field(default=Resampling.NONE, description="what is done about the imbalance meanwhile")
    objective: Literal["log_loss", "macro_f1"] = Field(
        default="log_loss",
        description="what a search improves: the log-loss says more of each case, so that less chance is fitted",
    )
    minutes: float = Field(default=20.0, gt=0, description="of the whole pipeline, beside its last fits")
    nested_share: float = Field(
        default=0.5, gt=0, lt=1, description="of the minutes, for the searches that only measure what tuning is worth"
    )
    maximum_trials: int | None = Field(
        default=None, ge=1, description="of each search; null leaves it to the time, which no two runs spend alike"
    )
    startup_trials: int = Field(
        default=5,
        ge=1,
        description="of each search: drawn at random and not pruned, before either has anything to go by",
    )
    seed: int

    @field_validator("families")
    @classmethod
    def _with_settings_of_their_own(cls, families: tuple[Family, ...]) -> tuple[Family, ...]:
        if not families or Family.ENSEMBLE in families:
            raise ValueError("families to tune: at least one, and no ensemble, which has no settings of its own")
        return families
