"""GA4GH Phenopackets (v2, and v1 where it differs by a name) from JSON text to typed cases.

A document may be a phenopacket, a family, a cohort or a list of these; each yields one case per member. Whatever is not
understood inside a phenopacket is left out (a wrong type is an absent field): a case is refused only where the text is
not JSON or not a phenopacket. Specification: https://phenopacket-schema.readthedocs.io/en/2.0.0/
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

import orjson

from orphan_disease.contracts.triage_form import SIMULATED_MARK
from orphan_disease.contracts.vocabulary import Provenance, Sex
from orphan_disease.domain import ages
from orphan_disease.domain.clinical_cases import ClinicalCase, DocumentError, plausible_ages
from orphan_disease.domain.disease_ids import canonical_disease_id
from orphan_disease.domain.phenopacket_elements import (
    Json,
    days_of_time_element,
    flag,
    get,
    is_one_of,
    mapping,
    sequence,
    text,
)
from orphan_disease.domain.pseudonyms import pseudonymise

__all__ = ["PhenopacketError", "canonical_term", "read_phenopackets"]

MAX_DOCUMENT_CHARACTERS: Final = 50_000_000
MAX_ID_CHARACTERS: Final = 200
MAX_CODE_CHARACTERS: Final = 64

NOT_JSON: Final = "DOCUMENT_NOT_JSON"
NOT_PHENOPACKET: Final = "DOCUMENT_NOT_PHENOPACKET"
TOO_LARGE: Final = "DOCUMENT_TOO_LARGE"
UNREADABLE: Final = "DOCUMENT_UNREADABLE"

# Enumerations arrive by name or, in protobuf's other JSON form, by number.
_SEXES: Final[Mapping[str | int, Sex]] = {"FEMALE": Sex.FEMALE, 1: Sex.FEMALE, "MALE": Sex.MALE, 2: Sex.MALE}
_CONFIRMED: Final = (("SOLVED", 3), ("COMPLETED", 2))  # progress states, most certain first
_AFFECTED: Final = ("AFFECTED", 2)

_HPO_FORM = re.compile(r"HP[:_]?(\d{1,7})", re.ASCII | re.IGNORECASE)
_PMID = re.compile(r"(?:^|[^A-Za-z])PMID[:_ ]?\s*(\d{1,9})(?!\d)", re.ASCII | re.IGNORECASE)


class PhenopacketError(DocumentError):
    """A phenopacket document that yields no case, and why."""


def canonical_term(code: str, terms: Mapping[str, str]) -> str | None:
    """The current HPO id of a code in any usual spelling; None where the release in use does not know it.

    Args:
        code: as written ("HP:0001250", "hp_1250").
        terms: current id of every known id, alternative and obsolete ones included.

    >>> canonical_term("hp_1250", {"HP:0001250": "HP:0001250"})
    'HP:0001250'
    """
    found = terms.get(code)
    if found is None and (match := _HPO_FORM.fullmatch(code.strip())):
        found = terms.get(f"HP:{int(match[1]):07d}")
    return found


def read_phenopackets(payload: str, terms: Mapping[str, str]) -> list[ClinicalCase | PhenopacketError]:
    """Every member of one JSON document, in its order: a case, or the error of a member that is no phenopacket.

    Args:
        payload: the document's text.
        terms: current HPO id of every known id (see `canonical_term`).

    Raises:
        PhenopacketError: if the text is too long, no JSON, or holds nothing at all.
    """
    if len(payload) > MAX_DOCUMENT_CHARACTERS:
        raise PhenopacketError(TOO_LARGE, f"the document is longer than {MAX_DOCUMENT_CHARACTERS:,} characters")
    try:
        document = orjson.loads(payload.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:  # also what orjson raises for nesting beyond 1,024 levels
        where = f"line {error.lineno}, column {error.colno}"
        raise PhenopacketError(NOT_JSON, f"the document is not valid JSON ({where})") from None
    members = list(_members(document))
    if not members:
        raise PhenopacketError(NOT_PHENOPACKET, "the document is an empty list, family or cohort")
    return [
        _case(packet, family, terms, content=f"{payload}\0{place}")
        if _is_phenopacket(packet)
        else _refusal(packet, place)
        for place, (packet, family) in enumerate(members)
    ]


def _members(document: Json) -> Iterator[tuple[Mapping[str, Json], Mapping[str, Json]]]:
    """Each member of a document with the family message around it (empty where there is none)."""
    for entry in document if isinstance(document, list) else [document]:
        message = mapping(entry)
        if "proband" in message or "relatives" in message:
            relatives = sequence(message.get("relatives"))
            nested = [message["proband"], *relatives] if "proband" in message else relatives
            yield from ((mapping(member), message) for member in nested)
        elif "members" in message:
            yield from ((mapping(member), {}) for member in sequence(message["members"]))
        else:
            yield message, {}


def _refusal(packet: Mapping[str, Json], place: int) -> PhenopacketError:
    seen = "a FHIR resource" if "resourceType" in packet else "JSON without subject and phenotypicFeatures"
    return PhenopacketError(NOT_PHENOPACKET, f"member {place + 1}: expected a GA4GH phenopacket, found {seen}")


def _is_phenopacket(packet: Mapping[str, Json]) -> bool:
    return isinstance(packet.get("subject"), dict) or isinstance(get(packet, "phenotypicFeatures"), list)


def _case(
    packet: Mapping[str, Json], family: Mapping[str, Json], terms: Mapping[str, str], content: str
) -> ClinicalCase:
    meta = mapping(get(packet, "metaData")) or mapping(get(family, "metaData"))
    subject = mapping(packet.get("subject"))
    subject_id = text(subject.get("id"))
    case_id = text(packet.get("id"))[:MAX_ID_CHARACTERS] or _content_id(content)
    reference = _reference(meta, case_id)
    observed, excluded, unknown, replaced, feature_onset = _features(packet, terms)
    diagnosis_id, disease_onset = _diagnosis(packet)
    age, encounter_at = _age_at_encounter(subject)
    onset = disease_onset if disease_onset is not None else feature_onset
    age, onset, notes = plausible_ages(age, onset)
    simulated = SIMULATED_MARK in text(get(meta, "createdBy")).lower()
    published = Provenance.PUBLICATION if reference else Provenance.HOSPITAL
    return ClinicalCase(
        case_id=case_id,
        # "patient 1" is somebody else in every paper; an id that names no paper is the hospital's own
        patient_id=pseudonymise(subject_id or case_id, scope=_pmid([case_id]) or ""),
        provenance=Provenance.SIMULATED if simulated else published,
        reference=reference,
        encounter_at=encounter_at,
        recorded_at=ages.parse_timestamp(text(meta.get("created"))),
        age_days=age,
        onset_age_days=onset,
        sex=_sex(subject.get("sex")),
        observed=observed,
        excluded=excluded,
        unknown_codes=unknown,
        replaced=replaced,
        family_history=_family_history(family, subject_id),
        consanguinity=flag(get(family, "consanguinousParents")),
        diagnosis_id=diagnosis_id,
        notes=notes,
    )


def _features(
    packet: Mapping[str, Json], terms: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], int, float | None]:
    """Observed terms, excluded terms and unknown codes in order of appearance, replacements, and the earliest onset."""
    observed: dict[str, None] = {}
    excluded: dict[str, None] = {}
    unknown: dict[str, None] = {}
    replaced, onsets = 0, []
    for entry in sequence(get(packet, "phenotypicFeatures")):
        feature = mapping(entry)
        code = text(mapping(feature.get("type")).get("id"))
        is_excluded = feature.get("excluded", feature.get("negated")) is True
        term = canonical_term(code, terms)
        if term is None:
            unknown[code[:MAX_CODE_CHARACTERS]] = None
            continue
        replaced += term != code
        (excluded if is_excluded else observed)[term] = None
        if not is_excluded and (onset := days_of_time_element(feature.get("onset"))) is not None:
            onsets.append(onset)
    return tuple(observed), tuple(excluded), tuple(unknown), replaced, min(onsets, default=None)


def _diagnosis(packet: Mapping[str, Json]) -> tuple[str | None, float | None]:
    """The confirmed disease, from solved interpretations, else from diseases not excluded, and the age at its onset."""
    diseases = [
        disease for disease in map(mapping, sequence(packet.get("diseases"))) if disease.get("excluded") is not True
    ]
    onset = next((age for disease in diseases if (age := days_of_time_element(disease.get("onset"))) is not None), None)
    interpretations = [mapping(entry) for entry in sequence(packet.get("interpretations"))]
    named = [
        mapping(mapping(entry.get("diagnosis")).get("disease")).get("id")
        for states in _CONFIRMED
        for entry in interpretations
        if is_one_of(get(entry, "progressStatus"), states)
    ]
    named += [mapping(disease.get("term")).get("id") for disease in diseases]
    return next((found for name in named if (found := canonical_disease_id(text(name)))), None), onset


def _age_at_encounter(subject: Mapping[str, Json]) -> tuple[float | None, datetime | None]:
    at = get(subject, "timeAtLastEncounter") or get(subject, "ageAtCollection")
    instant = ages.parse_timestamp(text(mapping(at).get("timestamp")))
    birth = ages.parse_timestamp(text(get(subject, "dateOfBirth")))
    if instant is not None and birth is not None:
        return ages.days_between(birth, instant), instant
    return days_of_time_element(at), instant


def _reference(meta: Mapping[str, Json], case_id: str) -> str | None:
    entries = sequence(get(meta, "externalReferences"))
    return _pmid([*(text(mapping(entry).get(key)) for entry in entries for key in ("id", "reference")), case_id])


def _pmid(places: Iterable[str]) -> str | None:
    match = next((found for place in places if (found := _PMID.search(place))), None)
    return f"PMID:{int(match[1])}" if match else None


def _family_history(family: Mapping[str, Json], subject_id: str) -> float | None:
    """1 where the pedigree has another affected member, 0 where it has none, None without a pedigree."""
    persons = [mapping(entry) for entry in sequence(mapping(family.get("pedigree")).get("persons"))]
    others = [person for person in persons if text(get(person, "individualId")) != subject_id]
    if not others:
        return None
    return float(any(is_one_of(get(person, "affectedStatus"), _AFFECTED) for person in others))


def _content_id(content: str) -> str:
    """A stable id for a phenopacket that names none."""
    return f"CASE-{hashlib.blake2b(content.encode('utf-8', 'surrogatepass'), digest_size=10).hexdigest()}"


def _sex(value: Json) -> Sex:
    return _SEXES.get(value, Sex.UNKNOWN) if isinstance(value, str | int) and value is not True else Sex.UNKNOWN
