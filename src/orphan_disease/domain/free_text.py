"""Symptoms as people write them: short Spanish or English text to HPO terms, by match of whole phrases and negation.

A phrase is found where its words stand side by side, whatever case, accents and plural; the longest phrase wins. What
matches nothing is kept as it was written, and what is said with doubt, or of a relative, is claimed of nobody.

Negation follows NegEx (Chapman et al., J Biomed Inform 2001;34:301-310), its scope cut shorter: a denial ("niega",
"denies") reaches over commas, a plain "no" only as far as its list does ("no fever, cough or rash").
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple

from orphan_disease.domain.text_cues import (
    BLOCKED_PHRASES,
    DENIALS,
    DOUBTS,
    ENDINGS,
    FAMILY,
    LINKS,
    LIST_ENDINGS,
    NEGATIONS,
    NO_NEGATIONS,
    NOTHING_WORDS,
    POST_NEGATIONS,
    TIME_UNITS,
)

__all__ = ["MAX_PHRASE_WORDS", "FreeText", "normalise", "phrase_table", "read_text"]

MAX_PHRASE_WORDS: Final = 10
MAX_TEXT_CHARACTERS: Final = 20_000

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?|[.;:!?\n()\[\]/+]|,(?!\d)|-(?=\s)", re.UNICODE)
_STOPS: Final = frozenset(".;!?\n()[]")
_PLURAL_FROM: Final = 4  # letters: a shorter word is its own singular


class FreeText(NamedTuple):
    """What a text says, in the order of its words.

    Attributes:
        observed: HPO ids said to be there.
        excluded: HPO ids said not to be there.
        unclaimed: HPO ids named with doubt, of a relative, or excluded only in a narrower form.
        unmatched: the words that mean nothing here, side by side as they were written.
    """

    observed: tuple[str, ...]
    excluded: tuple[str, ...]
    unclaimed: tuple[str, ...]
    unmatched: tuple[str, ...]


class _Kind(Enum):
    TERM = "term"
    NEGATION = "negation"
    DENIAL = "denial"
    DOUBT = "doubt"
    FAMILY = "family"
    ENDING = "ending"
    NOTHING = "nothing"
    STOP = "stop"
    COMMA = "comma"
    WORD = "word"


class _Piece(NamedTuple):
    kind: _Kind
    written: str
    key: str
    term: str = ""


def _singular(word: str) -> str:
    """Without the plural's ending, alike for both languages: only to compare words with each other.

    >>> _singular("convulsiones"), _singular("seizures"), _singular("tos")
    ('convulsion', 'seizure', 'tos')
    """
    if len(word) <= _PLURAL_FROM or not word.endswith("s") or word.endswith(("ss", "sis", "itis", "us")):
        return word
    return word[:-2] if word.endswith(("iones", "ores", "ales", "dades", "eses")) else word[:-1]


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("\u2019", "'")


def normalise(phrase: str) -> str:
    """A phrase as it is compared: its words without case, accents, marks and plural.

    >>> normalise("Convulsiones  FEBRILES"), normalise("Crisis tónico-clónicas")
    ('convulsion febrile', 'crisis tonico clonica')
    """
    return " ".join(_singular(_folded(word)) for word in re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)?", phrase))


def phrase_table(sources: Iterable[Iterable[tuple[str, str]]]) -> dict[str, str]:
    """HPO id by normalised phrase, from sources in their order of authority.

    A phrase that two terms of one source share is left to the sources after it, and means nothing if none settles it.

    Args:
        sources: (phrase, HPO id) pairs: labels, then synonyms.
    """
    table: dict[str, str] = {}
    for pairs in sources:
        meant: dict[str, set[str]] = {}
        for phrase, term in pairs:
            key = normalise(phrase)
            if key and key not in _CUE_KEYS and len(key.split()) <= MAX_PHRASE_WORDS:
                meant.setdefault(key, set()).add(term)
        table |= {key: next(iter(terms)) for key, terms in meant.items() if len(terms) == 1 and key not in table}
    return {key: term for key, term in table.items() if key not in _BLOCKED}


def read_text(text: str, phrases: Mapping[str, str]) -> FreeText:
    """The terms of a text.

    Args:
        text: a few words or sentences; what is beyond 20,000 characters is not read and counts as unmatched.
        phrases: HPO id by normalised phrase, see `phrase_table`.

    >>> phrases = phrase_table([[("Fiebre", "HP:0001945"), ("Tos", "HP:0012735"), ("Cefalea", "HP:0002315")]])
    >>> read_text("Niega fiebre y tos, refiere cefalea intensa", phrases)[:2]
    (('HP:0002315',), ('HP:0001945', 'HP:0012735'))
    """
    pieces = _pieces(text[:MAX_TEXT_CHARACTERS], phrases)
    observed, excluded, unclaimed = _claims(pieces)
    beyond = ("…",) if len(text) > MAX_TEXT_CHARACTERS else ()
    return FreeText(tuple(observed), tuple(excluded), tuple(unclaimed), (*_unmatched(pieces), *beyond))


def _pieces(text: str, phrases: Mapping[str, str]) -> list[_Piece]:
    words = [(match.group(), _singular(_folded(match.group()))) for match in _WORD.finditer(text)]
    pieces: list[_Piece] = []
    place = 0
    while place < len(words):
        length, kind, term = _longest(words, place, phrases)
        written = " ".join(word for word, _ in words[place : place + length])
        pieces.append(_Piece(kind, written, words[place][1], term))
        place += length
    return pieces


def _longest(words: Sequence[tuple[str, str]], place: int, phrases: Mapping[str, str]) -> tuple[int, _Kind, str]:
    """How many words from `place` on belong together, and what they are; a term wins over a cue of equal length."""
    mark = words[place][0]
    if mark in _STOPS:
        return 1, _Kind.STOP, ""
    if mark in {",", ":", "/", "+", "-"}:
        return 1, _Kind.COMMA if mark != ":" else _Kind.NOTHING, ""
    for length in range(min(MAX_PHRASE_WORDS, len(words) - place), 0, -1):
        key = " ".join(part for _, part in words[place : place + length])
        if (term := phrases.get(key)) is not None:
            return length, _Kind.TERM, term
        if (kind := _CUE_KEYS.get(key)) is not None:
            return length, kind, ""
        if key in _BLOCKED:
            return length, _Kind.WORD, ""
    is_duration = mark.isdecimal() and not _TIME_KEYS.isdisjoint(key for _, key in words[place + 1 : place + 2])
    return (2, _Kind.NOTHING, "") if is_duration else (1, _Kind.WORD, "")


def _claims(pieces: Sequence[_Piece]) -> tuple[dict[str, None], dict[str, None], dict[str, None]]:
    observed: dict[str, None] = {}
    excluded: dict[str, None] = {}
    unclaimed: dict[str, None] = {}
    state: _Kind | None = None
    for place, piece in enumerate(pieces):
        state = _state_after(state, pieces, place)
        if piece.kind is not _Kind.TERM:
            continue
        negated = state in {_Kind.NEGATION, _Kind.DENIAL} or (state is None and _is_negated_behind(pieces, place))
        is_asked = place + 1 < len(pieces) and pieces[place + 1].written == "?"
        if is_asked or state in {_Kind.DOUBT, _Kind.FAMILY} or (negated and _is_qualified(pieces, place)):
            unclaimed[piece.term] = None
        else:
            (excluded if negated else observed)[piece.term] = None
    return observed, excluded, unclaimed


def _state_after(state: _Kind | None, pieces: Sequence[_Piece], place: int) -> _Kind | None:
    """What governs the words from `place` on."""
    kind = pieces[place].kind
    if kind is _Kind.ENDING and state is _Kind.FAMILY and pieces[place].key in LINKS:
        return state
    if kind in {_Kind.STOP, _Kind.ENDING}:
        return None
    if kind is _Kind.COMMA and state in {_Kind.NEGATION, _Kind.DOUBT}:
        return state if _list_goes_on(pieces, place) else None
    if kind in {_Kind.NEGATION, _Kind.DENIAL, _Kind.DOUBT, _Kind.FAMILY}:
        is_behind = kind is _Kind.NEGATION and state is None and _closes(pieces, place)
        return state if state is _Kind.FAMILY or is_behind else kind
    return state


def _list_goes_on(pieces: Sequence[_Piece], place: int) -> bool:
    """Whether a list that a comma interrupts is closed by "or", "nor", "o", "ni" before anything else ends it."""
    for piece in pieces[place + 1 :]:
        if piece.kind in {_Kind.STOP, _Kind.ENDING, _Kind.DENIAL}:
            return False
        if piece.key in LIST_ENDINGS:
            return True
    return False


def _closes(pieces: Sequence[_Piece], place: int) -> bool:
    """Whether a "no" stands behind its term ("fever: no"): right after one, with nothing that it could speak of."""
    before = place > 0 and any(piece.kind is _Kind.TERM for piece in pieces[max(0, place - 2) : place])
    after = pieces[place + 1].kind if place + 1 < len(pieces) else _Kind.STOP
    return before and pieces[place].key in _POST_KEYS and after in {_Kind.STOP, _Kind.COMMA, _Kind.ENDING}


def _is_negated_behind(pieces: Sequence[_Piece], place: int) -> bool:
    for behind in range(place + 1, min(place + 3, len(pieces))):
        if pieces[behind].key in _POST_KEYS:
            return pieces[behind].kind is not _Kind.NEGATION or _closes(pieces, behind)
        if pieces[behind].kind is not _Kind.NOTHING:
            return False
    return False


def _is_qualified(pieces: Sequence[_Piece], place: int) -> bool:
    """Whether a word that means nothing here stands beside the term: what is denied may be a narrower thing."""
    beside = [pieces[each] for each in (place - 1, place + 1) if 0 <= each < len(pieces)]
    return any(piece.kind is _Kind.WORD and piece.key not in _POST_KEYS for piece in beside)


def _unmatched(pieces: Iterable[_Piece]) -> list[str]:
    runs: list[list[str]] = [[]]
    for piece in pieces:
        if piece.kind is _Kind.WORD and piece.key not in _POST_KEYS:
            runs[-1].append(piece.written)
        elif runs[-1]:
            runs.append([])
    return [" ".join(run) for run in runs if run]


def _keys(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(normalise(phrase) for phrase in phrases)


_CUE_KEYS: Final[Mapping[str, _Kind]] = {
    **dict.fromkeys(_keys(NOTHING_WORDS), _Kind.NOTHING),
    **dict.fromkeys(_keys(LIST_ENDINGS), _Kind.NOTHING),
    **dict.fromkeys(_keys(ENDINGS), _Kind.ENDING),
    **dict.fromkeys(_keys(FAMILY), _Kind.FAMILY),
    **dict.fromkeys(_keys(DOUBTS), _Kind.DOUBT),
    **dict.fromkeys(_keys(DENIALS), _Kind.DENIAL),
    **dict.fromkeys(_keys(NEGATIONS), _Kind.NEGATION),
    **dict.fromkeys(_keys(NO_NEGATIONS), _Kind.ENDING),
}
_TIME_KEYS: Final = _keys(TIME_UNITS)
_POST_KEYS: Final = _keys(POST_NEGATIONS)
_BLOCKED: Final = _keys(BLOCKED_PHRASES)
