"""One patient under two ids, one visit under two ids: nearly equal records are found, counted, and never split.

Likeness is no proof: twins and brothers look alike, so nobody's records are merged by it. They are noted for the
hospital to look at, and stay on one side of every split, so that no patient trains the model that is tested on them.

A case's findings are its observed and excluded terms, its readings, its complaint and the hour of its arrival. Two
cases are near duplicates if they are of one provenance, sex and age in whole years, share at least FEWEST_SHARED
findings, and the Jaccard index of their findings is at least LIKENESS. Candidates come from a prefix filter (Chaudhuri,
Ganti and Kaushik, 2006): sets so alike share one of their rarest findings. Cases that share a rare finding are sorted
by content and compared with NEIGHBOURS after them (Hernández and Stolfo, 1995), so that work grows with the number of
cases, not with its square; equal cases are adjacent, whatever their number.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction, Sex
from orphan_disease.domain import ages, ledger
from orphan_disease.domain.ledger import Cause

__all__ = ["FEWEST_SHARED", "LIKENESS", "likely_persons", "near_duplicate_pairs", "note_near_duplicates"]

LIKENESS: Final = 0.8
FEWEST_SHARED: Final = 6  # findings; with fewer, strangers of one age and sex are alike by chance
NEIGHBOURS: Final = 16
_AT_ONCE: Final = 200_000  # pairs compared in one piece: their findings take some 50 MB

_READINGS: Final = (*columns.VITAL_SIGNS, columns.SYMPTOM_DURATION_DAYS)
_WORDS: Final = (columns.CHIEF_COMPLAINT, columns.CONSCIOUSNESS)

IntArray = npt.NDArray[np.int64]


def note_near_duplicates(cases: pd.DataFrame) -> pd.DataFrame:
    """The ledger of cases that are near duplicates of an earlier one: of another patient, or of the same patient's.

    Args:
        cases: columns as for `near_duplicate_pairs`, and CASE_ID.
    """
    first, later = near_duplicate_pairs(cases)
    patient = cases[columns.PATIENT_ID].to_numpy()
    same = patient[first] == patient[later]
    note = CleaningAction.NOTE
    of_patient = Cause(
        columns.PATIENT_ID,
        "PATIENT_NEAR_DUPLICATE",
        "another patient of the same age and sex has nearly the same findings; expected one id a patient",
        note,
    )
    of_visit = Cause(
        columns.CASE_ID,
        "VISIT_NEAR_DUPLICATE",
        "the patient has another visit of the same hour with nearly the same findings; expected one id a visit",
        note,
    )
    return ledger.concatenate(
        [
            ledger.findings_of_rows(cases, _marked(cases, later[~same]), of_patient),
            ledger.findings_of_rows(cases, _marked(cases, later[same]), of_visit),
        ]
    )


def likely_persons(cases: pd.DataFrame) -> "pd.Series[str]":
    """Who each case is probably of: the first patient id, by name, among all that near duplicates connect.

    Args:
        cases: columns as for `near_duplicate_pairs`.

    Returns:
        One id a case, aligned with `cases`; a patient without a near duplicate is their own person.
    """
    first, later = near_duplicate_pairs(cases)
    codes, names = pd.factorize(cases[columns.PATIENT_ID], sort=True)
    links = (np.ones(len(first), dtype=np.int8), (codes[first], codes[later]))
    graph = sparse.coo_matrix(links, shape=(len(names), len(names)))
    _, component = connected_components(graph, directed=False)
    least = pd.Series(np.arange(len(names))).groupby(component).transform("min").to_numpy()
    return pd.Series(np.asarray(names)[least[codes]], index=cases.index, dtype="str")


def near_duplicate_pairs(cases: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Places of near duplicates, each with a later one; enough pairs to connect all that are equal.

    Args:
        cases: columns PATIENT_ID, PROVENANCE, SEX, AGE_DAYS, ENCOUNTER_AT, OBSERVED_TERMS, EXCLUDED_TERMS, the vital
            signs, SYMPTOM_DURATION_DAYS, CHIEF_COMPLAINT and CONSCIOUSNESS. A case of unknown age or sex, or with fewer
            than FEWEST_SHARED findings, resembles none; visits of one patient are alike only at one hour.

    Returns:
        The places of the earlier and of the later cases, sorted.
    """
    findings = _findings(cases)
    candidates = _prefixes(findings, _blocks(cases), len(cases))
    hour, patient = _hours(cases), pd.factorize(cases[columns.PATIENT_ID])[0]
    pairs = []
    for distance in range(1, NEIGHBOURS + 1):
        key, place = candidates
        near = np.flatnonzero(key[:-distance] == key[distance:])
        ends = np.sort(np.column_stack([place[near], place[near + distance]]), axis=1)
        ends = np.unique(ends, axis=0)
        comparable = (patient[ends[:, 0]] != patient[ends[:, 1]]) | (hour[ends[:, 0]] == hour[ends[:, 1]])
        ends = ends[comparable]
        pairs += [part[_alike(findings, part)] for part in np.array_split(ends, 1 + len(ends) // _AT_ONCE)]
    found = np.unique(np.concatenate(pairs), axis=0)
    return found[:, 0], found[:, 1]


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
    named = cases[columns.PROVENANCE].astype("str") + "|" + cases[columns.SEX].astype("str") + "|" + years.astype("str")
    known = years.notna() & (cases[columns.SEX] != str(Sex.UNKNOWN))
    return np.asarray(pd.factorize(named.where(known))[0], dtype=np.int64)


def _findings(cases: pd.DataFrame) -> sparse.csr_matrix:
    """Cases by findings, 1 where a case has one; the rarest findings come first."""
    plain = cases.reset_index(drop=True)
    parts = [
        (sign + plain[name].explode().dropna().astype("str"))
        for sign, name in (("+", columns.OBSERVED_TERMS), ("-", columns.EXCLUDED_TERMS))
    ]
    parts += [f"{name}=" + plain[name].dropna().round(1).astype("str") for name in _READINGS]
    parts += [f"{name}=" + plain[name].dropna().astype("str") for name in _WORDS]
    parts.append("at=" + plain[columns.ENCOUNTER_AT].dropna().dt.floor("h").astype("int64").astype("str"))
    whole = pd.concat(parts)
    codes, _ = pd.factorize(whole, sort=True)
    count = np.bincount(codes)
    rank = np.empty(len(count), dtype=np.int64)
    rank[np.argsort(count, kind="stable")] = np.arange(len(count))
    entries = (np.ones(len(codes), dtype=np.int32), (whole.index.to_numpy(), rank[codes]))
    table = sparse.csr_matrix(entries, shape=(len(plain), len(count)))
    table.data[:] = 1  # a finding stated twice is one
    table.sort_indices()
    return table


def _prefixes(findings: sparse.csr_matrix, blocks: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """Keys of block and rare finding with the places that bear them, sorted by key and content."""
    sizes = np.diff(findings.indptr)
    length = sizes - np.ceil(LIKENESS * sizes - 1e-9).astype(np.int64) + 1
    row = np.repeat(np.arange(size), sizes)
    rank = np.arange(len(row)) - np.repeat(findings.indptr[:-1], sizes)
    chosen = (rank < length[row]) & (blocks[row] >= 0) & (sizes[row] >= FEWEST_SHARED)
    key = blocks[row[chosen]] * np.int64(findings.shape[1]) + findings.indices[chosen]
    place = row[chosen]
    content = (findings @ _weights(findings.shape[1]))[place]
    order = np.lexsort((place, content, key))
    return key[order], place[order]


def _weights(size: int) -> npt.NDArray[Any]:
    """One irrational number a finding, so that equal contents have equal sums and others hardly do."""
    return np.asarray(np.modf(np.sqrt(5.0) * np.arange(1, size + 1) ** 1.5)[0], dtype=np.float64)


def _alike(findings: sparse.csr_matrix, ends: IntArray) -> npt.NDArray[np.bool_]:
    sizes = np.diff(findings.indptr)
    shared = np.asarray(findings[ends[:, 0]].multiply(findings[ends[:, 1]]).sum(axis=1)).ravel()
    united = sizes[ends[:, 0]] + sizes[ends[:, 1]] - shared
    return np.asarray((shared >= FEWEST_SHARED) & (shared >= LIKENESS * united - 1e-9), dtype=np.bool_)
