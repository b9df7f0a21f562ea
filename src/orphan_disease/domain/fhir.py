"""HL7 FHIR R4 documents to clinical cases: Bundles, or the lines of a bulk export, one case a patient.

Resources of one patient may lie in many documents: all are read before the first case is written. What a document says
of nobody, or in a type that is not read, is reported and never lost in silence. Specification: https://hl7.org/fhir/R4/
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import orjson

from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain import ledger
from orphan_disease.domain.clinical_cases import ClinicalCase, DocumentError
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.domain.fhir_cases import Place, Stated, case_of
from orphan_disease.domain.fhir_elements import MAX_ID_CHARACTERS, instant_of
from orphan_disease.domain.fhir_resources import facts_of, subject_of
from orphan_disease.domain.phenopacket_elements import Json, mapping, sequence, text

__all__ = ["RESOURCE_NOT_READ", "FhirError", "FhirReader", "PlacedCase", "holds_fhir"]

MAX_DOCUMENT_CHARACTERS: Final = 50_000_000
NOTHING_OF_A_PATIENT: Final = "DOCUMENT_WITHOUT_PATIENT"
RESOURCE_NOT_READ: Final = "RESOURCE_NOT_READ"
_RESOURCE: Final = "resource"
_PAGES_IN_A_PAGE: Final = 1  # as servers batch searches
_MANIFEST: Final[Mapping[str, Json]] = MappingProxyType({"resourceType": "export manifest"})
_DELETION: Final[Mapping[str, Json]] = MappingProxyType({"resourceType": "deletion"})
_NO_RESOURCE: Final[Mapping[str, Json]] = MappingProxyType({"resourceType": "empty entry"})


class FhirError(DocumentError):
    """A FHIR document that says nothing of any patient, and why."""


class PlacedCase(NamedTuple):
    """A patient's case, and where the patient is described."""

    place: Place
    case: ClinicalCase


def holds_fhir(document: Json) -> bool:
    """Whether a JSON document is a FHIR resource, a list of them, or a bulk export's manifest, by its content.

    >>> holds_fhir({"resourceType": "Bundle"}), holds_fhir({"id": "x", "subject": {}})
    (True, False)
    """
    first = document[0] if isinstance(document, list) and document else document
    return isinstance(mapping(first).get("resourceType"), str) or _is_manifest(first)


def _is_manifest(document: Json) -> bool:
    """Whether it lists a bulk export's files (https://hl7.org/fhir/uv/bulkdata): it says nothing of any patient."""
    message = mapping(document)
    return "transactionTime" in message and isinstance(message.get("output"), list)


