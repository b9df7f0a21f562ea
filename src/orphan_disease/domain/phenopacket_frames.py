"""Raw clinical documents to one table of cases and a ledger of what was set aside.

A document is a phenopacket or FHIR R4: its content tells, not its name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain import fhir, ledger, phenopackets
from orphan_disease.domain.clinical_cases import ClinicalCase, DocumentError
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.domain.fhir import FhirReader
from orphan_disease.domain.ledger import Cause, Finding
from orphan_disease.domain.phenopackets import PhenopacketError

__all__ = ["RECORDED_AT", "TYPED_PHENOPACKET_COLUMNS", "phenopacket_row", "type_histories", "type_phenopackets"]

_MARKS_OF_FHIR: Final = ('"resourceType"', '"transactionTime"')  # without one a document is no FHIR: not parsed twice
RECORDED_AT: Final = "recorded_at"  # when the phenopacket was written (metaData.created)

_DTYPES: Final = {
    columns.SOURCE_FILE: "str",
    columns.SOURCE_LINE: "Int64",
    columns.CASE_ID: "str",
    columns.PATIENT_ID: "str",
    columns.PROVENANCE: "str",
    columns.REFERENCE: "str",
    columns.ENCOUNTER_AT: "datetime64[us, UTC]",
    RECORDED_AT: "datetime64[us, UTC]",
    columns.AGE_DAYS: "float64",
    columns.ONSET_AGE_DAYS: "float64",
    columns.SEX: "str",
    columns.OBSERVED_TERMS: "object",
    columns.EXCLUDED_TERMS: "object",
    columns.UNKNOWN_CODES: "object",
    columns.UNKNOWN_TERM_COUNT: "int64",
    columns.REPLACED_TERM_COUNT: "int64",
    columns.WITHOUT_OBSERVED_TERMS: "bool",
    columns.FAMILY_HISTORY: "float64",
    columns.CONSANGUINITY: "float64",
    columns.DIAGNOSIS_ID: "str",
    **dict.fromkeys(columns.VITAL_SIGNS, "float64"),
    columns.CONSCIOUSNESS: "str",
    columns.PREGNANT: "float64",
    columns.MAPPED_CODES: "object",
}
TYPED_PHENOPACKET_COLUMNS: Final = tuple(_DTYPES)


def type_phenopackets(
    documents: pd.DataFrame, terms: Mapping[str, str], vocabulary: ClinicalVocabulary | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type every case of a set of documents, or say in the ledger why not.

    Every record is accounted for: a phenopacket, or a patient of FHIR documents, is a row of the cases or a row of the
    ledger whose action is `merge` or `quarantine`. A case without any known observed term is kept and flagged.

    Args:
        documents: columns SOURCE_FILE, SOURCE_LINE and PAYLOAD (text; missing where the bytes could not be read).
        terms: current HPO id of every known id, alternative and obsolete ones included.
        vocabulary: what codes of other terminologies mean; without it only HPO, ORPHA and OMIM codes say something.

    Returns:
        The cases (columns TYPED_PHENOPACKET_COLUMNS: phenopackets in the order of the documents, then the patients of
        FHIR documents) and the ledger.

    Raises:
        AccountingError: if a document says nothing, or a record is neither among the cases nor in the ledger.
    """
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    reader = FhirReader(terms, vocabulary or ClinicalVocabulary())
    members, spoke = 0, 0
    places = zip(
        documents[columns.SOURCE_FILE], documents[columns.SOURCE_LINE], documents[columns.PAYLOAD], strict=True
    )
    for source_file, source_line, payload in places:
        line = None if pd.isna(source_line) else int(source_line)
        said = _members(payload, terms, reader, (source_file, line))
        members += len(said)
        spoke += bool(said)
        for member in said:
            if isinstance(member, DocumentError):
                quarantine = CleaningAction.QUARANTINE
                findings.append(Finding(source_file, line, None, "document", member.reason, quarantine, str(member)))
                continue
            _enter(member, (source_file, line), rows, findings)
    if len(documents) != spoke + reader.documents:
        raise ledger.AccountingError(f"{len(documents)} documents went in, {spoke + reader.documents} said something")
    for place, case in reader.cases():
        _enter(case, place, rows, findings)
    findings.extend(reader.findings())
    kept, duplicates = _drop_duplicates(pd.DataFrame.from_records(rows, columns=list(_DTYPES)).astype(_DTYPES))
    found = ledger.concatenate([ledger.findings_frame(findings), duplicates])
    ledger.require_accounted(members + reader.records, len(kept), found)
    return kept, found


