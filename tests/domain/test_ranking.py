import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orphan_disease.domain.ranking import Ranker, best_disorders, fuse_ranks
from tests.domain import tiny_knowledge as tiny

TERMS = (tiny.EYE, tiny.CATARACT, tiny.LAMELLAR, tiny.COLOBOMA, tiny.HEART, tiny.MURMUR)
RANKER = Ranker(tiny.tiny_knowledge())
findings = st.lists(st.sampled_from(TERMS), min_size=1, max_size=6, unique=True)


def likelihood(observed: list[str], excluded: list[str] | None = None) -> np.ndarray:
    batch = tiny.tiny_batch({"observed_terms": observed, "excluded_terms": excluded or []})
    return RANKER.score(batch).scorers["likelihood"][0]


def test_a_finding_backs_off_to_the_ancestor_that_explains_it_best() -> None:
    # Lamellar cataract in A, which knows cataract only: ln f + IC(a) (1 + c) - c IC(t), c = 1.5.
    expected = np.log(5.5 / 8) + 2.5 * np.log(3 / 2) - 1.5 * np.log(3)
    assert likelihood([tiny.LAMELLAR])[0] == pytest.approx(expected, rel=1e-5)


def test_the_root_explains_nothing() -> None:
    # C shares only "abnormality of the eye" (no information) with a lamellar cataract, and only the root with a murmur.
    assert likelihood([tiny.MURMUR])[2] == pytest.approx(np.log(0.53125) - 1.5 * np.log(3))
    assert likelihood([tiny.MURMUR])[1] == pytest.approx(max(np.log(0.625) - 1.5 * np.log(3), np.log(0.1)))
    assert likelihood([tiny.MURMUR])[2] < 0


def test_an_excluded_feature_speaks_against_the_disorder_that_has_it() -> None:
    against = likelihood([tiny.MURMUR], [tiny.CATARACT]) - likelihood([tiny.MURMUR])
    assert against[0] == pytest.approx(0.3 * np.log((1 - 5.5 / 8) / 0.98), rel=1e-5)
    assert against[2] == 0.0


@given(findings)
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_findings_and_of_the_batch_makes_no_difference(observed: list[str]) -> None:
    first = {"case_id": "x", "observed_terms": observed}
    other = {"case_id": "y", "observed_terms": [tiny.HEART]}
    turned = {"case_id": "x", "observed_terms": observed[::-1]}
    here = RANKER.score(tiny.tiny_batch(first, other))
    there = RANKER.score(tiny.tiny_batch(other, turned))
    np.testing.assert_allclose(here.fused[0], there.fused[1], rtol=1e-6)
    np.testing.assert_allclose(here.scorers["likelihood"][0], there.scorers["likelihood"][1], rtol=1e-5, atol=1e-6)


@given(findings.filter(lambda terms: tiny.COLOBOMA not in terms))
@settings(max_examples=30, deadline=None)
def test_a_specific_symptom_of_a_disorder_raises_its_score(observed: list[str]) -> None:
    assert likelihood([*observed, tiny.COLOBOMA])[2] > likelihood(observed)[2]


@given(findings)
@settings(max_examples=20, deadline=None)
def test_probabilities_sum_to_one(observed: list[str]) -> None:
    scores = RANKER.score(tiny.tiny_batch({"observed_terms": observed}))
    assert scores.probabilities.sum() == pytest.approx(1.0, rel=1e-5)


def test_a_case_without_findings_ranks_nothing_above_anything() -> None:
    scores = RANKER.score(tiny.tiny_batch({}))
    assert np.ptp(scores.scorers["likelihood"]) == 0.0


def test_fusion_adds_the_reciprocals_of_the_ranks() -> None:
    scorers = {"a": np.array([[3.0, 2.0, 1.0]], np.float32), "b": np.array([[1.0, 3.0, 2.0]], np.float32)}
    fused = fuse_ranks(scorers, constant=60, depth=2)
    expected = [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62]
    np.testing.assert_allclose(fused[0], expected, rtol=1e-5)
    weighted = fuse_ranks(scorers, constant=60, depth=2, weights={"b": 2.0})
    np.testing.assert_allclose(weighted[0], [2 / 63, 2 / 61, 2 / 62], rtol=1e-5)


def test_the_memory_of_terms_changes_nothing() -> None:
    batch = tiny.tiny_batch({"observed_terms": [tiny.LAMELLAR, tiny.MURMUR]})
    fresh, used = Ranker(tiny.tiny_knowledge()).score(batch), RANKER.score(batch)
    np.testing.assert_array_equal(fresh.fused, used.fused)


@given(scores=arrays(np.float32, (3, 7), elements=st.integers(0, 3).map(np.float32)), depth=st.integers(1, 9))
def test_the_best_are_those_of_a_full_stable_sort(scores: npt.NDArray[np.float32], depth: int) -> None:
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    np.testing.assert_array_equal(best_disorders(scores, depth), expected)


def test_no_case_lists_nothing() -> None:
    assert best_disorders(np.empty((0, 5)), 3).shape == (0, 3)
