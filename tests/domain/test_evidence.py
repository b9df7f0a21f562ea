import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.feature_engineering import ScorerParams
from orphan_disease.domain.evidence import NOT_HIDDEN, CategoryMembership, hidden_columns, mask_disorders, pool_evidence

LIKELIHOOD = (ScorerParams(name="likelihood", temperatures=(1.0,)),)


def _pool(scores: list[list[float]], categories: list[str]) -> pd.DataFrame:
    membership = CategoryMembership(categories, ("a", "b"))
    found = pool_evidence({"likelihood": np.array(scores, dtype=np.float32)}, membership, LIKELIHOOD, (1, 2))
    return pd.DataFrame(found)


def test_pools_a_hand_computed_case() -> None:
    # Category a: scores ln 4 and ln 2, mean likelihood 3; b: ln 1, mean 1. So p(a) = 3 / 4.
    row = _pool([[np.log(4), np.log(2), 0.0]], ["a", "a", "b"]).iloc[0]
    assert row["evidence__likelihood_pooled_t1_a"] == pytest.approx(np.log(0.75))
    assert row["evidence__likelihood_pooled_t1_b"] == pytest.approx(np.log(0.25))
    assert row["evidence__likelihood_pooled_t1_margin"] == pytest.approx(np.log(3))
    assert row["evidence__likelihood_pooled_t1_entropy"] == pytest.approx(0.5623351)  # nats, of (0.75, 0.25)
    assert row["evidence__likelihood_best_a"] == 0.0
    assert row["evidence__likelihood_best_b"] == pytest.approx(-np.log(4))
    assert row["evidence__likelihood_level"] == pytest.approx(np.log(4))
    assert row["evidence__likelihood_share_top1_a"] == 1.0
    assert row["evidence__likelihood_share_top2_b"] == 0.0


@given(arrays(np.float32, (5, 40), elements=st.floats(-30, 30, width=32)))
def test_a_case_has_the_same_evidence_alone_as_among_others_to_the_last_bit(scores: npt.NDArray[np.float32]) -> None:
    categories = ["a", "b", "unknown", "b"] * 10
    together = _pool(scores.tolist(), categories)
    alone = [_pool(scores[[row]].tolist(), categories) for row in range(len(scores))]
    pd.testing.assert_frame_equal(pd.concat(alone, ignore_index=True), together, check_exact=True)


def test_a_disorder_of_unknown_category_is_no_evidence() -> None:
    with_unknown = _pool([[1.0, 9.0, 0.0]], ["a", "unknown", "b"])
    without = _pool([[1.0, 0.0]], ["a", "b"])
    pd.testing.assert_frame_equal(with_unknown, without)


def test_hiding_a_disorder_equals_its_absence_but_for_the_mean() -> None:
    scores = np.array([[3.0, 1.0, 0.5, 0.0]], dtype=np.float32)
    hidden = mask_disorders(scores, np.array([0]))
    row = _pool(hidden.tolist(), ["a", "a", "b", "b"]).iloc[0]
    assert row["evidence__likelihood_level"] == 1.0
    assert row["evidence__likelihood_share_top1_a"] == 1.0
    assert scores[0, 0] == 3.0


def test_own_disorders_of_simulated_cases_are_hidden_in_the_wanted_share() -> None:
    labels = pd.DataFrame(
        {
            columns.DISORDER_ID: ["d1", "d0"] * 500 + ["d1", "elsewhere"],
            columns.PROVENANCE: ["simulated"] * 1000 + ["publication", "simulated"],
        }
    )
    hidden = hidden_columns(labels, ("d0", "d1"), share_simulated=0.7, hide_all=False, seed=0)
    assert (hidden[:1000] != NOT_HIDDEN).mean() == pytest.approx(0.7, abs=0.05)
    assert set(hidden[:1000:2]) == {NOT_HIDDEN, 1}
    assert hidden[1000:].tolist() == [NOT_HIDDEN, NOT_HIDDEN]
    everything = hidden_columns(labels, ("d0", "d1"), share_simulated=0.0, hide_all=True, seed=0)
    assert everything[-2:].tolist() == [1, NOT_HIDDEN]


def test_a_category_without_disorders_is_refused() -> None:
    with pytest.raises(ValueError, match="category b"):
        CategoryMembership(["a", "unknown"], ("a", "b"))


@given(st.integers(0, 2**32 - 1), st.floats(-50, 50))
def test_adding_a_constant_moves_the_level_only(seed: int, shift: float) -> None:
    scores = np.random.default_rng(seed).normal(size=(1, 6)).astype(np.float32)
    categories = ["a", "b", "a", "b", "unknown", "a"]
    before, after = _pool(scores.tolist(), categories), _pool((scores + np.float32(shift)).tolist(), categories)
    moved = (after - before).drop(columns="evidence__likelihood_level")
    assert np.abs(moved.to_numpy()).max() < 1e-3
