from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from orphan_disease.domain.similar_sets import LARGEST, NEIGHBOURS, Likeness, SimilarSets, similar_sets

LIKENESS = Likeness(jaccard=0.8, fewest_shared=3)


def found(sets: list[set[int]], blocks: list[int] | None = None, likeness: Likeness = LIKENESS) -> SimilarSets:
    """The similar sets of a list, its elements numbered by how rare they are."""
    elements = sorted({element for each in sets for element in each})
    rank = sorted(elements, key=lambda element: (sum(element in each for each in sets), element))
    table = np.array([[element in each for element in rank] for each in sets], dtype=np.int32).reshape(len(sets), -1)
    numbers = np.zeros(len(sets), dtype=np.int64) if blocks is None else np.array(blocks)
    return similar_sets(sparse.csr_matrix(table), numbers, likeness)


def pairs_of(result: SimilarSets) -> set[tuple[int, int]]:
    return set(zip(result.first.tolist(), result.later.tolist(), strict=True))


def by_hand(sets: list[set[int]], likeness: Likeness = LIKENESS) -> set[tuple[int, int]]:
    """Every set compared with every other."""
    return {
        (first, later)
        for later, other in enumerate(sets)
        for first, one in enumerate(sets[:later])
        if len(one & other) >= likeness.fewest_shared and len(one & other) >= likeness.jaccard * len(one | other)
    }


def test_sets_that_share_four_of_five_are_alike_in_one_block_only() -> None:
    sets = [{1, 2, 3, 4, 5}, {1, 2, 3, 4}, {1, 2, 3, 6}, {1, 2, 3, 4, 5}]
    assert pairs_of(found(sets)) == {(0, 1), (0, 3), (1, 3)}
    assert pairs_of(found(sets, [0, 1, 0, 0])) == {(0, 3)}
    assert pairs_of(found(sets, [-1, 0, 0, -1])) == set()
    assert pairs_of(found([{1, 2}, {1, 2}])) == set()  # too few elements


def test_no_set_resembles_none() -> None:
    result = similar_sets(sparse.csr_matrix((0, 0), dtype=np.int32), np.empty(0, dtype=np.int64), LIKENESS)
    assert not len(result.first)
    assert not len(result.is_crowded)


def test_a_crowd_under_one_element_is_told_apart_by_two_or_three() -> None:
    # Forty pairs share the element 0, which is rarer than those of every pair's own (each borne by two pairs).
    common = [{0, *(1_000 + number for number in range(pair, pair + 5))} for pair in range(40) for _ in range(2)]
    fillers = [{1_000 + element} for element in range(45) for _ in range(90)]
    result = found([*common, *fillers])
    assert pairs_of(result) == by_hand(common)
    assert not result.is_crowded.any()


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 90))
def test_every_pair_of_sets_that_are_not_crowded_is_found(random: Any, size: int) -> None:
    sets = [set(random.sample(range(9), random.randint(3, 8))) for _ in range(size)]
    result = found(sets)
    crowded = set(np.flatnonzero(result.is_crowded).tolist())
    expected = by_hand(sets)
    assert pairs_of(result) <= expected
    missed = expected - pairs_of(result)
    equal = {(first, later) for first, later in missed if sets[first] == sets[later]}
    assert all({*pair} & crowded for pair in missed - equal)
    for content in {frozenset(each) for each in sets}:  # equal sets are connected, each to one before it
        places = [place for place, each in enumerate(sets) if each == content]
        assert len({later for first, later in pairs_of(result) if {first, later} <= {*places}}) == len(places) - 1


def test_sets_with_too_many_elements_are_not_searched_by_further_keys() -> None:
    shared = set(range(LARGEST))
    crowd = [shared | {1_000 + place} for place in range(NEIGHBOURS + 5)]
    result = found(crowd)
    assert result.is_crowded.all()
    assert len(result.first) >= len(crowd) - 1  # each with the nearest of them
