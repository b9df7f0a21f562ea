"""Age at onset: the span of ages that HPO's onset classes and Orphanet's onset words stand for."""

from collections.abc import Mapping
from typing import Final

__all__ = ["ONSET_RANGES", "onset_range"]

_YEAR: Final = 365.25

# Definitions of the terms under HP:0003674 (release 2025-01-16); open ends are cut at 85 years.
_CLASSES: Final[Mapping[str, tuple[float, float]]] = {
    "HP:0030674": (0.0, 0.0),  # antenatal, and its parts: recorded at birth
    "HP:0011460": (0.0, 0.0),
    "HP:0011461": (0.0, 0.0),
    "HP:0034199": (0.0, 0.0),
    "HP:0034198": (0.0, 0.0),
    "HP:0034197": (0.0, 0.0),
    "HP:0003577": (0.0, 1.0),  # congenital
    "HP:0003623": (0.0, 28.0),  # neonatal
    "HP:0003593": (28.0, _YEAR),  # infantile
    "HP:0410280": (0.0, 15 * _YEAR),  # pediatric
    "HP:0011463": (_YEAR, 5 * _YEAR),  # childhood
    "HP:0003621": (5 * _YEAR, 15 * _YEAR),  # juvenile
    "HP:0003581": (16 * _YEAR, 60 * _YEAR),  # adult
    "HP:0011462": (16 * _YEAR, 40 * _YEAR),  # young adult
    "HP:0025708": (16 * _YEAR, 19 * _YEAR),  # early young adult
    "HP:0025709": (19 * _YEAR, 25 * _YEAR),  # intermediate young adult
    "HP:0025710": (25 * _YEAR, 40 * _YEAR),  # late young adult
    "HP:0003596": (40 * _YEAR, 60 * _YEAR),  # middle age
    "HP:0003584": (60 * _YEAR, 85 * _YEAR),  # late
}
# Orphanet's words and spans, from its "Natural history" nomenclature.
_WORDS: Final[Mapping[str, tuple[float, float]]] = {
    "antenatal": (0.0, 0.0),
    "neonatal": (0.0, 28.0),
    "infancy": (28.0, 2 * _YEAR),
    "childhood": (2 * _YEAR, 11 * _YEAR),
    "adolescent": (12 * _YEAR, 18 * _YEAR),
    "adult": (19 * _YEAR, 65 * _YEAR),
    "elderly": (65 * _YEAR, 85 * _YEAR),
    "all ages": (0.0, 80 * _YEAR),
}

ONSET_RANGES: Final[Mapping[str, tuple[float, float]]] = {**_CLASSES, **_WORDS}
"""Youngest and oldest age at onset, in days, by HPO id or by Orphanet's word in lower case."""


def onset_range(word: str) -> tuple[float, float] | None:
    """The youngest and oldest age at onset, in days; None for a word that names no age.

    >>> onset_range("HP:0003623"), onset_range("Neonatal"), onset_range("soon")
    ((0.0, 28.0), (0.0, 28.0), None)
    """
    return _CLASSES.get(word) or _WORDS.get(word.strip().lower())
