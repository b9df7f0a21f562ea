import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.modelling import HeadParams
from orphan_disease.domain.heads import augmentation_pool, category_training, orphan_training

PARAMS = HeadParams(feature_groups=("profile", "vitals"), left_out=("_count$",))


def _tables(provenances: list[str]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    ids = [f"c{place}" for place in range(6)]
    features = pd.DataFrame({columns.CASE_ID: ids[::-1], "profile__a": [5.0, 4, 3, 2, 1, 0]})
    features = features.assign(profile__a_count=1.0, history__b=1.0, vitals__c=2.0)
    labels = pd.DataFrame(
        {
            columns.CASE_ID: ids,
            columns.IS_ORPHAN: [True, True, True, True, False, False],
            columns.CATEGORY: ["x", "y", "unknown", "x", None, None],
            columns.DISORDER_ID: ["d0", "d1", "d2", "d3", "ICD10:J06", "NONE"],
            columns.PROVENANCE: provenances,
        }
    )
    split = pd.DataFrame({columns.CASE_ID: ids, columns.GROUP: ids, columns.FOLD: [0, 1, 0, -1, 0, 1]})
    split[columns.SPLIT] = ["train", "train", "train", "test_disorders", "train", "train"]
    return features, labels, split


def test_the_category_head_trains_on_orphan_cases_of_known_category() -> None:
    training = category_training(*_tables(["simulated"] * 6), ("x", "y"), PARAMS)
    assert list(training.features.index) == ["c0", "c1"]
    assert training.codes.tolist() == [0, 1]
    assert list(training.features.columns) == ["profile__a", "vitals__c"]
    assert training.features["profile__a"].tolist() == [0, 1]


def test_the_orphan_head_trains_on_every_training_case() -> None:
    training = orphan_training(*_tables(["simulated"] * 6), PARAMS)
    assert list(training.features.index) == ["c0", "c1", "c2", "c4", "c5"]
    assert training.codes.tolist() == [1, 1, 1, 0, 0]


def test_a_source_of_orphan_cases_only_would_be_told_by_its_style() -> None:
    training = orphan_training(*_tables(["publication", "simulated", *["simulated"] * 4]), PARAMS)
    assert "c0" not in training.features.index
    with pytest.raises(ValueError, match="no source with both kinds"):
        orphan_training(*_tables(["publication"] * 4 + ["simulated"] * 2), PARAMS)


def test_a_category_without_cases_is_refused() -> None:
    with pytest.raises(ValueError, match="no training case for z"):
        category_training(*_tables(["simulated"] * 6), ("x", "y", "z"), PARAMS)


def test_the_pool_has_the_columns_and_codes_of_the_training_set() -> None:
    features, labels, split = _tables(["simulated"] * 6)
    training = category_training(features, labels, split, ("x", "y"), PARAMS)
    more = features.iloc[:2].reset_index(drop=True)
    of_more = pd.DataFrame({columns.CATEGORY: ["y", "x"], columns.DISORDER_ID: ["d7", "d8"]})
    pool = augmentation_pool(more, of_more, training)
    assert pool.features.tolist() == [[5.0, 2.0], [4.0, 2.0]]
    assert pool.codes.tolist() == [1, 0]
    assert pool.disorder_ids.tolist() == ["d7", "d8"]
