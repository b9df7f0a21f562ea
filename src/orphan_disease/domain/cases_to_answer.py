"""Cases to be answered: documents that stand alone (phenopackets, FHIR), or plain fields, as the `cases` table."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Provenance, Sex
from orphan_disease.domain import cases, ledger, phenopacket_frames
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.domain.ontology import Ontology

__all__ = ["bundle_to_answer", "cases_to_answer", "complete_cases"]


def bundle_to_answer(
    bundle: Mapping[str, Any], ontology: Ontology, vocabulary: ClinicalVocabulary, name: str = "request"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type one FHIR R4 Bundle as cases to be answered: one row a patient, or a ledger that says why there is none.

    Args:
        bundle: the Bundle's JSON, as a dict.
        ontology: the model's own.
        vocabulary: what codes of other terminologies mean.
        name: what the ledger calls the document.

    Returns:
        As `cases_to_answer`.
    """
    row = (name, None, orjson.dumps(bundle, default=str).decode())
    names = [columns.SOURCE_FILE, columns.SOURCE_LINE, columns.PAYLOAD]
    return cases_to_answer(pd.DataFrame([row], columns=names), ontology, vocabulary)


def cases_to_answer(
    documents: pd.DataFrame, ontology: Ontology, vocabulary: ClinicalVocabulary | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type documents as cases to be answered.

    Args:
        documents: columns SOURCE_FILE, SOURCE_LINE and PAYLOAD (text; missing where the bytes could not be read).
        ontology: the model's own.
        vocabulary: what codes of other terminologies mean; without it only HPO, ORPHA and OMIM codes say something.

    Returns:
        The cases (see `domain.cases`), in the order of the documents, and the ledger of what was repaired, merged or
        set aside, and why.
    """
    typed, found = phenopacket_frames.type_phenopackets(documents, ontology.every_id, vocabulary)
    nothing = typed.iloc[:0]
    joined, resolved = cases.build_cases(nothing, nothing, typed, ontology)
    return joined, ledger.concatenate([found, resolved])


def complete_cases(fields: pd.DataFrame) -> pd.DataFrame:
    """Cases given as plain fields, with what nobody gave as missing.

    Args:
        fields: at least CASE_ID and OBSERVED_TERMS; any other column of the `cases` table.

    Raises:
        ValueError: if one of the two is absent.
    """
    absent = [name for name in (columns.CASE_ID, columns.OBSERVED_TERMS) if name not in fields.columns]
    if absent:
        raise ValueError(f"a case needs {', '.join(absent)}; given: {', '.join(map(str, fields.columns))}")
    plain = {columns.SEX: str(Sex.UNKNOWN), columns.PROVENANCE: str(Provenance.HOSPITAL)}
    given = {name: fields[name].fillna(default) for name, default in plain.items() if name in fields.columns}
    lists = {name: _term_lists(fields, name) for name in (columns.OBSERVED_TERMS, columns.EXCLUDED_TERMS)}
    return fields.assign(**plain | given | lists).reindex(columns=list(cases.CASE_COLUMNS))


def _term_lists(fields: pd.DataFrame, name: str) -> "pd.Series[list[str]]":
    """Lists of terms, empty where none is given."""
    values = fields[name] if name in fields.columns else [None] * len(fields)
    lists = [[str(term) for term in value] if isinstance(value, list | tuple | np.ndarray) else [] for value in values]
    return pd.Series(lists, index=fields.index, dtype="object")
