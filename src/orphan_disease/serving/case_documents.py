"""From a request's document to a case: the one place where the forms that a case may have are told apart.

A document is told by its content: `resourceType` makes a FHIR Bundle, `subject` or `phenotypicFeatures` a GA4GH
phenopacket; anything else is read as the project's own form. A further form is one more entry of `_FORMS`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson
from pydantic import ValidationError

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Provenance
from orphan_disease.domain import ages
from orphan_disease.domain.clinical_cases import ClinicalCase
from orphan_disease.domain.fhir import RESOURCE_NOT_READ, FhirError, FhirReader
from orphan_disease.domain.ledger import Finding
from orphan_disease.domain.phenopacket_frames import phenopacket_row
from orphan_disease.domain.phenopackets import PhenopacketError, canonical_term, read_phenopackets
from orphan_disease.domain.pseudonyms import pseudonymise
from orphan_disease.serving.model_holder import LoadedModel
from orphan_disease.serving.problems import FieldProblem, Problem, reasons_of
from orphan_disease.serving.schemas import FORM_FIELDS, CaseForm, CaseNote

__all__ = ["CaseDocument", "read_case", "read_json"]

Json = Any
_BUNDLE: Final = "Bundle"
_ENTRIES: Final = "entry"
_REQUEST: Final = "request"  # what the reader calls the document


@dataclass(frozen=True)
class CaseDocument:
    """A case that was read.

    Attributes:
        row: fields of the `cases` table.
        notes: what was left out.
    """

    row: Mapping[str, Any]
    notes: tuple[CaseNote, ...] = field(default=())


class _Form(NamedTuple):
    """A form that a case may have."""

    applies: Callable[[Mapping[str, Json]], bool]
    read: Callable[[Mapping[str, Json], LoadedModel, str], CaseDocument]


def read_json(body: bytes) -> Json:
    """The value of a JSON text.

    Raises:
        Problem: 400, naming line and column, if it is not one.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Problem(400, "not-json", "The body is not JSON", f"The body is not valid JSON ({where}).") from None


def read_case(document: Json, model: LoadedModel, fallback_id: str) -> CaseDocument:
    """Read one case.

    Args:
        document: of any form named above.
        model: says which terms there are.
        fallback_id: the case's id where the document names none.

    Raises:
        Problem: 422, naming fields and reasons.
    """
    if not isinstance(document, dict):
        raise Problem.invalid([FieldProblem(field="(body)", reason="expected a JSON object: one case")])
    form = next(form for form in _FORMS if form.applies(document))
    return form.read(document, model, fallback_id)


def _read_fhir(document: Mapping[str, Json], model: LoadedModel, fallback_id: str) -> CaseDocument:
    del fallback_id  # the case is named after its visit, or else its patient
    if document.get("resourceType") != _BUNDLE:
        reason = "expected a Bundle (FHIR R4) with the patient and the resources about them"
        raise Problem.invalid([FieldProblem(field="resourceType", reason=reason)])
    reader = FhirReader(model.current_terms, model.vocabulary)
    try:
        reader.add(document, _REQUEST, None)
    except FhirError as error:
        raise Problem.invalid([FieldProblem(field=_ENTRIES, reason=str(error))]) from None
    cases = [placed.case for placed in reader.cases()]
    if len(cases) != 1:
        reason = f"expected the resources of one patient, found {len(cases)}; send one Bundle a patient"
        raise Problem.invalid([FieldProblem(field=_ENTRIES, reason=reason)])
    return CaseDocument(
        phenopacket_row(cases[0]), (*_document_notes(cases[0], _ENTRIES), *_passed_over(reader.findings()))
    )


def _passed_over(findings: Iterable[Finding]) -> Iterator[CaseNote]:
    """What a Bundle holds beside the case. A resource's type is the client's word, which no note repeats."""
    unread = [finding for finding in findings if finding.reason == RESOURCE_NOT_READ]
    if unread:
        detail = f"resources of {len(unread)} types are not read (docs/reference/sources.md names those that are)"
        yield CaseNote(field=_ENTRIES, reason=RESOURCE_NOT_READ, detail=detail)
    for finding in findings:
        if finding.reason != RESOURCE_NOT_READ:
            yield CaseNote(field=_ENTRIES, reason=finding.reason, detail=finding.detail)


