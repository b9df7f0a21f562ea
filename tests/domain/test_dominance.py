import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.knowledge import CategoryScheme, DominanceParams
from orphan_disease.domain.annotations import parse_hpoa
from orphan_disease.domain.dominance import (
    annotated_entries,
    dominant_categories,
    fit_dominance,
    leading_categories,
    system_shares,
)
from tests.domain.organ_systems import (
    BODY,
    BONE,
    BRAIN,
    CATARACT,
    EYE,
    GAZE,
    SEIZURE,
    SKELETON,
    toy_ontology,
    toy_scheme,
)

HEADER = "database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect"
SIGN = {"nerve": SEIZURE, "bone": BONE, "rest": CATARACT}


def _annotations(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    lines = [
        f"{entry}\tA\t{qualifier}\t{term}\tPMID:1\tPCS\t\t{share}\t\t\tP" for entry, term, share, qualifier in rows
    ]
    return parse_hpoa([HEADER, *lines])


def _clear_examples(each: int = 6) -> tuple[list[tuple[str, str, str, str]], dict[str, str]]:
    """So many entries of each category, every one with the one sign of its category."""
    named = [(f"OMIM:{place}{number}", category) for place, category in enumerate(SIGN) for number in range(each)]
    return [(entry, SIGN[category], "", "") for entry, category in named], dict(named)


def test_annotations_are_gathered_by_entry_without_what_is_absent() -> None:
    ontology = toy_ontology()
    entries = annotated_entries(
        _annotations(
            ("OMIM:2", SEIZURE, "1/4", ""),
            ("OMIM:2", "HP:0000099", "3/4", ""),  # the retired id of the same term: the mean of both
            ("OMIM:2", BONE, "", "NOT"),
            ("OMIM:2", CATARACT, "0/5", ""),
            ("OMIM:2", "HP:9999999", "", ""),
            ("OMIM:1", BONE, "", ""),
        ),
        ontology,
    )
    assert entries.entry_ids == ("OMIM:1", "OMIM:2")
    assert entries.term_counts.tolist() == [1, 1]
    assert entries.frequencies[0, ontology.index[BONE]] == 0.5
    assert entries.frequencies[1, ontology.index[SEIZURE]] == 0.5


def test_system_shares_are_weighted_by_frequency_and_may_overlap() -> None:
    ontology = toy_ontology()
    entries = annotated_entries(_annotations(("OMIM:1", GAZE, "3/4", ""), ("OMIM:1", BONE, "1/4", "")), ontology)
    shares = system_shares(entries, ontology, (BRAIN, BODY, SKELETON, EYE))
    np.testing.assert_allclose(shares, [[0.75, 0.25, 0.25, 0.75]])


def test_the_lead_is_over_the_second_and_a_tie_leads_by_nothing() -> None:
    lead = leading_categories(np.array([[2.0, 6.0, 2.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), ("a", "b", "c"))
    assert lead.categories.tolist() == ["b", "a", "a"]
    np.testing.assert_allclose(lead.margins, [0.4, 0.0, 0.0])


def test_clear_cases_get_their_category_and_mixed_ones_none() -> None:
    rows, known = _clear_examples()
    new = [
        ("OMIM:91", SEIZURE, "", ""),
        ("OMIM:92", BONE, "", ""),
        ("OMIM:93", SEIZURE, "", ""),
        ("OMIM:93", BONE, "", ""),
    ]
    found = dominant_categories(
        _annotations(*rows, *new), known, toy_ontology(), toy_scheme(), DominanceParams(margin=0.3)
    )
    assert found == {"OMIM:91": "nerve", "OMIM:92": "bone"}


def test_few_annotations_are_not_judged() -> None:
    rows, known = _clear_examples()
    annotations = _annotations(*rows, ("OMIM:91", SEIZURE, "", ""))
    params = DominanceParams(margin=0.0, minimum_annotations=2)
    assert dominant_categories(annotations, known, toy_ontology(), toy_scheme(), params) == {}


def test_the_rule_learns_that_a_system_speaks_for_another_category() -> None:
    rows, known = _clear_examples()
    turned = {entry: {"nerve": "rest", "rest": "nerve", "bone": "bone"}[category] for entry, category in known.items()}
    annotations = _annotations(*rows, ("OMIM:91", SEIZURE, "", ""))
    params = DominanceParams(margin=0.1)
    assert dominant_categories(annotations, turned, toy_ontology(), toy_scheme(), params) == {"OMIM:91": "rest"}


@pytest.mark.parametrize("known", [{}, {"OMIM:00": "nerve"}])
def test_without_examples_of_every_category_there_is_no_rule(known: dict[str, str]) -> None:
    rows, _ = _clear_examples()
    ontology = toy_ontology()
    assert fit_dominance(annotated_entries(_annotations(*rows), ontology), known, ontology, toy_scheme()) is None
    assert dominant_categories(_annotations(*rows), known, ontology, toy_scheme(), DominanceParams(margin=0.0)) == {}


def test_a_scheme_of_two_categories_can_be_fitted() -> None:
    rows, known = _clear_examples()
    scheme = toy_scheme()
    pair = CategoryScheme(name="pair", categories=scheme.categories[:2])
    annotations = _annotations(*rows, ("OMIM:91", SEIZURE, "", ""), ("OMIM:92", BONE, "", ""))
    found = dominant_categories(annotations, known, toy_ontology(), pair, DominanceParams(margin=0.2))
    assert found == {"OMIM:91": "nerve", "OMIM:92": "bone"}


def test_a_scheme_that_is_not_read_off_the_classification_has_no_dominance() -> None:
    rows, known = _clear_examples()
    given = CategoryScheme(name="given", kind="given", categories=toy_scheme().categories)
    assert dominant_categories(_annotations(*rows), known, toy_ontology(), given, DominanceParams(margin=0.0)) == {}
