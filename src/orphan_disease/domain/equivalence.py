"""Which entries of OMIM, Orphanet and DECIPHER are one disorder.

Orphanet maps its entries to OMIM numbers. Two entries are one disorder when Orphanet says so and neither side could
mean another, that is, for entries that are disorders and not groups of disorders, either

1. the relation is exact (E), the ORPHAcode has no other exact number, and the number no other exact ORPHAcode; or
2. the relation is broader or narrower (BTNT, NTBT), and neither side maps to anything else at all: the one is then the
   only form of the other that either terminology knows.

DECIPHER's few entries, which Orphanet does not map, join by equal names. Without Orphanet's archive, names are all that
there is: of 824 pairs so joined in release 2025-01-16, Orphanet calls 767 exact or alone and 52 broader or narrower.
A name never joins two OMIM numbers or two ORPHAcodes: those are different disorders by their sources' own account.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.disorder_names import name_keys, without_parentheses

__all__ = ["group_entries", "one_to_one_pairs"]

_QUALIFIED: Final = frozenset({"BTNT", "NTBT"})
_SINGLE: Final = ("OMIM", "ORPHA")


def one_to_one_pairs(cross_references: pd.DataFrame, group_codes: Collection[str]) -> list[tuple[str, str]]:
    """The ("ORPHA:…", "OMIM:…") pairs that are one disorder, by the two rules of this module, sorted.

    Args:
        cross_references: orpha_code, source, reference_id, relation; only references to OMIM count.
        group_codes: ORPHAcodes of entries that are groups of disorders; they and their references are left out.
    """
    numbers = cross_references.loc[
        cross_references[columns.SOURCE].eq("OMIM") & ~cross_references[columns.ORPHA_CODE].isin(list(group_codes)),
        [columns.ORPHA_CODE, columns.REFERENCE_ID, columns.RELATION],
    ].drop_duplicates()
    exact = numbers.loc[numbers[columns.RELATION].eq("E")]
    alone = numbers.loc[_unshared(numbers)]
    qualified = alone.loc[alone[columns.RELATION].isin(list(_QUALIFIED))]
    pairs = pd.concat([exact.loc[_unshared(exact)], qualified])
    return sorted(
        (f"ORPHA:{code}", number)
        for code, number in zip(pairs[columns.ORPHA_CODE], pairs[columns.REFERENCE_ID], strict=True)
    )


def _unshared(references: pd.DataFrame) -> "pd.Series[bool]":
    codes = references[columns.ORPHA_CODE].duplicated(keep=False)
    numbers = references[columns.REFERENCE_ID].duplicated(keep=False)
    return ~(codes | numbers)


def group_entries(
    names: Mapping[str, str], pairs: Iterable[tuple[str, str]], named: Collection[str]
) -> list[tuple[str, ...]]:
    """Group entries that are one disorder.

    Args:
        names: entry id -> name, of every entry.
        pairs: ids of entries that are one disorder, see `one_to_one_pairs`.
        named: databases ("DECIPHER", …) whose entries may also join by name.

    Returns:
        The groups, each sorted, in the order of their first ids.

    >>> group_entries({"OMIM:1": "X", "ORPHA:2": "Y", "DECIPHER:3": "x (b)"}, [("ORPHA:2", "OMIM:1")], {"DECIPHER"})
    [('DECIPHER:3', 'OMIM:1', 'ORPHA:2')]
    """
    partition = _Partition(names)
    for left, right in pairs:
        if left in names and right in names:
            partition.join([left, right])
    for entries in _same_names(names, named):
        members = partition.members_of_all(entries)
        databases = Counter(_database(entry) for entry in members)
        if all(databases[database] <= 1 for database in _SINGLE):
            partition.join(entries)
    return partition.groups()


def _same_names(names: Mapping[str, str], named: Collection[str]) -> list[list[str]]:
    """Entries that share a name key, one of them at least of a database that joins by name."""
    sharing: defaultdict[str, list[str]] = defaultdict(list)
    for entry in sorted(names):
        name = without_parentheses(names[entry]) if _database(entry) == "DECIPHER" else names[entry]
        for key in name_keys(name):
            sharing[key].append(entry)
    return [
        entries
        for _, entries in sorted(sharing.items())
        if len(entries) > 1 and any(_database(entry) in named for entry in entries)
    ]


def _database(entry: str) -> str:
    return entry.partition(":")[0]


class _Partition:
    """Disjoint sets of entries."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._members = {entry: [entry] for entry in entries}

    def members_of_all(self, entries: Iterable[str]) -> set[str]:
        return {member for entry in entries for member in self._members[entry]}

    def join(self, entries: Iterable[str]) -> None:
        joined = sorted(self.members_of_all(entries))
        for member in joined:
            self._members[member] = joined

    def groups(self) -> list[tuple[str, ...]]:
        return sorted({tuple(members) for members in self._members.values()})
