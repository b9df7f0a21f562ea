"""What cannot be true of one patient: the quick look at a handful of cases says what the frames' own rules say."""

from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.contracts import columns
from orphan_disease.domain.contradictions import is_any_term_contradicted, resolve_terms
from tests.domain import tiny_knowledge as tiny

ONTOLOGY = tiny.tiny_ontology()
some_terms = st.lists(st.sampled_from([*ONTOLOGY.term_ids, "HP:7777777"]), max_size=4, unique=True)


@given(st.lists(st.tuples(some_terms, some_terms), min_size=1, max_size=3))
def test_the_quick_look_finds_a_contradiction_where_one_is_resolved(lists: list[tuple[list[str], list[str]]]) -> None:
    given_terms = [{columns.OBSERVED_TERMS: seen, columns.EXCLUDED_TERMS: denied} for seen, denied in lists]
    _, found = resolve_terms(tiny.tiny_cases(*given_terms), ONTOLOGY)
    observed, excluded = zip(*lists, strict=True)
    assert is_any_term_contradicted(observed, excluded, ONTOLOGY) == (not found.empty)


def test_the_more_precise_exclusion_beside_an_observation_is_no_contradiction() -> None:
    assert is_any_term_contradicted([[tiny.LAMELLAR]], [[tiny.CATARACT]], ONTOLOGY)
    assert not is_any_term_contradicted([[tiny.CATARACT]], [[tiny.LAMELLAR]], ONTOLOGY)
