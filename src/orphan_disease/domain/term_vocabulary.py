"""The words of a list of texts, sorted, with the texts that hold each: by whole word, beginning, and misspelling."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from orphan_disease.domain.term_words import fold_words, inflections

__all__ = ["TermVocabulary"]

_FloatArray = npt.NDArray[np.float32]
_IntArray = npt.NDArray[np.int32]

_WHOLE: Final = 1.0
_INFLECTED: Final = 0.95  # a plural or another ending
_BEGINNING: Final = 0.8  # of a long word of which nearly nothing was typed; up to 0.95 as it is completed
_BEGINNING_GAIN: Final = 0.15
_MISSPELT: Final = 0.7
_EDIT_COST: Final = 0.12
_UNFINISHED_COST: Final = 0.06
_ONE_EDIT_LENGTH: Final = 4  # shortest word in which one edit is forgiven
_TWO_EDITS_LENGTH: Final = 7
_AFTER_LAST: Final = "\uffff"
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, eq=False)
class TermVocabulary:
    """An index from words to the texts that hold them. W words, N texts.

    Attributes:
        words: W folded words, sorted.
        word_lengths: how many letters each has.
        word_letters: which letters each has, as bits.
        indptr: W + 1 offsets into `texts_of_words`.
        texts_of_words: positions of the texts that hold each word, word after word.
        first_words: position of the first word of each text; -1 where a text has none.
        lengths: letters of each text, at least 1.
    """

    words: tuple[str, ...]
    word_lengths: _FloatArray
    word_letters: npt.NDArray[np.uint64]
    indptr: _IntArray
    texts_of_words: _IntArray
    first_words: _IntArray
    lengths: _FloatArray

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> "TermVocabulary":
        """Index texts by their folded words."""
        folded = [fold_words(text) for text in texts]
        words = tuple(sorted({word for each in folded for word in each}))
        index = {word: place for place, word in enumerate(words)}
        pairs = sorted({(index[word], text) for text, each in enumerate(folded) for word in each})
        counts = np.bincount([word for word, _ in pairs], minlength=len(words))
        return cls(
            words=words,
            word_lengths=np.array([len(word) for word in words], dtype=np.float32),
            word_letters=np.array([_letters(word) for word in words], dtype=np.uint64),
            indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
            texts_of_words=np.array([text for _, text in pairs], dtype=np.int32),
            first_words=np.array([index[each[0]] if each else -1 for each in folded], dtype=np.int32),
            lengths=np.array([max(sum(map(len, each)), 1) for each in folded], dtype=np.float32),
        )

    def beginnings(self, word: str) -> _FloatArray:
        """How well each text answers one folded word: 1 where it holds the word, less where it holds a longer one."""
        quality = np.zeros(len(self.words), dtype=np.float32)
        self._add_beginnings(quality, word, _WHOLE)
        for stem in inflections(word):
            self._add_beginnings(quality, stem, _INFLECTED)
        return self._of_texts(quality)

    def misspellings(self, word: str) -> _FloatArray:
        """How well each text answers a folded word of which one or two letters may be wrong."""
        quality = np.zeros(len(self.words), dtype=np.float32)
        self._add_misspellings(quality, word)
        return self._of_texts(quality)

    def starts_with(self, word: str) -> npt.NDArray[np.bool_]:
        """Which texts begin with this word or with one that it is the beginning of."""
        found = np.zeros(len(self.lengths), dtype=np.bool_)
        for beginning in (word, *inflections(word)):
            low, high = self._range(beginning)
            found |= (self.first_words >= low) & (self.first_words < high)
        return found

    def _of_texts(self, quality: _FloatArray) -> _FloatArray:
        """The best of each text's words."""
        found = np.flatnonzero(quality)
        best = np.zeros(len(self.lengths), dtype=np.float32)
        if len(found):
            starts, ends = self.indptr[found], self.indptr[found + 1]
            counts = ends - starts
            places = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
            np.maximum.at(best, self.texts_of_words[places], np.repeat(quality[found], counts))
        return best

    def _range(self, beginning: str) -> tuple[int, int]:
        """The words that begin so, as a half-open range."""
        return bisect_left(self.words, beginning), bisect_left(self.words, beginning + _AFTER_LAST)

    def _add_beginnings(self, quality: _FloatArray, beginning: str, whole: float) -> None:
        low, high = self._range(beginning)
        if low == high:
            return
        typed = len(beginning) / self.word_lengths[low:high]
        worth = np.where(typed >= 1, whole, (_BEGINNING + _BEGINNING_GAIN * typed) * whole)
        quality[low:high] = np.maximum(quality[low:high], worth)

    def _add_misspellings(self, quality: _FloatArray, word: str) -> None:
        allowed = (len(word) >= _ONE_EDIT_LENGTH) + (len(word) >= _TWO_EDITS_LENGTH)
        if not allowed:
            return
        # An edit brings in one letter at most: words that lack more of the typed letters are not worth comparing.
        lacking = np.bitwise_count(_letters(word) & ~self.word_letters)
        close = np.flatnonzero((lacking <= allowed) & (self.word_lengths >= len(word) - allowed))
        candidates = [self.words[place] for place in close.tolist()]
        unfinished = [each[: len(word)] for each in candidates]  # a misspelling that is not yet typed to its end
        for compared, cost in ((candidates, 0.0), (unfinished, _UNFINISHED_COST)):
            edits = process.cdist([word], compared, scorer=OSA.distance, score_cutoff=allowed, dtype=np.int32)[0]
            worth = np.where(edits <= allowed, _MISSPELT - _EDIT_COST * edits - cost, 0.0)
            quality[close] = np.maximum(quality[close], worth)


def _letters(word: str) -> np.uint64:
    """The letters and digits of a folded word, one bit each."""
    return np.uint64(sum(1 << _ALPHABET.index(letter) for letter in set(word)))
