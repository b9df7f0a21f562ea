import numpy as np
import pytest

from orphan_disease.domain.borrowed_evidence import name_vocabulary, terms_in_name
from orphan_disease.domain.evidence_rows import EvidenceKind
from orphan_disease.domain.knowledge import KnowledgeBase
from tests.domain import tiny_knowledge as tiny


def frequency(knowledge: KnowledgeBase, disorder: str, term: str) -> float:
    return float(knowledge.profiles[knowledge.index[disorder], knowledge.ontology.index[term]])


def test_counts_shrink_to_the_prior_of_three_patients_of_whom_half_have_the_feature() -> None:
    knowledge = tiny.tiny_knowledge()
    assert frequency(knowledge, "OMIM:1", tiny.CATARACT) == pytest.approx((4 + 1.5) / (5 + 3))
    assert frequency(knowledge, "OMIM:1", tiny.MURMUR) == pytest.approx((1 + 1.5) / (2 + 3))


def test_an_ancestor_is_as_frequent_as_its_most_frequent_descendant() -> None:
    knowledge = tiny.tiny_knowledge()
    assert frequency(knowledge, "OMIM:1", "HP:0000118") == pytest.approx(5.5 / 8)
    assert frequency(knowledge, "OMIM:1", tiny.HEART) == pytest.approx(2.5 / 5)


def test_a_negated_feature_is_no_part_of_the_profile() -> None:
    assert frequency(tiny.tiny_knowledge(), "OMIM:3", tiny.MURMUR) == 0.0


def test_a_disorder_without_rows_borrows_from_its_kin() -> None:
    knowledge = tiny.tiny_knowledge()
    assert frequency(knowledge, "ORPHA:4", tiny.CATARACT) == pytest.approx((4.5 / 6) / 1.5)
    assert knowledge.own_profiles[knowledge.index["ORPHA:4"]].nnz == 0


def test_what_kin_lend_cites_what_the_kin_cite() -> None:
    left = tiny.tiny_knowledge().without_references(["PMID:1"])
    assert frequency(left, "ORPHA:4", tiny.CATARACT) == 0.0
    assert frequency(left, "ORPHA:4", tiny.MURMUR) == pytest.approx((1.5 / 3) / 1.5)


def test_information_counts_annotated_disorders_only() -> None:
    knowledge = tiny.tiny_knowledge()
    information = dict(zip(knowledge.ontology.term_ids, knowledge.information, strict=True))
    assert information[tiny.CATARACT] == pytest.approx(np.log(3 / 2))
    assert information[tiny.MURMUR] == pytest.approx(np.log(3))
    assert information[tiny.EYE] == information["HP:0000001"] == 0.0


def test_rows_are_counted_by_kind() -> None:
    knowledge = tiny.tiny_knowledge()
    counts = knowledge.row_counts[knowledge.index["ORPHA:4"]]
    assert counts.tolist() == [0.0, 0.0, 0.0, 2.0]
    assert counts[EvidenceKind.RELATIVE] == 2.0


def test_a_name_states_the_longest_labels_that_it_spells() -> None:
    ontology = tiny.tiny_ontology()
    vocabulary = name_vocabulary(ontology, [(tiny.MURMUR, "Cardiac murmur")])
    found = terms_in_name("Lamellar cataracts with cardiac murmur, type 2", vocabulary)
    assert [ontology.term_ids[place] for place in found] == [tiny.LAMELLAR, tiny.MURMUR]
