"""Symptom codes: from what staff write (HPO ids, local codes, "no:" before what is absent) to current HPO ids."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.triage_form import EXCLUDED_PREFIX, SYMPTOM_SEPARATOR
from orphan_disease.domain.phenopackets import MAX_CODE_CHARACTERS, canonical_term

__all__ = ["LOCAL_CODE", "LOCAL_TERM", "SymptomLists", "current_ids", "local_terms", "read_symptoms"]

LOCAL_CODE: Final = "code"  # columns of the table of local codes
LOCAL_TERM: Final = "hpo_id"


class SymptomLists(NamedTuple):
    """The symptoms of one visit: sorted current HPO ids, codes that nothing explains, and a count of replaced ids."""

    observed: list[str]
    excluded: list[str]
    unknown: list[str]
    replaced: int


def current_ids(terms: pd.DataFrame, alternatives: pd.DataFrame) -> dict[str, str]:
    """Current id of every id that the release knows: itself, or what replaces an alternative or obsolete one.

    Args:
        terms: `hpo_terms`.
        alternatives: `hpo_alternatives`; chains of replacements are followed to their end.
    """
    current = {term: term for term in terms.loc[~terms[columns.IS_OBSOLETE].astype(bool), columns.TERM_ID]}
    replacements = dict(zip(alternatives[columns.ALTERNATIVE_ID], alternatives[columns.TERM_ID], strict=True))
    resolved = dict(current)
    for retired in replacements:
        target, seen = retired, {retired}
        while target not in current and (following := replacements.get(target)) is not None and following not in seen:
            seen.add(following)
            target = following
        if target in current:
            resolved.setdefault(retired, target)
    return resolved


def local_terms(local_codes: pd.DataFrame, terms: Mapping[str, str]) -> dict[str, str]:
    """Current HPO id of every local code, by its upper-case spelling; codes of unknown terms are left out."""
    pairs = zip(local_codes[LOCAL_CODE], local_codes[LOCAL_TERM], strict=True)
    return {code.strip().upper(): terms[term] for code, term in pairs if term in terms}


def read_symptoms(cells: Iterable[object], terms: Mapping[str, str], local: Mapping[str, str]) -> list[SymptomLists]:
    """The symptoms of each visit.

    A code that is written both as observed and as excluded stays in both lists: `domain.cases` decides.

    Args:
        cells: what the form says ("HP:0001250;no:HP:0001945;FIEBRE"), or missing.
        terms: current id of every known HPO id.
        local: current id of every local code, upper-case.
    """
    known: dict[str, str | None] = {}
    return [_read_cell(cell, terms, local, known) for cell in cells]


def _read_cell(
    cell: object, terms: Mapping[str, str], local: Mapping[str, str], known: dict[str, str | None]
) -> SymptomLists:
    observed: set[str] = set()
    excluded: set[str] = set()
    unknown: set[str] = set()
    replaced = 0
    for written in cell.split(SYMPTOM_SEPARATOR) if isinstance(cell, str) else ():
        entry = written.strip()
        is_excluded = entry[: len(EXCLUDED_PREFIX)].lower() == EXCLUDED_PREFIX
        code = entry[len(EXCLUDED_PREFIX) :].strip() if is_excluded else entry
        if not code:
            continue
        if code not in known:
            known[code] = local.get(code.upper()) or canonical_term(code, terms)
        term = known[code]
        if term is None:
            unknown.add(code[:MAX_CODE_CHARACTERS])
            continue
        replaced += code.startswith("HP:") and term != code
        (excluded if is_excluded else observed).add(term)
    return SymptomLists(sorted(observed), sorted(excluded), sorted(unknown), replaced)
