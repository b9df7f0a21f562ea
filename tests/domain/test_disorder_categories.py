"""Where a category comes from: heads by precedence, prevalence by thresholds, the facts table, and kin."""

import pandas as pd
import pytest

from orphan_disease.contracts.parameters.knowledge import CategoryScheme, CategorySpec, RarityThresholds
from orphan_disease.domain.disorder_categories import (
    CategoryCall,
    categories_by_entry,
    categories_by_fact,
    category_of_kin,
)


def _spec(name: str, **fields: object) -> CategorySpec:
    return CategorySpec.model_validate({"name": name, "label_es": name, "label_en": name, **fields})


REFERRAL = CategoryScheme(
    name="r",
    categories=(
        _spec("first", orphanet_heads=("10",)),
        _spec("second", orphanet_heads=("20",)),
        _spec("rest", takes_the_rest=True),
    ),
)
RARITY = CategoryScheme(
    name="t",
    kind="rarity",
    categories=(
        _spec("rare", tier="rare"),
        _spec("ultra", tier="ultra_orphan"),
        _spec("poor", tier="neglected", orphanet_heads=("20",)),
    ),
    thresholds={"EU": RarityThresholds(orphan_per_100000=50, ultra_orphan_per_100000=2)},
)
GIVEN = CategoryScheme(name="g", kind="given", categories=(_spec("one"), _spec("two")))
DISORDERS = pd.DataFrame(
    {
        "orpha_code": ["1", "2", "3", "4"],
        "disorder_type": ["Disease", "Disease", "Clinical group", "Disease"],
        "heads": [["20"], ["30", "10"], ["10"], []],
    }
)
REFERENCES = pd.DataFrame(
    [("1", "OMIM:1"), ("2", "OMIM:1"), ("1", "OMIM:2"), ("3", "OMIM:2"), ("3", "OMIM:3")],
    columns=["orpha_code", "reference_id"],
)


def test_the_first_head_in_precedence_wins_and_groups_speak_only_where_no_disorder_does() -> None:
    assert categories_by_entry(DISORDERS, REFERENCES, {}, REFERRAL, {"Clinical group"}) == {
        "ORPHA:1": "second",
        "ORPHA:2": "first",
        "ORPHA:3": "first",
        "OMIM:1": "first",  # of its two disorders, one is below 10
        "OMIM:2": "second",  # the group 3, below 10, is not asked
        "OMIM:3": "first",  # only the group maps to it
    }


def test_rarity_follows_the_prevalence_and_what_is_neglected() -> None:
    found = categories_by_entry(DISORDERS, REFERENCES, {"2": "<1 / 1 000 000", "3": "1-5 / 10 000"}, RARITY, set())
    assert found == {
        "ORPHA:1": "poor",
        "OMIM:1": "poor",
        "OMIM:2": "poor",
        "ORPHA:2": "ultra",
        "ORPHA:3": "rare",
        "OMIM:3": "rare",
    }


def test_a_scheme_of_given_labels_places_no_disorder() -> None:
    assert categories_by_entry(DISORDERS, REFERENCES, {}, GIVEN, set()) == {}


def test_facts_name_their_orpha_and_omim_entries_and_precedence_decides_between_two_rows() -> None:
    facts = pd.DataFrame(
        [("1", "second", "100|200"), ("2", "first", "200"), ("3", "of another scheme", "300"), ("4", "rest", "")],
        columns=["orpha_code", "category", "omim_ids"],
    )
    assert categories_by_fact(facts, REFERRAL) == {
        "ORPHA:1": "second", "OMIM:100": "second", "OMIM:200": "first", "ORPHA:2": "first", "ORPHA:4": "rest",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        (["a"], ("unknown", "none")),
        (["a", "a"], ("a", "series")),
        (["a", "a", "a", "a", "b"], ("a", "series")),
        (["a", "a", "a", "b"], ("unknown", "none")),
        (["a", "unknown"], ("unknown", "none")),
        (["a", "a", "unknown", "unknown"], ("a", "series")),
        ([], ("unknown", "none")),
    ],
)
def test_kin_speak_when_two_or_more_agree_four_times_in_five(categories: list[str], expected: tuple[str, str]) -> None:
    assert category_of_kin(CategoryCall(name, "orphanet") for name in categories) == expected
