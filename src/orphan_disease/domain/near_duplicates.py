"""Patients who are probably one person under two ids: the same sex and age, and nearly the same findings.

Nothing is merged on a likeness. The likeness is noted, and such patients stand on the same side of every split.

Only pairs that can be alike are compared: two sets of a Jaccard similarity of at least t share a term among the
|x| - ceil(t |x|) + 1 rarest of either (prefix filter; Chaudhuri, Ganti and Kaushik 2006, https://doi.org/10.1109/ICDE.2006.9).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction, Sex
from orphan_disease.domain import ages, ledger
from orphan_disease.domain.ledger import Cause

__all__ = ["note_near_duplicates", "probable_patients"]

MINIMUM_FINDINGS: Final = 5  # fewer common signs are shared by strangers
SIMILARITY: Final = 0.8
LARGEST_BLOCK: Final = 200  # so many of one age, sex and sign say that the sign is common, not that they are one person


def probable_patients(cases: pd.DataFrame) -> "pd.Series[str]":
    """A name shared by cases that are probably of one person; missing where a case resembles no other patient's.

    Args:
        cases: columns CASE_ID, PATIENT_ID, SEX, AGE_DAYS and OBSERVED_TERMS (lists of ids).

    Returns:
        One name a case, in the index of `cases`: the first id, in the order of names, of the patients who are alike.
    """
    patients = cases[columns.PATIENT_ID].tolist()
    first = {patient: patient for patient in patients}

    def root(patient: str) -> str:
        while first[patient] != patient:
            first[patient] = first[first[patient]]
            patient = first[patient]
        return patient

    alike: set[str] = set()
    for one, other in _pairs(cases):
        alike |= {patients[one], patients[other]}
        least, most = sorted((root(patients[one]), root(patients[other])))
        first[most] = least
    named = [root(patient) if patient in alike else None for patient in patients]
    return pd.Series(named, index=cases.index, dtype="str")


def note_near_duplicates(cases: pd.DataFrame) -> pd.DataFrame:
    """A ledger that names every case whose patient is probably another one of the table too.

    Args:
        cases: as for `probable_patients`, with SOURCE_FILE and SOURCE_LINE.
    """
    detail = "another patient of this sex and age has nearly the same findings; both are kept, and split together"
    cause = Cause(columns.PATIENT_ID, "PATIENT_PROBABLY_REPEATED", detail, CleaningAction.NOTE)
    return ledger.findings_of_rows(cases, probable_patients(cases).notna(), cause)


def _pairs(cases: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Positions of the pairs that are alike, of two patients each."""
    patients = cases[columns.PATIENT_ID].tolist()
    terms = _findings(cases)
    for block in _blocks(cases, terms):
        for place, one in enumerate(block):
            for other in block[place + 1 :]:
                if patients[one] != patients[other] and _similarity(terms[one], terms[other]) >= SIMILARITY:
                    yield one, other


def _findings(cases: pd.DataFrame) -> list[frozenset[str]]:
    """The findings of each case that can be compared; none where sex or age is unknown or the findings are too few."""
    comparable = (cases[columns.SEX] != str(Sex.UNKNOWN)) & cases[columns.AGE_DAYS].notna()
    listed = zip(cases[columns.OBSERVED_TERMS], comparable, strict=True)
    sets = (frozenset(terms) if usable else frozenset() for terms, usable in listed)
    return [each if len(each) >= MINIMUM_FINDINGS else frozenset() for each in sets]


def _blocks(cases: pd.DataFrame, terms: Sequence[frozenset[str]]) -> Iterator[list[int]]:
    """Cases of one sex and one completed year of age that share one of their rarest findings."""
    counts = Counter(chain.from_iterable(terms))
    years = np.floor(cases[columns.AGE_DAYS].to_numpy(dtype=np.float64) / ages.YEAR_DAYS)
    sexes = cases[columns.SEX].tolist()
    blocks: defaultdict[tuple[str, float, str], list[int]] = defaultdict(list)
    for place, own in enumerate(terms):
        rarest = sorted(own, key=lambda term: (counts[term], term))
        for term in rarest[: len(own) - math.ceil(SIMILARITY * len(own)) + 1] if own else ():
            blocks[sexes[place], float(years[place]), term].append(place)
    return (block for block in blocks.values() if 1 < len(block) <= LARGEST_BLOCK)


def _similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity: shared findings, of all that either has."""
    return len(one & other) / len(one | other)
