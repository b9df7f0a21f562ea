import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.domain.explanation import explain
from orphan_disease.domain.questions import expected_gain, next_questions
from orphan_disease.domain.ranking import Ranker
from tests.domain import tiny_knowledge as tiny

TERMS = (tiny.EYE, tiny.CATARACT, tiny.LAMELLAR, tiny.COLOBOMA, tiny.HEART, tiny.MURMUR)
KNOWLEDGE = tiny.tiny_knowledge()
RANKER = Ranker(KNOWLEDGE)
subsets = st.lists(st.sampled_from(TERMS), max_size=6, unique=True)


@given(subsets, subsets, st.sampled_from(KNOWLEDGE.disorder_ids), st.sampled_from(["PMID:1", "PMID:2", None]))
@settings(max_examples=60, deadline=None)
def test_contributions_sum_to_the_score(
    observed: list[str], excluded: list[str], disorder: str, reference: str | None
) -> None:
    batch = tiny.tiny_batch({"observed_terms": observed, "excluded_terms": excluded, "reference": reference})
    score = RANKER.score(batch, "own").scorers["likelihood"][0, KNOWLEDGE.index[disorder]]
    why = explain(batch, disorder, KNOWLEDGE, leave_out_own=True)
    assert why.score == pytest.approx(float(score), rel=1e-4, abs=1e-5)
    assert sum(each.nats for each in why.contributions) == pytest.approx(why.score)


def test_a_finding_names_the_annotation_that_explains_it() -> None:
    why = explain(tiny.tiny_batch({"observed_terms": [tiny.LAMELLAR]}), "ORPHA:1", KNOWLEDGE)
    assert why.disorder_id == "OMIM:1"
    assert why.contributions[0].matched_id == tiny.CATARACT
    assert why.contributions[0].matched_frequency == pytest.approx(5.5 / 8)


def test_typical_features_of_which_nothing_is_said_are_missing() -> None:
    said_nothing = explain(tiny.tiny_batch({"observed_terms": [tiny.CATARACT]}), "OMIM:1", KNOWLEDGE)
    ruled_out = explain(
        tiny.tiny_batch({"observed_terms": [tiny.CATARACT], "excluded_terms": [tiny.HEART]}), "OMIM:1", KNOWLEDGE
    )
    assert [each.term_id for each in said_nothing.missing] == [tiny.MURMUR]
    assert ruled_out.missing == ()


def test_one_case_at_a_time() -> None:
    with pytest.raises(ValueError, match="one case"):
        explain(tiny.tiny_batch({}, {}), "OMIM:1", KNOWLEDGE)


def test_expected_gain_is_the_mutual_information() -> None:
    weights, frequencies = np.array([0.25, 0.75]), np.array([[0.9], [0.2]])
    joint = np.array([[0.25 * 0.9, 0.25 * 0.1], [0.75 * 0.2, 0.75 * 0.8]])
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    by_definition = (joint * np.log2(joint / independent)).sum()
    assert expected_gain(weights, frequencies)[0][0] == pytest.approx(by_definition)


def test_no_question_is_implied_by_what_is_known() -> None:
    batch = tiny.tiny_batch({"observed_terms": [tiny.LAMELLAR], "excluded_terms": [tiny.HEART]})
    probabilities = np.full(4, 0.25, dtype=np.float32)
    asked = next_questions(batch, probabilities, KNOWLEDGE, size=10, least_disorders=1)
    assert [each.term_id for each in asked] == [tiny.COLOBOMA]
    assert asked[0].bits > 0


def test_the_question_that_tells_the_leading_disorders_apart_comes_first() -> None:
    probabilities = np.array([0.0, 0.5, 0.5, 0.0], dtype=np.float32)
    asked = next_questions(tiny.tiny_batch({}), probabilities, KNOWLEDGE, size=3, least_disorders=1)
    assert {asked[0].term_id, asked[1].term_id} == {tiny.LAMELLAR, tiny.COLOBOMA}
    assert asked[0].bits >= asked[1].bits > 0
