"""FHIR R4 resources as facts about a patient: Patient, Encounter, Condition, Observation, FamilyMemberHistory.

What is suspected, planned, cancelled or entered in error is no fact. Specification: https://hl7.org/fhir/R4/
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from orphan_disease.domain.fhir_elements import codes_of, days_of_age, has_code, instant_of, reference_id, start_of
from orphan_disease.domain.fhir_vitals import VitalReading, is_vital, readings_of
from orphan_disease.domain.phenopacket_elements import Json, mapping, sequence, text

__all__ = ["Certainty", "Encounter", "Fact", "Finding", "Kin", "Patient", "Reading", "facts_of", "subject_of"]

MAX_LABEL_CHARACTERS: Final = 120


class Certainty(StrEnum):
    """What a resource says of a finding."""

    OBSERVED = "observed"
    EXCLUDED = "excluded"
    UNCERTAIN = "uncertain"  # suspected, or asked without an answer


class Patient(NamedTuple):
    """Who it is."""

    birth: datetime | None
    sex: str
    is_test: bool  # marked by HL7's security label HTEST as test data


class Encounter(NamedTuple):
    """One visit that took place."""

    encounter_id: str
    at: datetime | None


class Finding(NamedTuple):
    """A coded finding or condition: what it is, whether it is there, since when.

    Attributes:
        codes: in this project's spelling; none where no system is known.
        label: the words beside the codes, for what no code explains.
        onset: an instant, or days since birth.
    """

    kind: str
    certainty: Certainty
    codes: tuple[str, ...]
    label: str
    onset: datetime | float | None
    recorded: datetime | None


class Reading(NamedTuple):
    """A vital sign of one moment."""

    reading: VitalReading
    at: datetime | None
    encounter_id: str


class Kin(NamedTuple):
    """What a relative has."""

    codes: tuple[tuple[str, ...], ...]


Fact = Patient | Encounter | Finding | Reading | Kin

_ENTERED_IN_ERROR: Final = frozenset({"entered-in-error"})
_NO_VISIT: Final = frozenset({"entered-in-error", "cancelled", "planned"})
_NO_OBSERVATION: Final = frozenset({"entered-in-error", "cancelled", "registered"})
_REFUTED: Final = frozenset({"refuted"})
_SUSPECTED: Final = frozenset({"unconfirmed", "provisional", "differential"})

# Answers to "is it there?": SNOMED CT qualifiers, LOINC answers, HL7 v2 tables 0136 and 0078.
_PRESENT: Final = frozenset(
    {"52101004", "10828004", "373066001", "410515003", "la33-6", "la9633-4", "la6576-8", "y", "yes", "pos", "true"}
)
_ABSENT: Final = frozenset(
    {"2667000", "260385009", "373067005", "410516002", "la32-8", "la9634-2", "la6577-6", "n", "no", "neg", "false"}
)


def subject_of(resource: Mapping[str, Json]) -> str:
    """The id of the patient that a resource is about."""
    return reference_id(resource.get("patient")) or reference_id(resource.get("subject"))


def facts_of(resource: Mapping[str, Json], own_id: str) -> list[Fact] | None:
    """The facts that a resource states; None for a type that this project does not read.

    Args:
        resource: its JSON.
        own_id: its id, or the one in its address where it names none, as a new resource of a transaction does.
    """
    read = _READERS.get(text(resource.get("resourceType")))
    return None if read is None else list(read(resource if "id" in resource else {**resource, "id": own_id}))


def _patient(resource: Mapping[str, Json]) -> Iterator[Fact]:
    meta = mapping(resource.get("meta"))
    labels = (*sequence(meta.get("security"))[:20], *sequence(meta.get("tag"))[:20])
    yield Patient(
        birth=instant_of(resource.get("birthDate")),
        sex=text(resource.get("gender")).lower(),
        is_test=any(text(mapping(label).get("code")) == "HTEST" for label in labels),
    )


def _encounter(resource: Mapping[str, Json]) -> Iterator[Fact]:
    if has_code(resource.get("status"), _NO_VISIT):
        return
    at = start_of(resource, "period")
    yield Encounter(text(resource.get("id")), at)
    for reason in sequence(resource.get("reasonCode"))[:20]:
        if finding := _finding("Encounter", reason, Certainty.OBSERVED, None, at):
            yield finding


def _condition(resource: Mapping[str, Json]) -> Iterator[Fact]:
    status = resource.get("verificationStatus")
    if has_code(status, _ENTERED_IN_ERROR):
        return
    certainty = Certainty.OBSERVED
    if has_code(status, _REFUTED):
        certainty = Certainty.EXCLUDED
    elif has_code(status, _SUSPECTED):
        certainty = Certainty.UNCERTAIN
    recorded = start_of(resource, "recordedDate", "onsetDateTime", "onsetPeriod")
    if finding := _finding("Condition", resource.get("code"), certainty, _onset(resource), recorded):
        yield finding


def _onset(resource: Mapping[str, Json]) -> datetime | float | None:
    span = mapping(resource.get("onsetRange"))
    for quantity in (resource.get("onsetAge"), span.get("low"), span.get("high")):
        if (days := days_of_age(quantity)) is not None:
            return days
    return start_of(resource, "onsetDateTime", "onsetPeriod")


def _observation(resource: Mapping[str, Json]) -> Iterator[Fact]:
    if has_code(resource.get("status"), _NO_OBSERVATION):
        return
    at = start_of(resource, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
    if is_vital(tuple(codes_of(resource.get("code")))):
        encounter = reference_id(resource.get("encounter"))
        yield from (Reading(reading, at, encounter) for reading in readings_of(resource))
        return
    for part in (resource, *map(mapping, sequence(resource.get("component"))[:100])):
        yield from _answers(part, at)


def _answers(part: Mapping[str, Json], at: datetime | None) -> Iterator[Fact]:
    """What one Observation, or a component of it, answers: a finding named by its code, or by its value."""
    value = part.get("valueCodeableConcept")
    said = _truth(part.get("valueBoolean")) or _presence(value) or _spoken(part.get("valueString"))
    if said is None and value is not None:  # the value names what was found
        if finding := _finding("Observation", value, Certainty.OBSERVED, None, at):
            yield finding
        return
    if said is None:
        said = _presence(next(iter(sequence(part.get("interpretation"))), None))
    if said is None and not any(name.startswith("value") or name == "dataAbsentReason" for name in part):
        said = Certainty.OBSERVED if not part.get("component") else None
    if said and (finding := _finding("Observation", part.get("code"), said, None, at)):
        yield finding


def _truth(value: Json) -> Certainty | None:
    if not isinstance(value, bool):
        return None
    return Certainty.OBSERVED if value else Certainty.EXCLUDED


def _presence(concept: Json) -> Certainty | None:
    if has_code(concept, _PRESENT):
        return Certainty.OBSERVED
    return Certainty.EXCLUDED if has_code(concept, _ABSENT) else None


def _spoken(value: Json) -> Certainty | None:
    word = text(value).lower()[:20]
    if word in {"present", "presente", "yes", "sí", "si", "positive", "positivo"}:
        return Certainty.OBSERVED
    return Certainty.EXCLUDED if word in {"absent", "ausente", "no", "negative", "negativo"} else None


def _family(resource: Mapping[str, Json]) -> Iterator[Fact]:
    if has_code(resource.get("status"), _ENTERED_IN_ERROR | {"health-unknown"}):
        return
    conditions = (mapping(entry).get("code") for entry in sequence(resource.get("condition"))[:200])
    yield Kin(tuple(tuple(codes_of(code)) for code in conditions))


def _finding(
    kind: str, concept: Json, certainty: Certainty, onset: datetime | float | None, recorded: datetime | None
) -> Finding | None:
    codes = tuple(codes_of(concept))
    displays = (text(mapping(entry).get("display")) for entry in sequence(mapping(concept).get("coding"))[:20])
    label = text(mapping(concept).get("text")) or next((each for each in displays if each), "")
    if not codes and not label:
        return None
    return Finding(kind, certainty, codes, label[:MAX_LABEL_CHARACTERS], onset, recorded)


_READERS: Final[Mapping[str, Callable[[Mapping[str, Json]], Iterator[Fact]]]] = MappingProxyType(
    {
        "Patient": _patient,
        "Encounter": _encounter,
        "Condition": _condition,
        "Observation": _observation,
        "FamilyMemberHistory": _family,
    }
)
