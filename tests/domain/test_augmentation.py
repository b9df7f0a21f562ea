import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import AugmentationParams
from orphan_disease.domain.augmentation import category_counts, choose_disorders, drawable_disorders, label_augmented
from tests.domain import small_predictor as small


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Category a: 8 patients of d0 and d1; b: 2 of d2; d3 (a) is held out for testing."""
    disorders = ["d0"] * 4 + ["d1"] * 4 + ["d2"] * 2 + ["d3"] * 2
    ids = [f"c{place}" for place in range(len(disorders))]
    labels = pd.DataFrame({columns.CASE_ID: ids, columns.DISORDER_ID: disorders})
    labels[columns.CATEGORY] = ["a"] * 8 + ["b"] * 2 + ["a"] * 2
    split = pd.DataFrame({columns.CASE_ID: ids, columns.SPLIT: ["train"] * 10 + ["test_disorders"] * 2})
    return labels, split


DRAWABLE = pd.DataFrame(
    {columns.DISORDER_ID: ["d0", "d1", "d2", "d3", "d4", "d5"], columns.CATEGORY: ["a", "a", "b", "a", "b", "a"]}
)


def _chosen(**changes: float) -> pd.DataFrame:
    params = AugmentationParams(seed=1, scarce_disorder_cases=3, **changes)
    return choose_disorders(*_tables(), DRAWABLE, params)


def test_counts_are_of_training_cases() -> None:
    assert category_counts(*_tables(), ["a", "b", "c"]) == {"a": 8, "b": 2, "c": 0}


def test_the_scarce_category_is_filled_first() -> None:
    assert _chosen(maximum_cases=6)[columns.CATEGORY].tolist() == ["b"] * 6
    assert _chosen(maximum_cases=26)[columns.CATEGORY].value_counts().to_dict() == {"b": 16, "a": 10}


def test_a_disorder_held_out_for_testing_is_never_drawn() -> None:
    assert "d3" not in set(_chosen(maximum_cases=400)[columns.DISORDER_ID])


def test_scarce_disorders_get_their_share() -> None:
    drawn = _chosen(maximum_cases=406, scarce_share=1.0)
    assert set(drawn.loc[drawn[columns.CATEGORY] == "a", columns.DISORDER_ID]) == {"d5"}
    mixed = _chosen(maximum_cases=406, scarce_share=0.0)
    assert set(mixed.loc[mixed[columns.CATEGORY] == "a", columns.DISORDER_ID]) == {"d0", "d1", "d5"}


def test_equal_seeds_draw_equal_disorders() -> None:
    pd.testing.assert_frame_equal(_chosen(maximum_cases=50), _chosen(maximum_cases=50))


def test_only_annotated_disorders_of_known_category_can_be_drawn() -> None:
    knowledge = small.small_predictor().knowledge
    rows = pd.DataFrame(
        {columns.DISORDER_ID: ["OMIM:0", "OMIM:1", "OMIM:404"], columns.CATEGORY: ["nerve", "unknown", "skin"]}
    )
    assert drawable_disorders(knowledge, rows)[columns.DISORDER_ID].tolist() == ["OMIM:0"]


def test_labels_follow_the_order_of_the_draw() -> None:
    chosen = DRAWABLE.iloc[[4, 0]]
    labels = label_augmented(pd.DataFrame({columns.CASE_ID: ["AUG-1", "AUG-2"]}), chosen)
    assert labels[columns.DISORDER_ID].tolist() == ["d4", "d0"]
    assert labels[columns.CATEGORY].tolist() == ["b", "a"]
    assert set(labels[columns.PROVENANCE]) == {"simulated"}
