import numpy as np
import pytest

from orphan_disease.domain.case_base import ConfirmedCases
from orphan_disease.domain.left_out import leave_own_paper_out, nothing_left_out
from orphan_disease.domain.ranking import Ranker
from tests.domain import tiny_knowledge as tiny

FINDINGS = {"observed_terms": [tiny.LAMELLAR, tiny.MURMUR], "excluded_terms": [tiny.COLOBOMA]}


def test_leaving_the_own_paper_out_equals_knowledge_that_never_had_it() -> None:
    knowledge = tiny.tiny_knowledge()
    cases = tiny.tiny_batch({**FINDINGS, "reference": "PMID:1"}, {**FINDINGS, "reference": "PMID:2"})
    left = Ranker(knowledge).score(cases, "own")
    for place, paper in enumerate(("PMID:1", "PMID:2")):
        never = Ranker(knowledge.without_references([paper])).score(cases, "none")
        for name, scores in left.scorers.items():
            np.testing.assert_allclose(scores[place], never.scorers[name][place], rtol=1e-5, err_msg=name)
        size = left.candidates.disorder.shape[1]
        rows = slice(place * size, (place + 1) * size)
        by_disorder = np.argsort(left.candidates.disorder[place]), np.argsort(never.candidates.disorder[place])
        np.testing.assert_allclose(
            np.delete(left.candidates.features[rows][by_disorder[0]], slice(0, 13), axis=1),
            np.delete(never.candidates.features[rows][by_disorder[1]], slice(0, 13), axis=1),
            rtol=1e-4,
            atol=1e-6,
        )


def test_the_paper_has_an_influence_where_it_is_not_left_out() -> None:
    cases = tiny.tiny_batch({**FINDINGS, "reference": "PMID:1"})
    ranker = Ranker(tiny.tiny_knowledge())
    kept, left = (ranker.score(cases, mode).scorers["likelihood"][0, 1] for mode in ("none", "own"))
    assert kept > left


def test_a_confirmed_case_never_sees_itself_a_copy_of_itself_or_its_paper() -> None:
    many = {"observed_terms": [tiny.LAMELLAR, tiny.COLOBOMA, tiny.MURMUR, tiny.HEART], "diagnosis_id": "OMIM:3"}
    base = tiny.tiny_cases({**many, "reference": "PMID:9"})
    knowledge = tiny.tiny_knowledge(ConfirmedCases.from_frame(base, tiny.tiny_ontology()))
    without = Ranker(tiny.tiny_knowledge())
    batch = tiny.tiny_batch(
        many,
        {**many, "case_id": "a copy under another id"},
        {"case_id": "of the same paper", "observed_terms": [tiny.MURMUR], "reference": "PMID:9"},
        {"case_id": "of another paper", "observed_terms": [tiny.MURMUR], "reference": "PMID:10"},
    )
    with_base = Ranker(knowledge).score(batch, "own").scorers["likelihood"]
    bare = without.score(batch, "own").scorers["likelihood"]
    np.testing.assert_allclose(with_base[:3], bare[:3], rtol=1e-5)
    assert with_base[3, 2] > bare[3, 2]


def test_a_patient_whom_no_paper_describes_leaves_out_what_was_worked_out_before() -> None:
    knowledge = tiny.tiny_knowledge()
    nothing = nothing_left_out(knowledge)
    living, published = tiny.tiny_batch({**FINDINGS}), tiny.tiny_batch({**FINDINGS, "reference": "PMID:1"})
    assert leave_own_paper_out(knowledge, living.identities, nothing) is nothing
    assert leave_own_paper_out(knowledge, living.identities).case.tolist() == nothing.case.tolist() == []
    assert leave_own_paper_out(knowledge, published.identities, nothing).case.tolist() != []


def test_a_confirmed_diagnosis_that_no_table_lists_becomes_a_disorder() -> None:
    base = tiny.tiny_cases({"observed_terms": [tiny.COLOBOMA], "diagnosis_id": "OMIM:99"})
    knowledge = tiny.tiny_knowledge(ConfirmedCases.from_frame(base, tiny.tiny_ontology()))
    place, coloboma = knowledge.index["OMIM:99"], knowledge.ontology.index[tiny.COLOBOMA]
    assert knowledge.profiles[place, coloboma] == pytest.approx((1 + 1.5) / (1 + 3))
    assert knowledge.without_case_base().profiles[place].nnz == 0


def test_the_case_base_leaves_the_information_contents_alone() -> None:
    base = tiny.tiny_cases({"observed_terms": [tiny.COLOBOMA], "diagnosis_id": "OMIM:1"})
    knowledge = tiny.tiny_knowledge(ConfirmedCases.from_frame(base, tiny.tiny_ontology()))
    np.testing.assert_array_equal(knowledge.information, tiny.tiny_knowledge().information)
