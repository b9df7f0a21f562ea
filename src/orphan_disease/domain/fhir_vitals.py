"""Vital signs in FHIR Observations: by their LOINC code, in their UCUM unit, within what a living patient can show.

LOINC codes are those of FHIR's vital signs profile (https://hl7.org/fhir/R4/observation-vitalsigns.html) with the usual
codes for pain, consciousness (AVPU) and pregnancy status.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from orphan_disease.contracts import columns
from orphan_disease.domain import checks
from orphan_disease.domain.checks import NumericCheck
from orphan_disease.domain.clinical_cases import Note
from orphan_disease.domain.fhir_elements import codes_of
from orphan_disease.domain.phenopacket_elements import Json, mapping, sequence, text
from orphan_disease.domain.units import UnitError, conversion

__all__ = ["CODED_SIGNS", "VITAL_CODES", "VitalReading", "is_vital", "readings_of"]

VITAL_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "LOINC:8310-5": columns.TEMPERATURE_C,  # body temperature
        "LOINC:8331-1": columns.TEMPERATURE_C,  # oral temperature
        "LOINC:8332-9": columns.TEMPERATURE_C,  # rectal temperature
        "LOINC:8333-7": columns.TEMPERATURE_C,  # tympanic temperature
        "LOINC:8867-4": columns.HEART_RATE_BPM,
        "LOINC:9279-1": columns.RESPIRATORY_RATE_BPM,
        "LOINC:8480-6": columns.SYSTOLIC_MMHG,
        "LOINC:8462-4": columns.DIASTOLIC_MMHG,
        "LOINC:2708-6": columns.OXYGEN_SATURATION_PCT,  # in arterial blood
        "LOINC:59408-5": columns.OXYGEN_SATURATION_PCT,  # in arterial blood, by pulse oximetry
        "LOINC:72514-3": columns.PAIN_SCORE,  # 0 to 10, as the patient says
    }
)
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        columns.TEMPERATURE_C: "Cel",
        columns.HEART_RATE_BPM: "/min",
        columns.RESPIRATORY_RATE_BPM: "/min",
        columns.SYSTOLIC_MMHG: "mm[Hg]",
        columns.DIASTOLIC_MMHG: "mm[Hg]",
        columns.OXYGEN_SATURATION_PCT: "%",
        columns.PAIN_SCORE: "{score}",
    }
)
_CHECKS: Final[Mapping[str, NumericCheck]] = MappingProxyType(
    {check.column: check for check in (*checks.NUMERIC_CHECKS, checks.TEMPERATURE_CHECK)}
)

_RESPONSIVENESS: Final[Mapping[str, str | float]] = MappingProxyType(
    {
        **{"LOINC:LA9340-6": "alert", "LOINC:LA17108-4": "voice"},
        **{"LOINC:LA17107-6": "pain", "LOINC:LA9343-0": "unresponsive"},
        **{"SNOMED:248234008": "alert", "SNOMED:300202002": "voice"},
        **{"SNOMED:450847001": "pain", "SNOMED:248237001": "pain", "SNOMED:422768004": "unresponsive"},
    }
)

CODED_SIGNS: Final[Mapping[str, tuple[str, Mapping[str, str | float]]]] = MappingProxyType(
    {
        "LOINC:67775-7": (columns.CONSCIOUSNESS, _RESPONSIVENESS),  # level of responsiveness, AVPU
        "LOINC:80288-4": (columns.CONSCIOUSNESS, _RESPONSIVENESS),  # level of consciousness, where AVPU answers it
        "LOINC:82810-3": (  # pregnancy status
            columns.PREGNANT,
            {
                **{"LOINC:LA15173-0": 1.0, "LOINC:LA26683-5": 0.0},
                **{"SNOMED:77386006": 1.0, "SNOMED:60001007": 0.0},
            },
        ),
    }
)


_DECIMAL = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?", re.ASCII)


class VitalReading(NamedTuple):
    """One reading in the project's unit, or the note that says why there is none."""

    column: str
    value: float | str | None
    note: Note | None = None


def is_vital(codes: tuple[str, ...]) -> bool:
    """Whether an Observation's codes name a vital sign, or a panel of them, whose parts are its components."""
    return any(code in VITAL_CODES or code in CODED_SIGNS or code in _PANELS for code in codes)


_PANELS: Final = frozenset({"LOINC:85354-9", "LOINC:55284-4", "LOINC:85353-1", "LOINC:8716-3"})


def readings_of(observation: Mapping[str, Json]) -> Iterator[VitalReading]:
    """The vital signs of one Observation: its own value and those of its components."""
    for part in (observation, *map(mapping, sequence(observation.get("component"))[:100])):
        codes = tuple(codes_of(part.get("code")))
        if column := next((VITAL_CODES[code] for code in codes if code in VITAL_CODES), None):
            if "valueQuantity" in part:
                yield _measured(column, mapping(part["valueQuantity"]))
            elif isinstance(part.get("valueInteger"), int) and column == columns.PAIN_SCORE:
                yield _limited(column, float(part["valueInteger"]))
        elif sign := next((CODED_SIGNS[code] for code in codes if code in CODED_SIGNS), None):
            column, answers = sign
            answer = next(
                (answers[code] for code in codes_of(part.get("valueCodeableConcept")) if code in answers), None
            )
            if answer is not None:
                yield VitalReading(column, answer)


def _measured(column: str, quantity: Mapping[str, Json]) -> VitalReading:
    value = quantity.get("value")
    if isinstance(value, str) and _DECIMAL.fullmatch(value):  # some exporters keep a decimal's digits in a text
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9:  # noqa: PLR2004
        return VitalReading(column, None, Note(column, "NOT_A_NUMBER", "expected a number"))
    unit = text(quantity.get("code")) or text(quantity.get("unit"))
    if not unit and column != columns.PAIN_SCORE:
        return VitalReading(
            column, None, Note(column, "UNIT_MISSING", f"expected a UCUM unit such as {_UNITS[column]}")
        )
    try:
        factor, offset = conversion(unit, _UNITS[column]) if unit else (1.0, 0.0)
    except UnitError as error:
        return VitalReading(column, None, Note(column, "UNIT_UNKNOWN", str(error)))
    return _limited(column, float(value) * factor + offset)


def _limited(column: str, value: float) -> VitalReading:
    check = _CHECKS[column]
    rounded = round(value, 6)
    if not check.low <= rounded <= check.high:
        return VitalReading(column, None, Note(column, check.reason, check.detail))
    return VitalReading(column, rounded)
