"""Words of clinical terms, folded so that spellings meet: accents, British and American, Spanish and English.

Clinical Spanish and English share most of their Greek and Latin roots and differ in regular ways: "oftalmoplejía" and
"ophthalmoplegia", "anemia" and "anaemia". Folding both to one spelling finds a term by its cognate where the table of
Spanish terms has no entry for it.
"""

import re
import unicodedata
from typing import Final

__all__ = ["LINKING_WORDS", "fold_word", "fold_words", "inflections"]

MAXIMUM_WORDS: Final = 12
MAXIMUM_WORD_LENGTH: Final = 48
_WORD: Final = re.compile(r"[a-z0-9]+")
_DOUBLE_CONSONANT: Final = re.compile(r"([b-df-hj-np-tv-z])\1")
_CLUSTERS: Final = (  # in this order: "rrh" must lose its double r before "rh" loses its h
    ("ph", "f"),
    ("th", "t"),
    ("rh", "r"),
    ("ch", "c"),
    ("ae", "e"),
    ("oe", "e"),
    ("y", "i"),
    ("k", "c"),
    ("j", "g"),
)
LINKING_WORDS: Final = frozenset(
    "a al con de del e el en la las lo los o para por sin un una y an and at for in of on or the to with".split()
)
"""Words that join others; a term need not contain the ones that are typed. Folded as `fold_word` does."""
_SHORTEST_STEM: Final = 4
_VOWELS: Final = frozenset("aeiou")


def fold_word(word: str) -> str:
    """One spelling for accented, British, American and Spanish forms of a word, in lower case.

    >>> fold_word("diarrhoea") == fold_word("diarrhea") == fold_word("diarrea")
    True
    >>> fold_word("oftalmoplejía") == fold_word("ophthalmoplegia")
    True
    """
    folded = _DOUBLE_CONSONANT.sub(r"\1", _plain(word))
    for cluster, plain in _CLUSTERS:
        folded = folded.replace(cluster, plain)
    return folded


def fold_words(text: str) -> list[str]:
    """The folded words of a text, at most 12, each cut at 48 letters.

    >>> fold_words("Hipotonía (neonatal)")
    ['hipotonia', 'neonatal']
    """
    words = _WORD.findall(_plain(text))[:MAXIMUM_WORDS]
    return [fold_word(word[:MAXIMUM_WORD_LENGTH]) for word in words]


def inflections(word: str) -> list[str]:
    """Stems of a folded word that a dictionary form may have: without a plural ending, without a last vowel.

    >>> inflections("convulsiones")
    ['convulsione', 'convulsion']
    >>> inflections("nistagmo")
    ['nistagm']
    """
    stems = [word.removesuffix(ending) for ending in ("s", "es") if word.endswith(ending)]
    if word[-1:] in _VOWELS:
        stems.append(word[:-1])
    return [stem for stem in stems if len(stem) >= _SHORTEST_STEM]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
