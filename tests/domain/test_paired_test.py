from itertools import product

import numpy as np
import pytest

from orphan_disease.domain.metrics import GroupTallies, f1_scores
from orphan_disease.domain.paired_test import macro_f1, paired_difference, permutation_p_value


def _tallies(confusion: np.ndarray) -> GroupTallies:
    size = confusion.sum(axis=(1, 2))
    return GroupTallies(confusion=confusion, loss=np.zeros(len(size)), size=size)


def test_the_p_value_is_that_of_every_exchange() -> None:
    """Five groups have 32 exchanges, which can be gone through; many random ones come near their share."""
    generator = np.random.default_rng(3)
    old = generator.integers(0, 4, size=(5, 2, 2)).astype(float)
    new = old.copy()
    new[:, 0, 0] += old[:, 0, 1]
    new[:, 0, 1] = 0
    leads = []
    for signs in product([0.0, 1.0], repeat=5):
        exchanged = np.array(signs)[:, None, None].astype(bool)
        first, second = np.where(exchanged, new, old), np.where(exchanged, old, new)
        leads.append(f1_scores(second.sum(axis=0))[2].mean() - f1_scores(first.sum(axis=0))[2].mean())
    exact = np.mean(np.array(leads) >= leads[0] - 1e-12)
    found = permutation_p_value(_tallies(old), _tallies(new), permutations=20_000, seed=1)
    assert found == pytest.approx(exact, abs=0.01)
    assert permutation_p_value(_tallies(old), _tallies(old), permutations=50, seed=1) == 1.0


def test_without_a_challenger_a_difference_either_way_counts() -> None:
    # Sixteen groups of one case each: the one model is right in all, the other in none.
    right, wrong = (np.tile(each, (16, 1, 1)) for each in (np.diag([1.0, 1.0]), np.array([[0.0, 1.0], [1.0, 0.0]])))
    better, worse = _tallies(right), _tallies(wrong)
    assert permutation_p_value(better, worse, permutations=500, seed=0) == 1.0
    p_value = permutation_p_value(better, worse, permutations=500, seed=0, two_sided=True)
    assert p_value == permutation_p_value(worse, better, permutations=500, seed=0, two_sided=True)
    assert p_value < 0.02


def test_the_difference_is_resampled_in_pairs() -> None:
    # The second model is right where the first is, and in one more case of every group: no resample shows no gain.
    first = _tallies(np.tile([[3.0, 2.0], [2.0, 3.0]], (10, 1, 1)))
    second = _tallies(np.tile([[4.0, 1.0], [1.0, 4.0]], (10, 1, 1)))
    lead = paired_difference(first, second, samples=50, level=0.9, seed=1)
    assert macro_f1(first) == pytest.approx(0.6)
    assert (lead.value, lead.low, lead.high) == pytest.approx((0.2, 0.2, 0.2))
    assert lead.standard_error == pytest.approx(0.0, abs=1e-12)
    same = paired_difference(first, first, samples=50, level=0.9, seed=1)
    assert (same.value, same.standard_error) == (0.0, 0.0)
