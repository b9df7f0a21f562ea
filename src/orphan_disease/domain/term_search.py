"""Searching terms of the ontology by what a clinician types: a word, its beginning, a misspelling, an id.

Every label, synonym and Spanish term is an entry of folded words (see `domain.term_words`). A typed word finds the
words of the vocabulary that it equals, begins or almost equals; an entry is worth the mean quality of its matches times
how much of it was typed, so that "seizur" shows "Seizure" before "Bilateral tonic-clonic seizure".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.package_tables import HPO_ID, LABEL_ES
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.term_vocabulary import TermVocabulary
from orphan_disease.domain.term_words import LINKING_WORDS, fold_words

__all__ = ["LANGUAGES", "Language", "TermHit", "TermSearch"]

Language = Literal["es", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("es", "en")
_FloatArray = npt.NDArray[np.float32]

_ID: Final = re.compile(r"\s*(hp)?[:_ ]?(\d{1,7})\s*", re.IGNORECASE)
_ID_DIGITS: Final = 7
_LEAST_BARE_DIGITS: Final = 4  # a shorter bare number is a word ("type 1"), not the beginning of an id
# What an entry is worth, beside the quality of its matches: measured on typed words of both languages.
_UNTYPED: Final = 0.6  # of a long entry of which nearly nothing was typed
_OTHER_LANGUAGE: Final = 0.94
_SYNONYM: Final = 0.97
_NOT_AT_START: Final = 0.95
NAMES_OF_A_TERM: Final = 40  # the most that one term of HPO has, synonyms and Spanish included
_EVERYTHING: Final = 0.9999
_LEAST_SHARE: Final = 0.5  # of the typed letters that an entry must match where none matches every word


class TermHit(NamedTuple):
    """A term that a search found.

    Attributes:
        term_id: current HPO id.
        label_en: HPO's label.
        label_es: what to show in Spanish; None where the project has no Spanish term.
        matched: the label, synonym or id that the query met.
    """

    term_id: str
    label_en: str
    label_es: str | None
    matched: str


class _Entry(NamedTuple):
    """A name of a term: its position in the ontology, its text, its language, and whether it is the name to show."""

    term: int
    text: str
    language: Language
    is_label: bool


@dataclass(frozen=True, eq=False)
class TermSearch:
    """An index of the names of symptoms and signs: everything below "Phenotypic abnormality".

    Attributes:
        ontology: the terms.
        symptoms: id -> position in the ontology, of every term that can be found.
        entries: N names, in the order of the index.
        spanish: position -> its first Spanish term, where it has one.
        by_name: folded name -> position.
        vocabulary: the entries' words.
        terms: N positions in the ontology.
        ancestors: N counts: how specific each entry's term is.
        preference: how much each entry is preferred in each language, N values from 0 to 1.
    """

    ontology: Ontology
    symptoms: Mapping[str, int]
    entries: tuple[_Entry, ...]
    spanish: Mapping[int, str]
    by_name: Mapping[str, int]
    vocabulary: TermVocabulary
    terms: npt.NDArray[np.int32]
    ancestors: npt.NDArray[np.int32]
    preference: Mapping[Language, _FloatArray]

    @classmethod
    def from_ontology(
        cls, ontology: Ontology, spanish: pd.DataFrame, synonyms: pd.DataFrame | None = None
    ) -> "TermSearch":
        """Index an ontology's names.

        Args:
            ontology: the model's own.
            spanish: the package's table of Spanish terms: HPO_ID, LABEL_ES, the first of a term being the one to show.
            synonyms: TERM_ID and LABEL of English synonyms; ids that the ontology does not know are passed over.
        """
        symptoms = _symptoms(ontology)
        names = [_Entry(place, ontology.labels[place], "en", True) for place in symptoms.values()]
        first: dict[int, str] = {}
        for term_id, text in zip(spanish[HPO_ID], spanish[LABEL_ES], strict=True):
            place = symptoms.get(ontology.canonical(term_id) or "")
            if place is not None:
                names.append(_Entry(place, text, "es", place not in first))
                first.setdefault(place, text)
        if synonyms is not None:
            pairs = zip(synonyms[columns.TERM_ID], synonyms[columns.LABEL], strict=True)
            found = ((symptoms.get(ontology.canonical(term_id) or ""), text) for term_id, text in pairs)
            names.extend(_Entry(place, text, "en", False) for place, text in found if place is not None)
        terms = np.array([entry.term for entry in names], dtype=np.int32)
        return cls(
            ontology=ontology,
            symptoms=symptoms,
            entries=tuple(names),
            spanish=first,
            by_name=_by_name(names),
            vocabulary=TermVocabulary.from_texts([entry.text for entry in names]),
            terms=terms,
            ancestors=np.diff(ontology.closure.indptr)[terms].astype(np.int32),
            preference=_preference(names),
        )

    def search(self, query: str, language: Language, limit: int) -> tuple[TermHit, ...]:
        """The best terms for what was typed, best first; nothing for an empty query.

        Args:
            query: words, beginnings of words or an id, in either language.
            language: the one whose names come first among equals.
            limit: terms returned at most.
        """
        if by_id := self._by_id(query, limit):
            return by_id
        words = fold_words(query)
        asked = [word for word in words if word not in LINKING_WORDS] or words
        if not asked or limit < 1:
            return ()
        found = [self.vocabulary.beginnings(word) for word in asked]
        worth = self._worth(asked, found, language)
        misspellings = cache(self.vocabulary.misspellings)  # the dearest step: once a word
        if not worth.any():
            found = [met if met.any() else misspellings(word) for word, met in zip(asked, found, strict=True)]
            worth = self._worth(asked, found, language)
        if not worth.any():
            found = [np.maximum(met, misspellings(word)) for word, met in zip(asked, found, strict=True)]
            worth = self._worth(asked, found, language, least_share=_LEAST_SHARE)
        return self._best(worth, limit)

    def exact(self, name: str) -> str | None:
        """The current id of the term that bears this id, label, synonym or Spanish name; None where none does.

        Accents, case and spelling variants do not matter. Where two terms share a name, the one whose label it is.
        """
        current = self.ontology.canonical(name.strip().upper())
        if current is not None:
            return current
        place = self.by_name.get(" ".join(fold_words(name)))
        return None if place is None else self.ontology.term_ids[place]

    def _by_id(self, query: str, limit: int) -> tuple[TermHit, ...]:
        """Terms by id or its beginning, where the query reads as one."""
        read = _ID.fullmatch(query)
        if read is None or (read[1] is None and len(read[2]) < _LEAST_BARE_DIGITS):
            return ()
        beginning = f"HP:{read[2]}"
        if len(read[2]) == _ID_DIGITS:
            place = self.symptoms.get(self.ontology.canonical(beginning) or "")
            return () if place is None else (self._hit(place, beginning),)
        found = [term_id for term_id in self.symptoms if term_id.startswith(beginning)][:limit]
        return tuple(self._hit(self.symptoms[term_id], term_id) for term_id in found)

    def _worth(
        self, asked: Sequence[str], found: Sequence[_FloatArray], language: Language, least_share: float = 1.0
    ) -> _FloatArray:
        """How well each entry answers the typed words, 0 where it does not.

        Args:
            asked: the folded words.
            found: how well each entry answers each of them.
            language: the preferred one.
            least_share: of the typed letters that an entry must answer where none answers them all.
        """
        lengths = np.array([len(word) for word in asked], dtype=np.float32)
        typed = sum(((met > 0) * length for met, length in zip(found, lengths, strict=True)), start=np.float32(0))
        quality = sum((met * length for met, length in zip(found, lengths, strict=True)), start=np.float32(0))
        shares = typed / lengths.sum()
        everything = shares > _EVERYTHING
        kept = everything if everything.any() or least_share == 1 else shares >= least_share
        coverage = np.minimum(typed / self.vocabulary.lengths, 1.0)
        worth = quality / lengths.sum() * (_UNTYPED + (1 - _UNTYPED) * coverage) * self.preference[language]
        starts = self.vocabulary.starts_with(asked[0])
        return np.asarray(np.where(kept, worth * np.where(starts, 1.0, _NOT_AT_START), 0.0), dtype=np.float32)

    def _best(self, worth: _FloatArray, limit: int) -> tuple[TermHit, ...]:
        """The terms of the best entries, each once; among equals the more general term, then the lower id."""
        answering = np.flatnonzero(worth)
        enough = min(len(answering), limit * NAMES_OF_A_TERM)
        if enough < len(answering):
            least = np.partition(worth[answering], -enough)[-enough]
            answering = answering[worth[answering] >= least]
        specific = self.ancestors[answering]
        order = answering[np.lexsort((self.terms[answering], specific, -worth[answering].round(4)))]
        hits: dict[int, TermHit] = {}
        for place in order.tolist():
            entry = self.entries[place]
            hits.setdefault(entry.term, self._hit(entry.term, entry.text))
            if len(hits) == limit:
                break
        return tuple(hits.values())

    def _hit(self, place: int, matched: str) -> TermHit:
        return TermHit(self.ontology.term_ids[place], self.ontology.labels[place], self.spanish.get(place), matched)


def _by_name(entries: Sequence[_Entry]) -> dict[str, int]:
    """Folded name -> term; a name that two terms share is the one's whose label it is."""
    names: dict[str, int] = {}
    for entry in sorted(entries, key=lambda each: not each.is_label):
        names.setdefault(" ".join(fold_words(entry.text)), entry.term)
    return names


def _preference(entries: Sequence[_Entry]) -> dict[Language, _FloatArray]:
    own = np.array([1.0 if entry.is_label else _SYNONYM for entry in entries], dtype=np.float32)
    other = {language: [entry.language != language for entry in entries] for language in LANGUAGES}
    return {language: own * np.where(foreign, np.float32(_OTHER_LANGUAGE), 1) for language, foreign in other.items()}


def _symptoms(ontology: Ontology) -> dict[str, int]:
    """Id and position of every symptom and sign; of every term where the ontology has no such root."""
    if ontology.phenotype_root not in ontology.index:
        return dict(ontology.index)
    below = ontology.descendants(ontology.phenotype_root) - {ontology.phenotype_root}
    return {term_id: place for term_id, place in ontology.index.items() if term_id in below}
