"""Which disorders are kin: one step broader or narrower, forms of one disorder, or members of one series.

Kin share much of their picture, so that what is known of one is a prior for another of which little is known.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.disorder_names import series_stem

__all__ = ["related_groups"]


def related_groups(
    groups: Sequence[Sequence[str]],
    names: Mapping[str, str],
    cross_references: pd.DataFrame,
    parents: pd.DataFrame,
    categories: Collection[str],
) -> list[list[int]]:
    """The kin of each group of equivalent entries.

    Two groups are kin when (1) Orphanet maps an entry of the one to an entry of the other, as broader or narrower; (2)
    the same Orphanet entry maps to both, which are then forms of it; (3) an entry of the one is the parent of an entry
    of the other in Orphanet's classification; or (4) the names of OMIM entries differ by a serial number only.
    Orphanet's categories, which gather whole fields of medicine, tie nothing together.

    Args:
        groups: ids of equivalent entries.
        names: entry id -> name.
        cross_references: orpha_code, reference_id.
        parents: orpha_code, parent_code.
        categories: ORPHAcodes of entries of the type Category.

    Returns:
        For each group, the positions of its kin, ascending, itself left out.
    """
    place = {entry: position for position, members in enumerate(groups) for entry in members}
    kin: list[set[int]] = [set() for _ in groups]
    left_out = frozenset(categories)
    for cluster in [*_forms(cross_references, left_out), *_parents(parents, left_out), *_series(place, names)]:
        positions = {place[entry] for entry in cluster if entry in place}
        for position in positions:
            kin[position] |= positions
    return [sorted(found - {position}) for position, found in enumerate(kin)]


def _forms(cross_references: pd.DataFrame, left_out: Collection[str]) -> Iterable[set[str]]:
    """Each Orphanet entry with everything that it maps to."""
    forms: defaultdict[str, set[str]] = defaultdict(set)
    for code, number in zip(cross_references[columns.ORPHA_CODE], cross_references[columns.REFERENCE_ID], strict=True):
        if code not in left_out:
            forms[code] |= {f"ORPHA:{code}", number}
    return forms.values()


def _parents(parents: pd.DataFrame, left_out: Collection[str]) -> Iterable[set[str]]:
    """Each pair of an Orphanet entry and its parent; two children of one parent are not tied by it."""
    for code, parent in zip(parents[columns.ORPHA_CODE], parents[columns.PARENT_CODE], strict=True):
        if code not in left_out and parent not in left_out:
            yield {f"ORPHA:{code}", f"ORPHA:{parent}"}


def _series(entries: Iterable[str], names: Mapping[str, str]) -> Iterable[set[str]]:
    """OMIM entries whose names have the same stem."""
    series: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.startswith("OMIM:") and (stem := series_stem(names[entry])) is not None:
            series[stem].add(entry)
    return series.values()