class FhirReader:
    """Gathers what documents say of each patient; `cases` then writes one case a patient.

    Args:
        terms: current HPO id of every known id.
        vocabulary: what codes of other terminologies mean.
    """

    def __init__(self, terms: Mapping[str, str], vocabulary: ClinicalVocabulary) -> None:
        """Start with nobody."""
        self.documents = 0  # that were read
        self._terms = terms
        self._vocabulary = vocabulary
        self._stated: defaultdict[str, dict[str, Stated]] = defaultdict(dict)
        self._aliases: dict[str, str] = {}
        self._findings: list[ledger.Finding] = []
        self._given = 0  # resources that came in
        self._nobody = 0  # of these, resources that name no patient
        self._nameless = 0  # documents with one or more of those
        self._unread: Counter[tuple[str, str]] = Counter()
        self._repeated: Counter[tuple[str, str]] = Counter()

    def add(self, document: Json, source_file: str, source_line: int | None) -> None:
        """Read one document; what it says of nobody goes to the findings.

        Raises:
            FhirError: if it holds no resource at all.
        """
        place = Place(source_file, source_line)
        entries = [
            entry for part in (document if isinstance(document, list) else [document]) for entry in _entries(part)
        ]
        if not entries:
            raise FhirError(NOTHING_OF_A_PATIENT, "expected a FHIR R4 Bundle with entries, or a resource")
        nobody = sum(not self._take(resource, address, place) for resource, address in entries)
        self.documents += 1
        self._given += len(entries)
        self._nobody += nobody
        if nobody:
            self._nameless += 1
            detail = f"{nobody} resources name no patient; expected Patient, or a subject that refers to one"
            self._report(place, NOTHING_OF_A_PATIENT, detail, CleaningAction.QUARANTINE)

    def _take(self, resource: Mapping[str, Json], address: str, place: Place) -> bool:
        """Keep what a resource states; False where it should name a patient and does not."""
        kind = text(resource.get("resourceType"))[:64]
        own = text(resource.get("id"))[:MAX_ID_CHARACTERS] or address
        facts = facts_of(resource, own)
        if facts is None:
            self._unread[place.source_file, kind or "without a type"] += 1
            return True
        if address and address != own:
            self._aliases[address] = own
        patient = own if kind == "Patient" else subject_of(resource)
        if not patient:
            return False
        key = f"{kind}/{own}" if own else f"{place}#{len(self._stated[patient])}"
        self._keep(patient, key, Stated(facts, place, instant_of(mapping(resource.get("meta")).get("lastUpdated"))))
        return True

    def _keep(self, patient: str, key: str, stated: Stated) -> None:
        """Of two versions of one resource the later updated stays, else the one that came later."""
        known = self._stated[patient].get(key)
        if known is not None:
            same = known.facts == stated.facts
            self._repeated[stated.place.source_file, "RESOURCE_DUPLICATED" if same else "RESOURCE_REVISED"] += 1
            if known.updated is not None and (stated.updated is None or stated.updated < known.updated):
                return
        self._stated[patient][key] = stated

    @property
    def records(self) -> int:
        """What has to be accounted for: each patient once, and each document that speaks of nobody in part."""
        return len({self._aliases.get(patient, patient) for patient in self._stated}) + self._nameless

    def cases(self) -> Iterator[PlacedCase]:
        """One case for every patient that any document speaks of, in the order of their first mention."""
        merged: dict[str, list[Stated]] = {}
        for patient, stated in self._stated.items():
            merged.setdefault(self._aliases.get(patient, patient), []).extend(stated.values())
        for patient, all_stated in merged.items():
            home = next((each for each in all_stated if each.is_patient), all_stated[0])
            yield PlacedCase(home.place, case_of(patient, all_stated, self._aliases, self._terms, self._vocabulary))

    def findings(self) -> list[ledger.Finding]:
        """What was passed over, merged or set aside, apart from what the cases' own notes say.

        Raises:
            AccountingError: if a resource that came in is none of these, and no patient's.
        """
        stated = sum(len(each) for each in self._stated.values())
        told = stated + self._nobody + self._unread.total() + self._repeated.total()
        if self._given != told:
            raise ledger.AccountingError(f"{self._given} FHIR resources went in, {told} are accounted for")
        for (source_file, kind), count in sorted(self._unread.items()):
            detail = f"{count} resources of type {kind} are not read; see docs/reference/sources.md for those that are"
            self._report(Place(source_file, None), RESOURCE_NOT_READ, detail, CleaningAction.NOTE)
        for (source_file, reason), count in sorted(self._repeated.items()):
            detail = f"{count} resources came again; the one updated last stands"
            self._report(Place(source_file, None), reason, detail, CleaningAction.NOTE)
        return self._findings

    def _report(self, place: Place, reason: str, detail: str, action: CleaningAction) -> None:
        self._findings.append(
            ledger.Finding(place.source_file, place.source_line, None, _RESOURCE, reason, action, detail)
        )


def _entries(document: Json, depth: int = 0) -> Iterator[tuple[Mapping[str, Json], str]]:
    """The resources of a Bundle with the id in their address, or the resource itself.

    An entry that holds no resource, or deletes one, is a resource of a type that is not read.
    """
    message = _MANIFEST if _is_manifest(document) else mapping(document)
    if message.get("resourceType") != "Bundle" or depth > _PAGES_IN_A_PAGE:
        if message:
            yield message, ""
        return
    for item in sequence(message.get("entry")):
        entry = mapping(item)
        resource = mapping(entry.get("resource"))
        if text(mapping(entry.get("request")).get("method")).upper() == "DELETE":
            yield _DELETION, ""
        elif resource.get("resourceType") == "Bundle":
            yield from _entries(resource, depth + 1)
        else:
            address = text(entry.get("fullUrl")).rstrip("/")
            yield resource or _NO_RESOURCE, address.rsplit("/", 1)[-1].rsplit(":", 1)[-1][:MAX_ID_CHARACTERS]


def parse(payload: str) -> Json:
    """The JSON of a document's text.

    Raises:
        FhirError: if it is too long or no JSON; the text of the document is not quoted.
    """
    if len(payload) > MAX_DOCUMENT_CHARACTERS:
        raise FhirError("DOCUMENT_TOO_LARGE", f"the document is longer than {MAX_DOCUMENT_CHARACTERS:,} characters")
    try:
        return orjson.loads(payload.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FhirError("DOCUMENT_NOT_JSON", f"the document is not valid JSON ({where})") from None
