"""What a mode of inheritance says of a patient: the sex, affected relatives, related parents.

The shares are round figures for simulation, not estimates of any population.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np

__all__ = ["Heredity", "heredity_of"]


class Heredity(NamedTuple):
    """Shares of patients, 0 to 1."""

    male: float
    affected_relative: float
    related_parents: float


_UNKNOWN: Final = Heredity(male=0.5, affected_relative=0.10, related_parents=0.02)
_RECESSIVE: Final = Heredity(male=0.5, affected_relative=0.20, related_parents=0.15)
_DOMINANT: Final = Heredity(male=0.5, affected_relative=0.30, related_parents=0.02)
_X_RECESSIVE: Final = Heredity(male=0.95, affected_relative=0.30, related_parents=0.02)
_X_LINKED: Final = Heredity(male=0.75, affected_relative=0.30, related_parents=0.02)
_X_DOMINANT: Final = Heredity(male=0.25, affected_relative=0.20, related_parents=0.02)
_MALE_ONLY: Final = Heredity(male=1.0, affected_relative=0.30, related_parents=0.02)
_MITOCHONDRIAL: Final = Heredity(male=0.5, affected_relative=0.35, related_parents=0.02)
_SPORADIC: Final = Heredity(male=0.5, affected_relative=0.02, related_parents=0.02)

_MODES: Final[Mapping[str, Heredity]] = {
    "HP:0000007": _RECESSIVE,
    "HP:0000006": _DOMINANT,
    "HP:0001419": _X_RECESSIVE,
    "HP:0001417": _X_LINKED,
    "HP:0001423": _X_DOMINANT,
    "HP:0001450": _MALE_ONLY,  # Y-linked
    "HP:0001475": _MALE_ONLY,  # male-limited expression
    "HP:0001427": _MITOCHONDRIAL,
    "HP:0003745": _SPORADIC,
    "HP:0001442": _SPORADIC,  # somatic mosaicism
    "autosomal recessive": _RECESSIVE,
    "autosomal dominant": _DOMINANT,
    "x-linked recessive": _X_RECESSIVE,
    "x-linked dominant": _X_DOMINANT,
    "x-linked": _X_LINKED,
    "y-linked": _MALE_ONLY,
    "mitochondrial inheritance": _MITOCHONDRIAL,
}


def heredity_of(modes: Iterable[str]) -> Heredity:
    """The mean over the modes that are known (HPO ids or Orphanet's words); a general guess where none is.

    >>> heredity_of(["HP:0001419"]).male, heredity_of(["autosomal dominant", "Autosomal recessive"]).related_parents
    (0.95, 0.085)
    """
    known = [_MODES[key] for mode in sorted(set(modes)) if (key := _key(mode)) in _MODES]
    if not known:
        return _UNKNOWN
    return Heredity(*(float(round(value, 6)) for value in np.mean(known, axis=0)))


def _key(mode: str) -> str:
    return mode if mode.startswith("HP:") else mode.strip().lower()
