import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.domain.ranking_metrics import (
    UNRANKED,
    bootstrap_interval,
    expected_recall,
    expected_reciprocal_rank,
    tie_ranks,
)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=5), st.integers(0, 4), st.integers(1, 5))
@settings(max_examples=60)
def test_ties_count_as_the_mean_over_every_order_that_breaks_them(values: list[int], place: int, depth: int) -> None:
    truth = place % len(values)
    orders = [
        order
        for order in itertools.permutations(range(len(values)))
        if all(values[a] >= values[b] for a, b in itertools.pairwise(order))
    ]
    ranks = tie_ranks(np.array([values], dtype=float), np.array([truth]))
    places = [order.index(truth) + 1 for order in orders]
    assert expected_recall(ranks, depth)[0] == pytest.approx(np.mean([each <= depth for each in places]))
    assert expected_reciprocal_rank(ranks)[0] == pytest.approx(np.mean([1 / each for each in places]))


def test_a_disorder_that_is_not_ranked_is_a_miss_at_every_depth() -> None:
    ranks = tie_ranks(np.array([[1.0, 1.0]]), np.array([UNRANKED]))
    assert expected_recall(ranks, 100)[0] == 0.0
    assert expected_reciprocal_rank(ranks)[0] == 0.0


def test_the_interval_draws_whole_groups() -> None:
    values = np.array([1.0] * 50 + [0.0] * 50)
    together = bootstrap_interval(values, ["a"] * 50 + ["b"] * 50, samples=200, seed=1)
    apart = bootstrap_interval(values, range(100), samples=200, seed=1)
    assert together == (0.0, 1.0)
    assert apart[0] > 0.3
    assert apart[1] < 0.7
