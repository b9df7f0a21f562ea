"""Names of disorders as sources write them: when two mean the same, and which belong to one series."""

import re
from typing import Final

__all__ = ["name_keys", "series_stem", "without_parentheses"]

_WORD: Final = re.compile(r"[a-z0-9]+")
_HYPHENATED: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PARENTHESES: Final = re.compile(r"\s*\([^()]*\)")
_ROMAN: Final = re.compile(r"(?:x{0,3})(?:ix|iv|v?i{0,3})")
_ROMAN_VALUES: Final = {"i": 1, "v": 5, "x": 10}
_FILLERS: Final = frozenset({"the", "of", "and", "with", "type", "due", "to", "in", "a"})
_SERIAL: Final = re.compile(r"(?:[\s,/-]+(?:type\s+)?(?:\d+[a-z]?|[ivx]+[a-e]?|[a-e]))+$")
_LEAST_STEM_WORDS: Final = 2


def without_parentheses(name: str) -> str:
    """The name without its remarks in parentheses.

    >>> without_parentheses("Miller-Dieker syndrome (MDS)")
    'Miller-Dieker syndrome'
    """
    return _PARENTHESES.sub("", name).strip()


def name_keys(name: str) -> frozenset[str]:
    """Two names mean the same disorder when they share a key.

    One key keeps the order of the words and ignores every sign; the other ignores the order, since OMIM inverts its
    names around commas, but keeps hyphenated eponyms whole and the numbers in their order. Case, filler words and Roman
    numerals make no difference in either.

    >>> name_keys("Leukodystrophy, adult-onset, type II") & name_keys("Adult-onset leukodystrophy type 2")
    frozenset({'bag:adult-onset leukodystrophy|2'})
    >>> name_keys("Goldberg-Shprintzen syndrome") & name_keys("Shprintzen-Goldberg syndrome")
    frozenset()
    """
    lowered = name.lower().replace("'s ", " ").replace("\u2019s ", " ")
    ordered = " ".join(_significant(_WORD.findall(lowered)))
    loose = _significant(_HYPHENATED.findall(lowered))
    numbers = " ".join(word for word in loose if word.isdigit())
    bag = " ".join(sorted(word for word in loose if not word.isdigit()))
    return frozenset({f"order:{ordered}", f"bag:{bag}|{numbers}"}) if ordered else frozenset()


def _significant(words: list[str]) -> list[str]:
    return [_arabic(word) for word in words if word not in _FILLERS]


def _arabic(word: str) -> str:
    if not _ROMAN.fullmatch(word):
        return word
    values = [_ROMAN_VALUES[letter] for letter in word]
    signed = [-value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)]
    return str(sum(signed))


def series_stem(name: str) -> str | None:
    """The name without its serial number, lower case: what the members of a phenotypic series share.

    None where fewer than two words are left: too little to tie disorders together.

    >>> series_stem("Developmental and epileptic encephalopathy 96")
    'developmental and epileptic encephalopathy'
    >>> series_stem("Bardet-Biedl syndrome 1") == series_stem("Bardet-Biedl syndrome")
    True
    >>> series_stem("Cataract 4") is None
    True
    """
    stem = _SERIAL.sub("", without_parentheses(name).lower()).strip(" ,")
    return stem if len(_WORD.findall(stem)) >= _LEAST_STEM_WORDS else None
