import numpy as np
import pytest

from orphan_disease.contracts.parameters.knowledge import CategoryScheme
from orphan_disease.domain.categories import categories_of_heads, category_of_heads, organ_systems, term_voices
from tests.domain.organ_systems import BODY, BONE, BRAIN, EYE, GAZE, LAXITY, SEIZURE, SKELETON, toy_ontology, toy_scheme


@pytest.mark.parametrize(
    ("heads", "category"),
    [
        (["3"], "bone"),
        (["3", "2"], "nerve"),  # precedence, whatever the order of the heads
        (["9"], "rest"),
        (["9", "3"], "bone"),
        ([], "unknown"),
    ],
)
def test_the_first_category_that_names_a_head_wins(heads: list[str], category: str) -> None:
    assert category_of_heads(heads, toy_scheme()) == category


@pytest.mark.parametrize(
    ("heads", "categories"),
    [
        (["3", "2"], {"nerve", "bone"}),
        (["1", "2"], {"nerve"}),
        (["9", "3"], {"bone", "rest"}),  # no category names 9
        (["9"], {"rest"}),
        ([], set()),
    ],
)
def test_every_category_that_names_a_head_is_filed(heads: list[str], categories: set[str]) -> None:
    assert categories_of_heads(heads, toy_scheme()) == categories


def test_where_nothing_takes_the_rest_another_head_says_nothing() -> None:
    scheme = toy_scheme()
    strict = CategoryScheme(name="strict", categories=scheme.categories[:2])
    assert category_of_heads(["9"], strict) == "unknown"


def test_organ_systems_are_the_children_of_the_root_and_the_named_roots() -> None:
    assert organ_systems(toy_ontology(), toy_scheme()) == (BRAIN, BODY, SKELETON, EYE)


@pytest.mark.parametrize(
    ("term", "shares"),
    [
        (SEIZURE, [1, 0, 0]),
        (BONE, [0, 1, 0]),  # below BODY too, but inside the named root
        (LAXITY, [0, 0, 1]),  # below BODY, outside the named root
        (BODY, [0, 0, 1]),
        (GAZE, [0.5, 0, 0.5]),
        ("HP:0000118", [0, 0, 0]),
        ("HP:0000001", [0, 0, 0]),
    ],
)
def test_a_term_speaks_for_the_categories_of_its_roots(term: str, shares: list[float]) -> None:
    ontology = toy_ontology()
    np.testing.assert_allclose(term_voices(ontology, toy_scheme())[ontology.index[term]], shares)
