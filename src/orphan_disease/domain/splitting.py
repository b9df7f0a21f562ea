"""Which case trains and which case tests: whole groups together, so that nothing a test asks was seen before.

Groups are connected components: cases that share a disorder, a publication or a patient are one group; a patient who is
probably known under two ids (see `domain.near_duplicates`) is one. Common
conditions are not diseases to be discovered, so a patient with one is grouped by the patient (and thereby by condition
and patient): otherwise every patient in whom nothing was found would be one group.

Every choice is taken in the order of a keyed digest of names, never of rows: the same cases give the same split in any
order.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.data_engineering import SplitParams
from orphan_disease.contracts.vocabulary import Split

__all__ = ["SPLIT_COLUMNS", "assign_splits", "connected_groups", "held_out_disorders"]

SPLIT_COLUMNS: Final = (columns.CASE_ID, columns.GROUP, columns.SPLIT, columns.FOLD)
NO_FOLD: Final = -1
COMMON: Final = "common"
MOST_DRAWN: Final = 0.5  # of the patients that a disorder can spare, so that training keeps its share of every disorder
_STRATUM: Final = "stratum"
_UNIT: Final = "unit"

IntArray = npt.NDArray[np.int64]


def connected_groups(*keys: "pd.Series[str]") -> IntArray:
    """Number the connected components of rows that share any key; missing keys connect nothing.

    >>> connected_groups(pd.Series(["a", "a", "b", "c"]), pd.Series([None, "x", "x", "y"])).tolist()
    [0, 0, 0, 1]
    """
    rows = len(keys[0])
    sources, targets, offset = [], [], rows
    for key in keys:
        codes, names = pd.factorize(key)
        present = np.flatnonzero(codes >= 0)
        sources.append(present)
        targets.append(codes[present] + offset)
        offset += len(names)
    source, target = np.concatenate(sources), np.concatenate(targets)
    graph = sparse.coo_matrix((np.ones(len(source), dtype=np.int8), (source, target)), shape=(offset, offset))
    _, component = connected_components(graph, directed=False)
    return np.asarray(pd.factorize(component[:rows])[0], dtype=np.int64)


def assign_splits(cases: pd.DataFrame, labels: pd.DataFrame, params: SplitParams) -> pd.DataFrame:
    """Split the labelled cases: unseen disorders, unseen patients of seen disorders, and folds of what is left.

    A patient (with all that share a paper with them) who alone stands for a disorder stays in training: held out, the
    disorder would be unseen and the case no test of a new patient.

    Args:
        cases: columns CASE_ID, PATIENT_ID, REFERENCE, LIKELY_PERSON.
        labels: columns CASE_ID, IS_ORPHAN, CATEGORY, DISORDER_ID, PROVENANCE.
        params: shares, folds and seed.

    Returns:
        Columns CASE_ID, GROUP, SPLIT and FOLD, ordered by case.

    Raises:
        ValueError: if a labelled case is missing among the cases.
    """
    seed = params.seed
    table = _labelled(cases, labels)
    held_out = _sampled(table[columns.GROUP], table[_STRATUM], params.test_disorders_share, seed, "test_disorders")
    rest = table.loc[~held_out]
    candidates = rest.loc[_dispensable(rest)]
    wanted = params.test_patients_share * rest[_UNIT].nunique() / max(1, candidates[_UNIT].nunique())
    patients = _sampled(candidates[_UNIT], candidates[_STRATUM], min(wanted, MOST_DRAWN), seed, "test_patients")
    split = pd.Series(str(Split.TRAIN), index=table.index, dtype="str")
    split = split.mask(held_out, str(Split.TEST_DISORDERS))
    split = split.mask(patients.reindex(table.index, fill_value=False), str(Split.TEST_PATIENTS))
    in_training = split == str(Split.TRAIN)
    fold = pd.Series(NO_FOLD, index=table.index, dtype="int64")
    fold = fold.mask(in_training, _folds(table.loc[in_training], params.folds, seed).reindex(table.index))
    named = {columns.CASE_ID: table[columns.CASE_ID], columns.GROUP: table[columns.GROUP]}
    return pd.DataFrame({**named, columns.SPLIT: split, columns.FOLD: fold.astype("int64")})[list(SPLIT_COLUMNS)]


def held_out_disorders(labels: pd.DataFrame, split: pd.DataFrame) -> tuple[str, ...]:
    """The disorders held out for testing, sorted.

    Args:
        labels: the `labels` table.
        split: the `split_assignment` table.
    """
    chosen = split.loc[split[columns.SPLIT] == Split.TEST_DISORDERS.value, columns.CASE_ID]
    return tuple(sorted(labels.loc[labels[columns.CASE_ID].isin(chosen), columns.DISORDER_ID].unique()))


def _labelled(cases: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Labelled cases ordered by id, with group, unit (patient and paper) and stratum, each with a stable name."""
    known = cases[[columns.CASE_ID, columns.PATIENT_ID, columns.REFERENCE, columns.LIKELY_PERSON]]
    table = labels.merge(known, on=columns.CASE_ID, how="left", validate="one_to_one")
    if table[columns.PATIENT_ID].isna().any():
        raise ValueError(f"{table[columns.PATIENT_ID].isna().sum()} labelled cases are missing among the cases")
    table = table.sort_values(columns.CASE_ID, ignore_index=True)
    is_orphan = table[columns.IS_ORPHAN].astype(bool)
    disorder = table[columns.DISORDER_ID].where(is_orphan)
    group = connected_groups(disorder, table[columns.REFERENCE], table[columns.LIKELY_PERSON])
    unit = connected_groups(table[columns.REFERENCE], table[columns.LIKELY_PERSON])
    group_name = disorder.fillna(table[columns.PATIENT_ID]).groupby(group).transform("min")
    category = table[columns.CATEGORY].where(is_orphan, COMMON).astype("str")
    unit_name = table[columns.PATIENT_ID].groupby(unit).transform("min")
    stratum = table[columns.PROVENANCE].astype("str") + "|" + category
    named = {columns.GROUP: group_name, _UNIT: unit_name, _STRATUM: stratum}
    return pd.concat([table, pd.DataFrame(named)], axis=1)


