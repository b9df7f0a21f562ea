"""The parts that FHIR R4 resources are made of, read without trust in their type: codings, references, times, ages.

Specification: https://hl7.org/fhir/R4/datatypes.html
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from orphan_disease.domain import ages
from orphan_disease.domain.code_systems import coded
from orphan_disease.domain.phenopacket_elements import Json, mapping, sequence, text

__all__ = ["EARLIEST", "LATEST", "codes_of", "days_of_age", "has_code", "instant_of", "reference_id", "start_of"]

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
MAX_ID_CHARACTERS: Final = 200
MAX_CODINGS: Final = 50

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_MIDDLE_OF_YEAR: Final = timedelta(days=182)
_MIDDLE_OF_MONTH: Final = timedelta(days=14)
_AGE_UNIT_DAYS: Final[Mapping[str, float]] = {
    "a": ages.YEAR_DAYS,
    "mo": ages.MONTH_DAYS,
    "wk": ages.WEEK_DAYS,
    "d": 1.0,
    "h": 1 / 24,
    "min": 1 / 1_440,
}


def codes_of(concept: Json) -> Iterator[str]:
    """The codes of a CodeableConcept in this project's spelling; codings of unknown systems are passed over."""
    for entry in sequence(mapping(concept).get("coding"))[:MAX_CODINGS]:
        coding = mapping(entry)
        if found := coded(text(coding.get("system")), text(coding.get("code"))):
            yield found


def has_code(concept: Json, codes: frozenset[str]) -> bool:
    """Whether a CodeableConcept, or a bare code, has one of these codes, whatever system it names."""
    if isinstance(concept, str):
        return concept.strip().lower() in codes
    entries = sequence(mapping(concept).get("coding"))[:MAX_CODINGS]
    return any(text(mapping(entry).get("code")).lower() in codes for entry in entries)


def reference_id(reference: Json) -> str:
    """The id that a Reference names, without type, server and version; empty where it names none.

    >>> reference_id({"reference": "https://ehr.example/fhir/Patient/12/_history/3"})
    '12'
    >>> reference_id({"reference": "urn:uuid:0b1c"}), reference_id({"identifier": {"value": "H-7"}}), reference_id("x")
    ('0b1c', 'H-7', '')
    """
    named = mapping(reference)
    address = text(named.get("reference"))[:1_000].partition("/_history/")[0].rstrip("/")
    tail = address.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lstrip("#")
    return (tail or text(mapping(named.get("identifier")).get("value")))[:MAX_ID_CHARACTERS]


def instant_of(value: Json) -> datetime | None:
    """The instant of a FHIR date, dateTime or instant; the middle of a year or month; None outside 1900 to 2200.

    >>> instant_of("2020").isoformat(), instant_of("2020-05-02T10:00:00+02:00").isoformat()
    ('2020-07-01T00:00:00+00:00', '2020-05-02T08:00:00+00:00')
    >>> instant_of("9999-12-31") is None
    True
    """
    written = text(value)
    if match := _PARTIAL_DATE.fullmatch(written):
        first = ages.parse_timestamp(f"{match[1]}-{match[2] or '01'}-01")
        middle = _MIDDLE_OF_MONTH if match[2] else _MIDDLE_OF_YEAR
        found = first + middle if first is not None and first < LATEST else None
    else:
        found = ages.parse_timestamp(written)
    return found if found is not None and EARLIEST <= found <= LATEST else None


def start_of(resource: Mapping[str, Json], *names: str) -> datetime | None:
    """The earliest-named time of a resource: the first of `names` that holds a time or a period with a start."""
    for name in names:
        value = resource.get(name)
        found = instant_of(mapping(value).get("start")) if isinstance(value, dict) else instant_of(value)
        if found is not None:
            return found
    return None


def days_of_age(quantity: Json) -> float | None:
    """Days in a FHIR Age, whose unit is a UCUM code; None without a number or a known unit.

    >>> days_of_age({"value": 2, "code": "a"}), days_of_age({"value": 3, "unit": "fortnight"}) is None
    (730.5, True)
    """
    age = mapping(quantity)
    value = age.get("value")
    unit = _AGE_UNIT_DAYS.get(text(age.get("code"))) or _AGE_UNIT_DAYS.get(text(age.get("unit")))
    if unit is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return max(0.0, float(value) * unit) if abs(value) < 1e9 else None  # noqa: PLR2004  # an int may be endless
