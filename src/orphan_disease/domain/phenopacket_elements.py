"""The parts that phenopackets are made of: fields of any JSON, read without trust in their type, and time elements."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from orphan_disease.domain import ages

__all__ = ["Json", "days_of_time_element", "flag", "get", "is_one_of", "mapping", "sequence", "text"]

Json = Any  # what a JSON text may hold: every access below looks at the type first


def days_of_time_element(element: Json) -> float | None:
    """Days since birth that a time element names; the middle of a range, day 0 before birth."""
    time = mapping(element)
    if span := mapping(get(time, "ageRange")):
        bounds = [age for bound in ("start", "end") if (age := _duration(span.get(bound))) is not None]
        return sum(bounds) / len(bounds) if bounds else None
    if "gestationalAge" in time or "gestational_age" in time:
        return 0.0
    if onset_class := mapping(get(time, "ontologyClass")):
        return ages.ONSET_CLASS_DAYS.get(text(onset_class.get("id")))
    age = time.get("age")
    if isinstance(age, str):  # version 1 writes the duration itself here
        return ages.parse_duration(age)
    return _duration(age) if age is not None else _duration(time)


def _duration(element: Json) -> float | None:
    return ages.parse_duration(text(get(mapping(element), "iso8601duration")))


def get(mapping: Mapping[str, Json], name: str) -> Json:
    """A field by its JSON name or by its protobuf name."""
    value = mapping.get(name)
    return value if value is not None else mapping.get(_SNAKE_NAMES[name])


def is_one_of(value: Json, names: Sequence[str | int]) -> bool:
    """Whether an enumeration has one of these names or numbers."""
    return isinstance(value, str | int) and value in names


def mapping(value: Json) -> Mapping[str, Json]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Json) -> Sequence[Json]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else ()


def flag(value: Json) -> float | None:
    """1 for true, 0 for false, None for anything else."""
    return float(value) if isinstance(value, bool) else None


def text(value: Json) -> str:
    """A text or whole number as one line of text without NUL; empty for anything else."""
    if isinstance(value, str):
        return " ".join(value.replace("\0", "").split())
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


_SNAKE_NAMES: Final = {
    "phenotypicFeatures": "phenotypic_features",
    "metaData": "meta_data",
    "externalReferences": "external_references",
    "createdBy": "created_by",
    "timeAtLastEncounter": "time_at_last_encounter",
    "ageAtCollection": "age_at_collection",
    "dateOfBirth": "date_of_birth",
    "ageRange": "age_range",
    "ontologyClass": "ontology_class",
    "iso8601duration": "iso8601_duration",
    "progressStatus": "progress_status",
    "individualId": "individual_id",
    "affectedStatus": "affected_status",
    "consanguinousParents": "consanguinous_parents",
}
