import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import AugmentationParams
from orphan_disease.contracts.parameters.data_engineering import SplitParams
from orphan_disease.contracts.parameters.modelling import LearnFrom
from orphan_disease.domain.augmentation import (
    category_counts,
    choose_disorders,
    choose_parents,
    drawable_disorders,
    label_augmented,
    label_copies,
    labels_of_origin,
)
from orphan_disease.domain.resampling import AugmentationPool
from orphan_disease.domain.splitting import assign_splits
from tests.domain import small_predictor as small


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Category a: 8 patients of d0 and d1; b: 2 of d2; d3 (a) is held out for testing."""
    disorders = ["d0"] * 4 + ["d1"] * 4 + ["d2"] * 2 + ["d3"] * 2
    ids = [f"c{place}" for place in range(len(disorders))]
    labels = pd.DataFrame({columns.CASE_ID: ids, columns.DISORDER_ID: disorders})
    labels[columns.CATEGORY] = ["a"] * 8 + ["b"] * 2 + ["a"] * 2
    labels[columns.PROVENANCE] = ["publication"] * 6 + ["simulated"] * 6
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


def _parents(learn_from: LearnFrom = LearnFrom.ALL, **changes: float) -> pd.DataFrame:
    return choose_parents(*_tables(), AugmentationParams(seed=1, **changes), learn_from)


def test_copies_take_their_share_of_each_categorys_pool() -> None:
    # a pool of 26: 10 of a, 16 of b (see above)
    changes = {"maximum_cases": 26, "copied_share": 0.5}
    assert _parents(**changes)[columns.CATEGORY].value_counts().to_dict() == {"b": 8, "a": 5}
    assert _chosen(**changes)[columns.CATEGORY].value_counts().to_dict() == {"b": 8, "a": 5}
    assert _parents(maximum_cases=26).empty


def test_parents_are_training_patients_and_all_of_a_disorder_are_drawn() -> None:
    drawn = _parents(maximum_cases=800, copied_share=1.0)
    assert set(drawn[columns.CASE_ID]) == {f"c{place}" for place in range(10)}
    labels, _ = _tables()
    own = labels.set_index(columns.CASE_ID).loc[drawn[columns.CASE_ID]].reset_index()
    pd.testing.assert_frame_equal(own[drawn.columns], drawn)


def test_only_patients_who_may_teach_are_copied() -> None:
    changes = {"maximum_cases": 400, "copied_share": 1.0}
    assert set(_parents(LearnFrom.SIMULATED, **changes)[columns.CASE_ID]) == {"c6", "c7", "c8", "c9"}
    real = _parents(LearnFrom.REAL, **changes)
    assert set(real[columns.CASE_ID]) == {f"c{place}" for place in range(6)}
    assert set(real[columns.CATEGORY]) == {"a"}


def test_a_copy_names_its_parent_and_fits_the_knowledge_as_its_parent_does() -> None:
    parents = _parents(maximum_cases=26, copied_share=0.5)
    labels = label_copies(pd.DataFrame({columns.CASE_ID: [f"COP-{place}" for place in range(13)]}), parents)
    assert labels[columns.PARENT_CASE_ID].tolist() == parents[columns.CASE_ID].tolist()
    assert set(labels[columns.PROVENANCE]) == {"simulated"}
    simulated = label_augmented(pd.DataFrame({columns.CASE_ID: ["AUG-1"]}), DRAWABLE.iloc[[4]])
    origin = labels_of_origin(pd.concat([labels, simulated], ignore_index=True))[columns.PROVENANCE]
    assert origin.tolist() == [*parents[columns.PROVENANCE], "simulated"]


@pytest.mark.parametrize("seed", range(3))
def test_no_copy_teaches_the_fold_that_its_parents_group_is_in(seed: int) -> None:
    """Papers join disorders to groups here; a pool that is stripped of the fold's disorders holds none of its kin."""
    generator = np.random.default_rng(seed)
    count = 240
    ids = [f"c{place:03d}" for place in range(count)]
    disorder = generator.integers(0, 40, count)
    cases = pd.DataFrame({columns.CASE_ID: ids, columns.PATIENT_ID: ids, columns.LIKELY_PERSON: None})
    cases[columns.REFERENCE] = [f"PMID:{paper}" if paper < 60 else None for paper in generator.integers(0, 300, count)]
    labels = pd.DataFrame({columns.CASE_ID: ids, columns.DISORDER_ID: [f"d{each}" for each in disorder]})
    labels[columns.CATEGORY] = np.where(disorder % 3 == 0, "a", "b")
    labels = labels.assign(**{columns.IS_ORPHAN: True, columns.PROVENANCE: "publication"})
    split = assign_splits(
        cases, labels, SplitParams(seed=seed, test_disorders_share=0.2, test_patients_share=0.1, folds=4)
    )
    params = AugmentationParams(seed=seed, maximum_cases=300, copied_share=1.0)
    parents = choose_parents(labels, split, params, LearnFrom.ALL)
    placed = split.set_index(columns.CASE_ID)
    of_parent = placed.loc[parents[columns.CASE_ID]]
    assert set(of_parent[columns.SPLIT]) == {"train"}
    # the pool's only feature is the place of the copy
    pool = AugmentationPool(
        np.arange(len(parents), dtype=np.float32)[:, None],
        np.zeros(len(parents), dtype=np.intp),
        parents[columns.DISORDER_ID].to_numpy(dtype=object),
    )
    training = labels.merge(split[split[columns.SPLIT] == "train"], on=columns.CASE_ID)
    kept_in_some_fold = 0
    for fold, held_out in training.groupby(columns.FOLD):
        left = pool.without(frozenset(held_out[columns.DISORDER_ID])).features[:, 0].astype(int)
        teaching = of_parent.iloc[left]
        assert not (teaching[columns.FOLD] == fold).any()
        assert not set(teaching[columns.GROUP]) & set(held_out[columns.GROUP])
        kept_in_some_fold += len(left)
    assert kept_in_some_fold > 0
