"""Symptoms of the form: HPO ids, local codes or a few words, "no:" before what is absent, as current HPO ids."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.triage_form import EXCLUDED_PREFIX, SYMPTOM_SEPARATOR
from orphan_disease.domain.free_text import FreeText, read_text
from orphan_disease.domain.phenopackets import MAX_CODE_CHARACTERS, canonical_term

__all__ = ["LOCAL_CODE", "LOCAL_TERM", "SymptomLists", "current_ids", "local_terms", "read_symptoms"]

LOCAL_CODE: Final = "code"  # columns of the table of local codes
LOCAL_TERM: Final = "hpo_id"


class SymptomLists(NamedTuple):
    """The symptoms of one visit.

    Attributes:
        observed: current HPO ids, sorted.
        excluded: the same.
        unknown: codes and words that nothing explains, as they were written.
        replaced: how many retired ids were written as the current ones.
        worded: how many terms were read from words.
        unclaimed: how many terms were named with doubt, of a relative, or denied in a narrower form only.
    """

    observed: list[str]
    excluded: list[str]
    unknown: list[str]
    replaced: int
    worded: int = 0
    unclaimed: int = 0


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


def read_symptoms(
    cells: Iterable[object],
    terms: Mapping[str, str],
    local: Mapping[str, str],
    phrases: Mapping[str, str] = MappingProxyType({}),
) -> list[SymptomLists]:
    """The symptoms of each visit.

    A code that is written both as observed and as excluded stays in both lists: `domain.cases` decides.

    Args:
        cells: what the form says ("HP:0001250;no:HP:0001945;FIEBRE;niega tos"), or missing.
        terms: current id of every known HPO id.
        local: current id of every local code, upper-case.
        phrases: HPO id by normalised phrase; without any, what is no code is unknown.
    """
    reader = _Reader(terms, local, phrases)
    return [reader.read(cell) for cell in cells]


class _Reader:
    """Reads cells, each spelling of a code once."""

    def __init__(self, terms: Mapping[str, str], local: Mapping[str, str], phrases: Mapping[str, str]) -> None:
        self._terms = terms
        self._local = local
        self._phrases = phrases
        self._known: dict[str, str | None] = {}

    def read(self, cell: object) -> SymptomLists:
        observed: set[str] = set()
        excluded: set[str] = set()
        unknown: set[str] = set()
        counts = {"replaced": 0, "worded": 0, "unclaimed": 0}
        for written in cell.split(SYMPTOM_SEPARATOR) if isinstance(cell, str) else ():
            entry = written.strip()
            is_excluded = entry[: len(EXCLUDED_PREFIX)].lower() == EXCLUDED_PREFIX
            code = entry[len(EXCLUDED_PREFIX) :].strip() if is_excluded else entry
            if not code:
                continue
            if (term := self._term(code)) is not None:
                counts["replaced"] += code.startswith("HP:") and term != code
                (excluded if is_excluded else observed).add(term)
                continue
            words = self._words(code)
            (excluded if is_excluded else observed).update(words.observed)
            excluded.update(words.excluded)
            unknown.update(each[:MAX_CODE_CHARACTERS] for each in words.unmatched)
            counts["worded"] += len(words.observed) + len(words.excluded)
            counts["unclaimed"] += len(words.unclaimed)
        return SymptomLists(sorted(observed), sorted(excluded), sorted(unknown), **counts)

    def _term(self, code: str) -> str | None:
        if len(code) > MAX_CODE_CHARACTERS:
            return None
        if code not in self._known:
            self._known[code] = self._local.get(code.upper()) or canonical_term(code, self._terms)
        return self._known[code]

    def _words(self, text: str) -> FreeText:
        """What the words say, of terms that the release knows; a text without phrases is unmatched whole.

        A term that words stand for and the release does not know is unmatched too, by its id.
        """
        if not self._phrases:
            return FreeText((), (), (), (text,))
        said = read_text(text, self._phrases)
        strange = tuple(term for term in (*said.observed, *said.excluded) if term not in self._terms)
        return FreeText(
            self._current(said.observed),
            self._current(said.excluded),
            self._current(said.unclaimed),
            (*said.unmatched, *strange),
        )

    def _current(self, named: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(current for term in named if (current := self._terms.get(term)))
