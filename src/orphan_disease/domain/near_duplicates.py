"""One patient under two ids, one visit under two ids: nearly equal records are found, counted, and never split.

Likeness is no proof: twins and brothers look alike, so nobody's records are merged by it. They are noted for the
hospital to look at, and stay on one side of every split, so that no patient trains the model that is tested on them.

A case's findings are its observed and excluded terms, its readings, its complaint and the hour of its arrival. Two
cases are near duplicates if they are of one provenance, sex and age in whole years, share at least FEWEST_SHARED
findings, and the Jaccard index of their findings is at least LIKENESS; `domain.similar_sets` finds them.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction, Sex
from orphan_disease.domain import ages, ledger
from orphan_disease.domain.ledger import Cause
from orphan_disease.domain.similar_sets import Likeness, similar_sets

__all__ = ["FEWEST_SHARED", "LIKENESS", "NearDuplicates", "find_near_duplicates", "near_duplicate_pairs"]

LIKENESS: Final = 0.8
FEWEST_SHARED: Final = 6  # findings; with fewer, strangers of one age and sex are alike by chance

_READINGS: Final = (*columns.VITAL_SIGNS, columns.SYMPTOM_DURATION_DAYS)
_WORDS: Final = (columns.CHIEF_COMPLAINT, columns.CONSCIOUSNESS)
_NOTE: Final = CleaningAction.NOTE
_OF_PATIENT: Final = Cause(
    columns.PATIENT_ID,
    "PATIENT_NEAR_DUPLICATE",
    "another patient of the same age and sex has nearly the same findings; expected one id a patient",
    _NOTE,
)
_OF_VISIT: Final = Cause(
    columns.CASE_ID,
    "VISIT_NEAR_DUPLICATE",
    "the patient has another visit of the same hour with nearly the same findings; expected one id a visit",
    _NOTE,
)
_CROWDED: Final = Cause(
    columns.CASE_ID,
    "NEAR_DUPLICATES_CROWDED",
    "too many cases of the same age and sex share these findings; compared with the nearest of them alone",
    _NOTE,
)

IntArray = npt.NDArray[np.int64]


class NearDuplicates(NamedTuple):
    """What near duplicates say.

    Attributes:
        persons: CASE_ID and LIKELY_PERSON of each case, in the order of the cases: the first patient id, by name, among
            all that near duplicates connect; a patient without a near duplicate is their own person.
        found: the ledger of cases that are near duplicates of an earlier one, of another patient or of the same
            patient's, and of those that could not be compared with all that they might resemble.
    """

    persons: pd.DataFrame
    found: pd.DataFrame


def find_near_duplicates(cases: pd.DataFrame) -> NearDuplicates:
    """Find the cases that are probably of one patient, or of one visit.

    Args:
        cases: columns as for `near_duplicate_pairs`, and CASE_ID.
    """
    first, later, crowded = near_duplicate_pairs(cases)
    patient = cases[columns.PATIENT_ID].to_numpy()
    same = patient[first] == patient[later]
    noted = ((later[~same], _OF_PATIENT), (later[same], _OF_VISIT), (crowded, _CROWDED))
    ledgers = [ledger.findings_of_rows(cases, _marked(cases, places), cause) for places, cause in noted]
    persons = cases[[columns.CASE_ID]].assign(**{columns.LIKELY_PERSON: _likely_persons(cases, first, later)})
    return NearDuplicates(persons, ledger.concatenate(ledgers))


def near_duplicate_pairs(cases: pd.DataFrame) -> tuple[IntArray, IntArray, IntArray]:
    """Places of near duplicates, each with a later one; enough pairs to connect all that are equal.

    Args:
        cases: columns PATIENT_ID, PROVENANCE, SEX, AGE_DAYS, ENCOUNTER_AT, OBSERVED_TERMS, EXCLUDED_TERMS, the vital
            signs, SYMPTOM_DURATION_DAYS, CHIEF_COMPLAINT and CONSCIOUSNESS. A case of unknown age or sex, or with fewer
            than FEWEST_SHARED findings, resembles none; visits of one patient are alike only at one hour.

    Returns:
        The places of the earlier and of the later cases, sorted; and the places of cases that were compared with the
        nearest of their likes alone, because there are too many.
    """
    similar = similar_sets(_findings(cases), _blocks(cases), Likeness(LIKENESS, FEWEST_SHARED))
    first, later = similar.first, similar.later
    hour, patient = _hours(cases), pd.factorize(cases[columns.PATIENT_ID])[0]
    comparable = (patient[first] != patient[later]) | (hour[first] == hour[later])
    return first[comparable], later[comparable], np.flatnonzero(similar.is_crowded)


def _likely_persons(cases: pd.DataFrame, first: IntArray, later: IntArray) -> "pd.Series[str]":
    codes, names = pd.factorize(cases[columns.PATIENT_ID], sort=True)
    links = (np.ones(len(first), dtype=np.int8), (codes[first], codes[later]))
    graph = sparse.coo_matrix(links, shape=(len(names), len(names)))
    _, component = connected_components(graph, directed=False)
    least = pd.Series(np.arange(len(names))).groupby(component).transform("min").to_numpy()
    return pd.Series(np.asarray(names)[least[codes]], index=cases.index, dtype="str")


def _marked(cases: pd.DataFrame, places: IntArray) -> "pd.Series[bool]":
    marked = np.zeros(len(cases), dtype=bool)
    marked[places] = True
    return pd.Series(marked, index=cases.index, dtype="bool")


def _hours(cases: pd.DataFrame) -> IntArray:
    """The hour of arrival, or a negative number of the case's own where it is unknown."""
    at = cases[columns.ENCOUNTER_AT]
    hour = at.fillna(pd.Timestamp(0, tz="UTC")).dt.floor("h").astype("int64").to_numpy()
    return np.where(at.isna(), -1 - np.arange(len(cases)), hour)