def type_histories(
    documents: pd.DataFrame, terms: Mapping[str, str], vocabulary: ClinicalVocabulary | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type the histories of a hospital; a diagnosis in one is left out, as only the truth file may say it.

    See `type_phenopackets` for arguments and results.
    """
    typed, found = type_phenopackets(documents, terms, vocabulary)
    nothing = pd.Series(None, index=typed.index, dtype="str")
    return typed.assign(**{columns.DIAGNOSIS_ID: nothing}), found


def _members(
    payload: object, terms: Mapping[str, str], reader: FhirReader, place: tuple[str, int | None]
) -> Sequence[ClinicalCase | DocumentError]:
    """The phenopackets of a document; FHIR goes to the reader, which knows its cases when all documents are read."""
    if not isinstance(payload, str):
        return [PhenopacketError(phenopackets.UNREADABLE, "the document's bytes cannot be read as UTF-8 text")]
    try:
        if any(mark in payload for mark in _MARKS_OF_FHIR) and fhir.holds_fhir(document := fhir.parse(payload)):
            reader.add(document, *place)
            return []
        return phenopackets.read_phenopackets(payload, terms)
    except DocumentError as error:
        return [error]


def _enter(
    case: ClinicalCase, place: tuple[str, int | None], rows: list[dict[str, Any]], findings: list[Finding]
) -> None:
    rows.append({columns.SOURCE_FILE: place[0], columns.SOURCE_LINE: place[1]} | phenopacket_row(case))
    findings.extend(_findings(case, *place))


def phenopacket_row(case: ClinicalCase) -> dict[str, Any]:
    """The case as one row of the table, without its place in a source."""
    return {
        columns.CASE_ID: case.case_id,
        columns.PATIENT_ID: case.patient_id,
        columns.PROVENANCE: str(case.provenance),
        columns.REFERENCE: case.reference,
        columns.ENCOUNTER_AT: case.encounter_at,
        RECORDED_AT: case.recorded_at,
        columns.AGE_DAYS: case.age_days,
        columns.ONSET_AGE_DAYS: case.onset_age_days,
        columns.SEX: str(case.sex),
        columns.OBSERVED_TERMS: sorted(case.observed),
        columns.EXCLUDED_TERMS: sorted(case.excluded),
        columns.UNKNOWN_CODES: sorted(case.unknown_codes),
        columns.UNKNOWN_TERM_COUNT: len(case.unknown_codes),
        columns.REPLACED_TERM_COUNT: case.replaced,
        columns.WITHOUT_OBSERVED_TERMS: not case.observed,
        columns.FAMILY_HISTORY: case.family_history,
        columns.CONSANGUINITY: case.consanguinity,
        columns.DIAGNOSIS_ID: case.diagnosis_id,
        **{name: case.vitals.get(name) for name in columns.VITAL_SIGNS},
        columns.CONSCIOUSNESS: case.consciousness,
        columns.PREGNANT: case.pregnant,
        columns.MAPPED_CODES: list(case.mapped_codes),
    }


def _findings(case: ClinicalCase, source_file: str, line: int | None) -> Iterator[Finding]:
    def finding(field: str, reason: str, action: CleaningAction, detail: str) -> Finding:
        return Finding(source_file, line, case.case_id, field, reason, action, detail)

    if case.replaced:
        detail = f"{case.replaced} obsolete or alternative ids written as the current ones"
        yield finding(columns.OBSERVED_TERMS, "TERM_REPLACED", CleaningAction.REPAIR, detail)
    if case.unknown_codes:
        detail = f"{len(case.unknown_codes)} codes or words that stand for no term of the release in use, left out"
        yield finding(columns.OBSERVED_TERMS, "TERM_UNKNOWN", CleaningAction.REPAIR, detail)
    if case.mapped_codes:
        detail = f"{len(case.mapped_codes)} codes of other terminologies read as terms or disorders"
        yield finding(columns.OBSERVED_TERMS, "CODE_MAPPED", CleaningAction.NOTE, detail)
    for note in case.notes:
        yield finding(note.field, note.reason, note.action, note.detail)


def _drop_duplicates(typed: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep one record a case id: copies are merged, of conflicting records the latest written stays."""
    repeated = typed[columns.CASE_ID].duplicated(keep=False)
    if not repeated.any():
        return typed, ledger.findings_frame()
    contested = typed.loc[repeated].sort_values(RECORDED_AT, kind="stable", na_position="first")
    kept = contested.loc[~contested[columns.CASE_ID].duplicated(keep="last")]
    identity = [name for name in _DTYPES if name not in {columns.SOURCE_FILE, columns.SOURCE_LINE, RECORDED_AT}]
    written = [repr(tuple(row)) for row in contested[identity].itertuples(index=False)]
    content = pd.Series(written, index=contested.index, dtype="str")
    kept_content = contested[columns.CASE_ID].map(dict(zip(kept[columns.CASE_ID], content[kept.index], strict=True)))
    is_dropped = ~contested.index.isin(kept.index)
    is_copy = content == kept_content
    merged = ledger.findings_of_rows(
        contested,
        is_copy & is_dropped,
        Cause(
            columns.CASE_ID,
            "RECORD_DUPLICATED",
            "the same record appears more than once; one is kept",
            CleaningAction.MERGE,
        ),
    )
    conflicting = ledger.findings_of_rows(
        contested,
        ~is_copy & is_dropped,
        Cause(
            columns.CASE_ID,
            "RECORD_CONFLICTING",
            "another record of the same id, written later or standing later, says something else; that one is kept",
            CleaningAction.QUARANTINE,
        ),
    )
    dropped = contested.index[is_dropped]
    return typed.drop(index=dropped).reset_index(drop=True), ledger.concatenate([merged, conflicting])