def _read_phenopacket(document: Mapping[str, Json], model: LoadedModel, fallback_id: str) -> CaseDocument:
    named = document if document.get("id") else {**document, "id": fallback_id}
    try:
        members = read_phenopackets(orjson.dumps(named).decode(), model.current_terms)
    except PhenopacketError as error:
        raise Problem.invalid([FieldProblem(field="(body)", reason=str(error))]) from None
    if len(members) != 1:
        reason = f"expected one phenopacket, found {len(members)}; send several as lines to /v1/predictions/batch"
        raise Problem.invalid([FieldProblem(field="(body)", reason=reason)])
    case = members[0]
    if not isinstance(case, ClinicalCase):
        raise Problem.invalid([FieldProblem(field="(body)", reason=str(case))])
    return CaseDocument(phenopacket_row(case), tuple(_document_notes(case, "phenotypicFeatures")))


def _document_notes(case: ClinicalCase, place: str) -> Iterator[CaseNote]:
    """What was left out or translated of a document.

    Args:
        case: as it was read.
        place: the field of the document that holds the findings.
    """
    if case.unknown_codes:
        detail = f"{len(case.unknown_codes)} codes or words unknown to the HPO release in use were left out"
        yield CaseNote(field=place, reason="TERM_UNKNOWN", detail=detail)
    if case.mapped_codes:
        detail = f"{len(case.mapped_codes)} codes of other terminologies were read as terms or disorders"
        yield CaseNote(field=place, reason="CODE_MAPPED", detail=detail)
    yield from (CaseNote(field=note.field, reason=note.reason, detail=note.detail) for note in case.notes)


def _read_form(document: Mapping[str, Json], model: LoadedModel, fallback_id: str) -> CaseDocument:
    try:
        form = CaseForm.model_validate_json(orjson.dumps(document))
    except ValidationError as error:
        raise Problem.invalid(reasons_of(error.errors(include_input=False), FORM_FIELDS)) from None
    observed, unknown = _terms(form.observed, "observed", model)
    excluded, more = _terms(form.excluded, "excluded", model)
    row = {
        columns.CASE_ID: form.case_id or fallback_id,
        columns.PATIENT_ID: pseudonymise(form.patient_id) if form.patient_id else None,
        columns.PROVENANCE: str(Provenance.SIMULATED if form.simulated else Provenance.HOSPITAL),
        columns.AGE_DAYS: _days(form.age_days, form.age_years),
        columns.ONSET_AGE_DAYS: _days(form.onset_age_days, form.onset_age_years),
        columns.SEX: str(form.sex),
        columns.OBSERVED_TERMS: observed,
        columns.EXCLUDED_TERMS: excluded,
        **form.vitals.model_dump(),
        columns.CONSCIOUSNESS: form.consciousness and str(form.consciousness),
        columns.CHIEF_COMPLAINT: form.chief_complaint and str(form.chief_complaint),
        columns.SYMPTOM_DURATION_DAYS: form.symptom_duration_days,
        columns.PREVIOUS_VISITS: form.previous_visits,
        columns.FAMILY_HISTORY: form.family_history,
        columns.CONSANGUINITY: form.consanguinity,
        columns.PREGNANT: form.pregnant,
        columns.UNKNOWN_TERM_COUNT: len(unknown) + len(more),
    }
    return CaseDocument(row, (*unknown, *more))


def _terms(names: tuple[str, ...], place: str, model: LoadedModel) -> tuple[list[str], list[CaseNote]]:
    """Current HPO ids of what was written, sorted, and a note for each entry that nothing explains."""
    found: set[str] = set()
    notes = []
    for position, name in enumerate(names):
        term = canonical_term(name, model.current_terms) or model.names.exact(name)
        if term is None:
            detail = "neither an HPO id nor a name that is known; left out (search by GET /v1/terms?q=)"
            notes.append(CaseNote(field=f"{place}.{position}", reason="TERM_UNKNOWN", detail=detail))
        else:
            found.add(term)
    return sorted(found), notes


def _days(days: float | None, years: float | None) -> float | None:
    return days if years is None else years * ages.YEAR_DAYS


_FORMS: Final = (
    _Form(lambda document: "resourceType" in document, _read_fhir),
    _Form(
        lambda document: any(
            name in document for name in ("subject", "phenotypicFeatures", "phenotypic_features", "proband", "members")
        ),
        _read_phenopacket,
    ),
    _Form(lambda _: True, _read_form),
)
