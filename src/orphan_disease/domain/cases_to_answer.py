"""Cases to be answered: phenopackets that stand alone, or plain fields, in the shape of the `cases` table."""

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Provenance, Sex
from orphan_disease.domain import cases, ledger, phenopacket_frames
from orphan_disease.domain.ontology import Ontology

__all__ = ["cases_to_answer", "complete_cases"]


def cases_to_answer(documents: pd.DataFrame, ontology: Ontology) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type documents as cases to be answered.

    Args:
        documents: columns SOURCE_FILE, SOURCE_LINE and PAYLOAD (text; missing where the bytes could not be read).
        ontology: the model's own.

    Returns:
        The cases (see `domain.cases`), in the order of the documents, and the ledger of what was repaired, merged or
        set aside, and why.
    """
    typed, found = phenopacket_frames.type_phenopackets(documents, ontology.every_id)
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
