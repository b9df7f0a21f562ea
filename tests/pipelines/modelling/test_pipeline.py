"""From cases to a model that answers them, through the three rooms that learn."""

from typing import Any

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner

from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.reranker_training import FittedReranker
from orphan_disease.pipelines import balancing, feature_engineering, modelling
from tests.domain import small_predictor as small
from tests.pipelines.small_hospital import CONFIRMED, PATIENTS, KeptDataset, small_catalog


@pytest.fixture(scope="module")
def learned() -> DataCatalog:
    learning = feature_engineering.create_pipeline() + balancing.create_pipeline() + modelling.create_pipeline()
    catalog = small_catalog()
    for name in learning.all_outputs():
        catalog[name] = KeptDataset(copy_mode="assign")
    SequentialRunner().run(learning, catalog)
    return catalog


def test_the_three_rooms_fit_together() -> None:
    learning = feature_engineering.create_pipeline() + balancing.create_pipeline() + modelling.create_pipeline()
    assert learning.inputs() == set(small_catalog().keys())


def test_every_case_has_features_of_every_group(learned: DataCatalog) -> None:
    features: pd.DataFrame = learned.load("case_features")
    assert len(features) == PATIENTS
    groups = {name.split("__")[0] for name in features.columns if "__" in name}
    assert groups == {"profile", "evidence", "demographics", "vitals", "history"}


def test_simulated_patients_are_encoded_like_cases_and_spare_the_test(learned: DataCatalog) -> None:
    assert list(learned.load("augmented_features").columns) == list(learned.load("case_features").columns)
    labels: pd.DataFrame = learned.load("augmented_labels")
    assert len(labels)
    assert "OMIM:11" not in set(labels["disorder_id"])


def test_the_plan_says_what_the_report_counted(learned: DataCatalog) -> None:
    report: dict[str, Any] = learned.load("imbalance_report")
    plan: dict[str, Any] = learned.load("resampling_plan")
    assert plan["counts"] == report["patients"]
    assert "none" in plan["candidates"]
    assert learned.load("imbalance_plot").axes


def test_no_test_case_was_validated_on(learned: DataCatalog) -> None:
    split: pd.DataFrame = learned.load("split_assignment")
    unseen: pd.DataFrame = learned.load("out_of_fold_predictions")
    training = set(split.loc[split["split"] == "train", "case_id"])
    assert set(unseen["case_id"]) == training


def test_the_model_answers_the_cases_that_it_learned_from(learned: DataCatalog) -> None:
    predictor: Predictor = learned.load("model_package")
    answers = predictor.predict(learned.load("cases"))
    labels: pd.DataFrame = learned.load("labels")
    assert predictor.categories == small.CATEGORIES
    known = labels["category"].notna().to_numpy()
    names = [f"probability_{name}" for name in small.CATEGORIES]
    best = answers.loc[known, names].to_numpy().argmax(axis=1)
    actual = pd.Index(small.CATEGORIES).get_indexer(labels.loc[known, "category"])
    assert (best == actual).mean() > 0.9
    assert predictor.category_labels["skin"] == {"es": "skin es", "en": "skin"}


def test_the_given_confirmed_patients_travel_in_the_model_and_can_be_switched_off(learned: DataCatalog) -> None:
    profile: dict[str, Any] = learned.load("case_base_profile")
    orphans = learned.load("labels").iloc[:CONFIRMED]["is_orphan"].sum()
    assert profile["patients"] == orphans
    predictor: Predictor = learned.load("model_package")
    assert len(predictor.knowledge.enriched) == profile["disorders"]
    assert not len(predictor.without_case_base().knowledge.enriched)
    assert ".cases-" in predictor.knowledge_version


def test_the_order_of_the_short_list_is_learned_or_left_to_the_fusion(learned: DataCatalog) -> None:
    fitted: FittedReranker = learned.load("reranker")
    predictor: Predictor = learned.load("model_package")
    assert predictor.reranker is fitted.reranker
    assert learned.load("reranker_metrics") == dict(fitted.metrics)
    better = fitted.metrics["simulated.reranker.mean_reciprocal_rank"]
    assert (fitted.reranker is not None) == (better > fitted.metrics["simulated.fusion.mean_reciprocal_rank"])
