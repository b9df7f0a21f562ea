"""Parameters of the `monitoring` pipeline."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orphan_disease.contracts.parameters.evaluation import EvaluationParams

__all__ = ["AlarmSimulationParams", "CutOffs", "DriftParams", "MetricCutOff", "MonitoringParams", "SubgroupParams"]

MONTH_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])$"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MetricCutOff(_Frozen):
    """Where one figure calls for a look, and where for training again; the whole interval must lie beyond."""

    better: Literal["higher", "lower"] = "higher"
    watch: float = Field(ge=0, le=1)
    retrain: float | None = Field(default=None, ge=0, le=1, description="none: this figure never calls for training")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        sign = 1 if self.better == "higher" else -1
        if self.retrain is not None and sign * self.retrain > sign * self.watch:
            side = "above" if self.better == "higher" else "below"
            raise ValueError(f"retrain ({self.retrain}) must not be {side} watch ({self.watch})")
        return self


class CutOffs(_Frozen):
    """When a month's figures call for a look, for training again, or for the version before."""

    minimum_labels: int = Field(ge=1, description="confirmed orphan cases of a known category that a decision needs")
    figures: Mapping[str, MetricCutOff] = Field(description="by part and name, such as `category.macro_f1`")
    rollback_figure: str = Field(
        default="category.macro_f1", description="by which a new version is held against the one before it"
    )
    rollback_within_months: int = Field(
        default=3, ge=0, description="how long after its first month a version can be rolled back; 0: never"
    )


class DriftParams(_Frozen):
    """When a month's cases or answers differ from those that the model was trained on."""

    significance: float = Field(gt=0, lt=1, description="of the whole family of tests, after correction")
    correction: Literal["holm", "benjamini_hochberg"] = "holm"
    minimum_effect: float = Field(
        ge=0, le=1, description="largest distance of two distribution functions, or total variation, that matters"
    )
    minimum_cases: int = Field(ge=2, description="a month of fewer cases is not tested")
    minimum_expected: float = Field(default=5.0, gt=0, description="rarer levels are pooled before a chi-square test")


class SubgroupParams(_Frozen):
    """The parts of a month that are measured by themselves."""

    age_bands_from_years: tuple[float, ...] = Field(description="lower bounds of the age bands, rising from 0")
    differential_depths: tuple[int, ...] = Field(description="k of the top-k recall of the confirmed disorder")

    @model_validator(mode="after")
    def _rising(self) -> Self:
        bounds = self.age_bands_from_years
        if not bounds or bounds[0] != 0 or list(bounds) != sorted(set(bounds)):
            raise ValueError(f"age_bands_from_years: expected rising bounds from 0, found {bounds}")
        return self


class AlarmSimulationParams(_Frozen):
    """How often monitoring cries wolf, and how often it sees one: months drawn from stored answers."""

    months: int = Field(ge=1, description="simulated months of each kind, half of each size where there are two")
    cases_per_month: tuple[int, ...] = Field(min_length=1, description="sizes that the months take in turn")
    shifted_share: float = Field(gt=0, le=1, description="of a shifted month's cases that the shift touches")
    seed: int = Field(ge=0)


class MonitoringParams(_Frozen):
    """Which months are judged, how they are measured, and what follows."""

    month: str | None = Field(
        default=None,
        pattern=MONTH_PATTERN,
        description="YYYY-MM of the confirmed diagnoses; if not given, the last months up to one with enough labels",
    )
    catch_up_months: int = Field(ge=1, description="how many months are judged where none is named")
    measurement: EvaluationParams
    subgroups: SubgroupParams
    cut_offs: CutOffs
    drift: DriftParams
    alarms: AlarmSimulationParams