def _dispensable(rest: pd.DataFrame) -> "pd.Series[bool]":
    """Cases whose unit leaves, for each disorder in it, another unit behind; the first unit by name always stays."""
    is_orphan = rest[columns.IS_ORPHAN].astype(bool)
    disorder = rest[columns.DISORDER_ID].where(is_orphan)
    keeper = rest[_UNIT].groupby(disorder).transform("min")
    keepers = set(keeper.dropna())
    return ~rest[_UNIT].isin(keepers)


def _sampled(
    unit: "pd.Series[str]", stratum: "pd.Series[str]", share: float, seed: int, purpose: str
) -> "pd.Series[bool]":
    """Whether each row's unit is drawn: systematic sampling of whole units, ordered by stratum and digest."""
    units = _units(unit, stratum, seed, purpose)
    place = np.arange(len(units))
    drawn = np.floor((place + 1) * share) > np.floor(place * share)
    return unit.isin(set(units.index[drawn]))


def _folds(training: pd.DataFrame, folds: int, seed: int) -> "pd.Series[int]":
    """Folds of whole groups, level in every stratum: the largest groups first, each to where it is needed most."""
    units = _units(training[columns.GROUP], training[_STRATUM], seed, "folds")
    strata, names = pd.factorize(training[_STRATUM], sort=True)
    table = pd.crosstab(training[columns.GROUP], strata).reindex(units.index)
    counts = table.to_numpy(dtype=np.float64)
    is_single = counts.sum(axis=1) <= 1
    totals = np.maximum(counts.sum(axis=0), 1.0)
    filled = np.zeros((folds, len(names)))
    chosen = np.zeros(len(units), dtype=np.int64)
    order = np.argsort(-counts.sum(axis=1), kind="stable")
    for group in order[~is_single[order]]:
        share = filled / totals
        cost = (share @ (counts[group] / totals)) + 1e-3 * filled.sum(axis=1) / counts.sum()
        chosen[group] = int(cost.argmin())
        filled[chosen[group]] += counts[group]
    if is_single.any():
        chosen[is_single] = _levelled(counts[is_single].argmax(axis=1), filled)
    return training[columns.GROUP].map(dict(zip(units.index, chosen.tolist(), strict=True)))


def _levelled(strata: IntArray, filled: npt.NDArray[np.float64]) -> IntArray:
    """Folds of single cases, given in an order that names decide: each stratum is filled up to an equal level."""
    chosen = np.zeros(len(strata), dtype=np.int64)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        level = filled[:, stratum]
        folds = len(level)
        # The places that an ever-levelling hand would fill: fold f takes its places in the order of (its count, f).
        places = np.concatenate(
            [np.column_stack([level[f] + np.arange(len(members)), np.full(len(members), f)]) for f in range(folds)]
        )
        chosen[members] = places[np.lexsort((places[:, 1], places[:, 0]))][: len(members), 1].astype(np.int64)
    return chosen


def _units(unit: "pd.Series[str]", stratum: "pd.Series[str]", seed: int, purpose: str) -> pd.DataFrame:
    """One row a unit, named by it: its commonest stratum and its digest, in the order of both."""
    counted = pd.DataFrame({_UNIT: unit, _STRATUM: stratum}).value_counts().reset_index(name="count")
    first = counted.sort_values(["count", _STRATUM], ascending=[False, True], kind="stable").drop_duplicates(_UNIT)
    named = first.set_index(_UNIT)[[_STRATUM]]
    return named.assign(digest=_digests(named.index, f"{seed}|{purpose}")).sort_values([_STRATUM, "digest"])


def _digests(names: Sequence[str] | pd.Index, key: str) -> list[str]:
    return [hashlib.blake2b(f"{key}|{name}".encode(), digest_size=8).hexdigest() for name in names]
