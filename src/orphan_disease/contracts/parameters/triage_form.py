"""Parameters of the triage form: how a hospital's own columns, units and words become the project's."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orphan_disease.contracts import triage_form

__all__ = ["BIRTH_DATE", "BLOOD_PRESSURE", "ColumnSpec", "FormMapping", "TriageFormParams"]

BLOOD_PRESSURE = "blood_pressure"  # "120/80": the systolic and the diastolic pressure in one cell
BIRTH_DATE = "birth_date"  # becomes the age at arrival

_FIELDS = frozenset({*triage_form.TRIAGE_COLUMNS, BLOOD_PRESSURE, BIRTH_DATE})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnSpec(_Frozen):
    """One column of the hospital's form."""

    field: str = Field(description="column of contracts.triage_form, or blood_pressure, or birth_date")
    unit: str | None = Field(
        default=None, description='UCUM or common name ("Cel", "kPa", "cmHg", "a"); null: as usual'
    )
    values: Mapping[str, str] = Field(
        default_factory=dict, description="the form's words -> the project's; letter case does not count"
    )

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.field not in _FIELDS:
            raise ValueError(f"field {self.field!r}: expected one of {', '.join(sorted(_FIELDS))}")
        return self


class FormMapping(_Frozen):
    """How one hospital writes its form. Without columns, the form is as the project names it."""

    columns: Mapping[str, ColumnSpec] = Field(default_factory=dict, description="by the form's own column name")
    decimal: Literal["point", "comma"] = Field(default="point", description="the mark before a number's fraction")
    time_formats: tuple[str, ...] = Field(
        default=(), description='strptime formats of dates and times ("%d/%m/%Y %H:%M"), tried in order; then ISO 8601'
    )
    timezone: str = Field(default="UTC", description="of times without an offset: an IANA name")

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        several = {triage_form.SYMPTOMS}  # several columns may hold symptoms
        fields = [spec.field for spec in self.columns.values() if spec.field not in several]
        twice = sorted({field for field in fields if fields.count(field) > 1})
        if twice:
            raise ValueError(f"two columns for {', '.join(twice)}; only {', '.join(several)} may have several")
        return self

    @property
    def declared_fields(self) -> frozenset[str]:
        """The project's columns whose unit the hospital declares."""
        fields = {spec.field for spec in self.columns.values() if spec.unit is not None}
        pressures = {triage_form.SYSTOLIC, triage_form.DIASTOLIC} if BLOOD_PRESSURE in fields else set()
        return frozenset(fields | pressures)


class TriageFormParams(_Frozen):
    """The mappings that are written down, and the one in use."""

    mapping: str = Field(description="key of `mappings`")
    mappings: Mapping[str, FormMapping] = Field(min_length=1)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.mapping not in self.mappings:
            raise ValueError(f"mapping {self.mapping!r}: expected one of {', '.join(sorted(self.mappings))}")
        return self

    @property
    def active(self) -> FormMapping:
        """The mapping in use."""
        return self.mappings[self.mapping]
