import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Sex
from orphan_disease.domain.demographic_facts import FEMALE_ONLY, MALE_ONLY
from orphan_disease.domain.finding_methods import FoundBy
from orphan_disease.domain.knowledge import KnowledgeBase
from orphan_disease.domain.questions import _findings, next_questions
from tests.domain import tiny_knowledge as tiny

TERMS = (tiny.EYE, tiny.CATARACT, tiny.LAMELLAR, tiny.COLOBOMA, tiny.HEART, tiny.MURMUR)
KNOWLEDGE = tiny.tiny_knowledge()
subsets = st.lists(st.sampled_from(TERMS), max_size=4, unique=True)
shares = st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4)


@given(subsets, subsets, shares)
@settings(max_examples=150, deadline=None)
def test_no_question_is_implied_or_ruled_out_by_what_is_known_or_by_another_question(
    observed: list[str], excluded: list[str], weights: list[float]
) -> None:
    case = tiny.tiny_batch({columns.OBSERVED_TERMS: observed, columns.EXCLUDED_TERMS: excluded})
    probabilities = np.array(weights, dtype=np.float32)
    ontology = KNOWLEDGE.ontology
    present = {term for each in observed for term in ontology.ancestors(each)}
    asked = next_questions(case, probabilities / probabilities.sum(), KNOWLEDGE, size=10, least_disorders=1)
    for question in asked:
        above = ontology.ancestors(question.term_id)
        assert question.term_id not in present
        assert above.isdisjoint(set(excluded) - present)
        assert not any(other.term_id in above for other in asked if other is not question)
        assert 0 <= question.category_bits <= question.bits + 1e-9
        assert question.found_by is not FoundBy.SPECIAL


def test_findings_that_authors_name_are_asked_and_not_what_only_groups_them() -> None:
    probabilities = np.full(4, 0.25, dtype=np.float32)
    asked = next_questions(tiny.tiny_batch({}), probabilities, KNOWLEDGE, size=10, least_disorders=1)
    # "Heart" says as much as "murmur" (one disorder of three, ln 3 nats), but nobody recorded it; cataract is vaguer
    # than 1 nat (two of three).
    assert {each.term_id for each in asked} == {tiny.LAMELLAR, tiny.COLOBOMA, tiny.MURMUR}


def test_the_gain_on_the_category_by_hand() -> None:
    # Disorders C and A, alike probable, each alone in its category: what tells the disorders apart tells the
    # categories apart, so that the gains are equal.
    probabilities = np.array([0.5, 0.0, 0.5, 0.0], dtype=np.float32)
    asked = next_questions(tiny.tiny_batch({}), probabilities, KNOWLEDGE, size=10, least_disorders=1)
    by_term = {each.term_id: each for each in asked}
    yes = float(KNOWLEDGE.profiles[KNOWLEDGE.index["OMIM:3"], KNOWLEDGE.ontology.index[tiny.COLOBOMA]])
    frequencies = np.clip([0.0, yes], 0.02, 0.95)
    mean = frequencies.mean()
    entropy = lambda p: -(p * np.log2(p) + (1 - p) * np.log2(1 - p))  # noqa: E731
    coloboma = by_term[tiny.COLOBOMA]
    assert coloboma.bits == pytest.approx(entropy(mean) - entropy(frequencies).mean())
    assert coloboma.category_bits == pytest.approx(coloboma.bits)
    assert coloboma.probability == pytest.approx(mean)


@pytest.mark.parametrize(("sex", "hidden"), [(Sex.FEMALE, MALE_ONLY), (Sex.MALE, FEMALE_ONLY)])
def test_findings_of_the_other_sex_are_not_asked(sex: Sex, hidden: str) -> None:
    knowledge = tiny.tiny_knowledge()
    probabilities = np.full(4, 0.25, dtype=np.float32)
    case = tiny.tiny_batch({columns.SEX: sex.value})
    before = next_questions(case, probabilities, knowledge, size=10, least_disorders=1)
    of_sex = _findings(knowledge).of_sex
    of_sex[hidden][knowledge.ontology.index[tiny.COLOBOMA]] = True
    after = next_questions(case, probabilities, knowledge, size=10, least_disorders=1)
    assert {each.term_id for each in before} - {each.term_id for each in after} == {tiny.COLOBOMA}


def test_what_can_be_asked_is_worked_out_once_for_a_knowledge_base() -> None:
    knowledge = tiny.tiny_knowledge()
    assert _findings(knowledge) is _findings(knowledge)
    other: KnowledgeBase = tiny.tiny_knowledge()
    assert _findings(other) is not _findings(knowledge)