def _blocks(cases: pd.DataFrame) -> IntArray:
    """A number for provenance, sex and age in whole years; -1 where age or sex is unknown."""
    years = np.floor(cases[columns.AGE_DAYS] / ages.YEAR_DAYS)
    known = years.notna() & (cases[columns.SEX] != str(Sex.UNKNOWN))
    provenance, _ = pd.factorize(cases[columns.PROVENANCE], sort=True)
    sex, sexes = pd.factorize(cases[columns.SEX], sort=True)
    number = (provenance * len(sexes) + sex) * (1 + int(years.max() if known.any() else 0)) + years.fillna(0)
    return np.asarray(number.where(known, -1), dtype=np.int64)


def _findings(cases: pd.DataFrame) -> sparse.csr_matrix:
    """Cases by findings, 1 where a case has one; the rarest findings come first, in an order of names where equal."""
    rows, codes, offset = [], [], 0
    for values in _values(cases.reset_index(drop=True)):
        code, names = pd.factorize(values, sort=True)
        rows.append(values.index.to_numpy())
        codes.append(code + offset)
        offset += len(names)
    row, code = np.concatenate(rows), np.concatenate(codes)
    rank = np.empty(offset, dtype=np.int64)
    rank[np.argsort(np.bincount(code, minlength=offset), kind="stable")] = np.arange(offset)
    entries = (np.ones(len(code), dtype=np.int32), (row, rank[code]))
    table = sparse.csr_matrix(entries, shape=(len(cases), offset))
    table.data[:] = 1  # a finding stated twice is one
    table.sort_indices()
    return table


def _values(plain: pd.DataFrame) -> "Iterator[pd.Series[Any]]":
    """The known values of each kind of finding, indexed by the place of their case."""
    for name in (columns.OBSERVED_TERMS, columns.EXCLUDED_TERMS):
        yield plain[name].explode().dropna()
    for name in _READINGS:
        yield plain[name].dropna().round(1)
    for name in _WORDS:
        yield plain[name].dropna()
    yield plain[columns.ENCOUNTER_AT].dropna().dt.floor("h")
