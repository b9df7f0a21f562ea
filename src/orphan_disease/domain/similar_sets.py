"""Pairs of sets that are nearly equal, among many, without comparing all with all.

Prefix filter (Chaudhuri, Ganti and Kaushik, 2006): with the rarest elements first, two sets whose Jaccard index is at
least t share one of their rarest n - ceil(t n) + 1 elements, n being a set's size; and k of their rarest
n - ceil(t n) + k (Wang, Li and Feng, 2012). Sets that share such a key are one bucket, and each is compared with the
NEIGHBOURS after it in the order of their content (Hernández and Stolfo, 1995), so that the work grows with the number
of sets and not with its square. A bucket that holds more sets than that, and different ones, is left to keys of one
element more, which are rarer; what is crowded under keys of MOST_ELEMENTS is compared with the neighbours alone, and
said to be so.
"""

from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["LARGEST", "MOST_ELEMENTS", "NEIGHBOURS", "Likeness", "SimilarSets", "similar_sets"]

NEIGHBOURS: Final = 16
MOST_ELEMENTS: Final = 3  # of a key; at most Likeness.fewest_shared
LARGEST: Final = 120  # elements: at a Jaccard index of 0.8 some 3,000 keys of three
_AT_ONCE: Final = 200_000  # pairs compared in one piece: their elements take some 50 MB
_MIXER: Final = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio: spreads keys (Knuth, 6.4)

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Likeness(NamedTuple):
    """When two sets are nearly equal: by their Jaccard index, and by how many elements they share."""

    jaccard: float
    fewest_shared: int


class SimilarSets(NamedTuple):
    """Places of nearly equal sets, `first` before `later`, and which sets have more neighbours than were compared."""

    first: IntArray
    later: IntArray
    is_crowded: BoolArray


def similar_sets(sets: sparse.csr_matrix, blocks: IntArray, likeness: Likeness) -> SimilarSets:
    """Find the nearly equal sets of each block.

    Args:
        sets: n x p, 1 where a set has an element; sorted, the rarest elements in the first columns.
        blocks: n, the block of each set; sets of a negative block resemble none.
        likeness: from when on two sets are nearly equal.

    Returns:
        All pairs between sets that are not crowded; of equal sets at least as many as connect them. Sorted.
    """
    sizes = np.diff(sets.indptr)
    left = np.flatnonzero((blocks >= 0) & (sizes >= likeness.fewest_shared))
    content = sets @ _weights(sets.shape[1])
    is_crowded = np.zeros(len(sizes), dtype=np.bool_)
    found = [np.empty((0, 2), dtype=np.int64)]
    for elements in range(1, MOST_ELEMENTS + 1):
        keys, rows = _keys(sets, blocks, left, elements, likeness)
        order = np.lexsort((rows, content[rows], keys))
        keys, rows = keys[order], rows[order]
        crowded = _is_crowded(keys, content[rows])
        goes_deeper = crowded & (sizes[rows] <= LARGEST) & (elements < MOST_ELEMENTS)
        found += _similar_neighbours(sets, keys[~goes_deeper], rows[~goes_deeper], likeness)
        is_crowded[rows[crowded & ~goes_deeper]] = True
        left = np.unique(rows[goes_deeper])
    pairs = np.unique(np.concatenate(found), axis=0)
    return SimilarSets(pairs[:, 0], pairs[:, 1], is_crowded)


def _keys(
    sets: sparse.csr_matrix, blocks: IntArray, left: IntArray, elements: int, likeness: Likeness
) -> tuple[npt.NDArray[np.uint64], IntArray]:
    """Every choice of so many of the rarest elements of each set that is left, hashed with its block, and the set."""
    sizes = np.diff(sets.indptr)[left]
    prefix = sizes - np.ceil(likeness.jaccard * sizes - 1e-9).astype(np.int64) + elements
    order = np.argsort(-prefix, kind="stable")
    left, prefix = left[order], prefix[order]
    start = sets.indptr[left]
    keys, rows = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int64)]
    for places in combinations(range(int(prefix.max(initial=0))), elements):
        reach = int(np.searchsorted(-prefix, -places[-1], side="left"))  # the sets whose prefix is long enough
        key = blocks[left[:reach]].astype(np.uint64)
        for place in places:
            key = (key ^ (key >> np.uint64(32))) * _MIXER + sets.indices[start[:reach] + place].astype(np.uint64)
        keys.append(key)
        rows.append(left[:reach])
    return np.concatenate(keys), np.concatenate(rows)


def _is_crowded(keys: npt.NDArray[np.uint64], content: npt.NDArray[np.float64]) -> BoolArray:
    """Whether an entry's bucket holds more sets than are compared with each other, and not equal ones only."""
    _, bucket, size = np.unique(keys, return_inverse=True, return_counts=True)
    first = np.cumsum(size) - size
    is_mixed = content[first] != content[first + size - 1]  # sorted by content inside a bucket
    return np.asarray((is_mixed & (size > NEIGHBOURS + 1))[bucket], dtype=np.bool_)


def _similar_neighbours(
    sets: sparse.csr_matrix, keys: npt.NDArray[np.uint64], rows: IntArray, likeness: Likeness
) -> list[IntArray]:
    count = max(1, sets.shape[0])  # a pair is one number while it is made unique
    found = []
    for distance in range(1, NEIGHBOURS + 1):
        near = np.flatnonzero(keys[:-distance] == keys[distance:])
        low, high = np.minimum(rows[near], rows[near + distance]), np.maximum(rows[near], rows[near + distance])
        pairs = np.column_stack(np.divmod(np.unique(low * count + high), count))
        found += [part[_is_alike(sets, part, likeness)] for part in np.array_split(pairs, 1 + len(pairs) // _AT_ONCE)]
    return found


def _is_alike(sets: sparse.csr_matrix, pairs: IntArray, likeness: Likeness) -> BoolArray:
    sizes = np.diff(sets.indptr)
    shared = np.asarray(sets[pairs[:, 0]].multiply(sets[pairs[:, 1]]).sum(axis=1)).ravel()
    united = sizes[pairs[:, 0]] + sizes[pairs[:, 1]] - shared
    enough = (shared >= likeness.fewest_shared) & (shared >= likeness.jaccard * united - 1e-9)
    return np.asarray(enough, dtype=np.bool_)


def _weights(size: int) -> npt.NDArray[Any]:
    """One irrational number an element, so that equal contents have equal sums and others hardly do."""
    return np.asarray(np.modf(np.sqrt(5.0) * np.arange(1, size + 1) ** 1.5)[0], dtype=np.float64)
