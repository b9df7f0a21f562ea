import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain.random_draws import normals, record_keys, round_randomly, uniforms


@given(seed=st.integers(0, 2**63), first=st.integers(0, 10_000))
def test_a_record_has_the_same_key_alone_and_among_others(seed: int, first: int) -> None:
    assert record_keys(seed, 1, first=first + 4)[0] == record_keys(seed, 8, first=first)[4]


def test_uniforms_are_uniform_and_independent_over_positions_and_streams() -> None:
    keys = record_keys(3, 100_000)
    first, second, other = uniforms(keys, 1), uniforms(keys, 1, 1), uniforms(keys, 2)
    assert 0.0 < first.min() and first.max() < 1.0
    counts, _ = np.histogram(first, bins=20, range=(0, 1))
    assert ((counts - 5_000) ** 2 / 5_000).sum() < 50  # chi-squared, 19 degrees of freedom: p < 0.0002 beyond
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.015
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.015


def test_seeds_differ() -> None:
    assert not np.intersect1d(record_keys(1, 1_000), record_keys(2, 1_000)).size


def test_normals_have_the_standard_moments() -> None:
    draws = normals(record_keys(5, 100_000), 1)
    assert abs(draws.mean()) < 0.015
    assert abs(draws.std() - 1.0) < 0.01


@given(expected=st.floats(0, 50))
def test_rounding_keeps_the_mean(expected: float) -> None:
    chances = (np.arange(10_000) + 0.5) / 10_000
    assert abs(round_randomly(np.full(10_000, expected), chances).mean() - expected) < 2e-4
