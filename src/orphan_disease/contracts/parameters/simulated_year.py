"""Parameters of the simulated year: which months, how many patients, and what changes when."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["PlantedChange", "SimulatedYearParams"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlantedChange(_Frozen):
    """Something that changes in the hospital, and stays."""

    from_month: int = Field(ge=1, description="1 is the first month of the year")
    name_en: str
    name_es: str
    hospital: dict[str, float | tuple[str, ...]] = Field(
        description="fields of `fabrication.hospital` from that month on"
    )


class SimulatedYearParams(_Frozen):
    """A year of the fabricated hospital, month by month."""

    first_month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="the month after the training data end")
    months: int = Field(ge=1, le=36)
    patients_per_month: int = Field(ge=1)
    confirmation_pace: float = Field(gt=0, description="multiplies the days from a visit to its diagnosis")
    minimum_labels: int = Field(ge=1, description="of a month's decision, in this simulation")
    promotion: dict[str, float | bool] = Field(
        description="parameters of `promotion` that this year's retrainings change"
    )
    gates: dict[str, float] = Field(
        default={}, description="parameters of `evaluation.gates` that this year's retrainings change"
    )
    changes: tuple[PlantedChange, ...]

    @model_validator(mode="after")
    def _in_the_year(self) -> Self:
        late = [change.name_en for change in self.changes if change.from_month > self.months]
        if late:
            raise ValueError(f"changes after the last of {self.months} months: {', '.join(late)}")
        return self
