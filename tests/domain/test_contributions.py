import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orphan_disease.contracts.parameters.modelling import CandidateParams, Family
from orphan_disease.domain.classifiers import Classifier, build_estimator
from orphan_disease.domain.contributions import class_log_odds, feature_contributions
from tests.domain.small_predictor import small_cases, small_predictor

NAMES = ("one", "two", "three")
PARAMS = CandidateParams.model_validate(
    {
        "xgboost": {"trees": 8, "min_child_weight": 0.1},
        "mlp": {"epochs": 2},
        "decision_tree": {"min_samples_leaf": 5},
        "ensemble": {"members": ["decision_tree", "mlp"]},
    }
)


def _classifier(family: Family, classes: tuple[str, ...]) -> Classifier:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(90, 3)).astype(np.float32)
    codes = np.clip(np.digitize(rows[:, 0] + 0.2 * rows[:, 1], [-0.4, 0.4]), 0, len(classes) - 1)
    return Classifier(family, classes, NAMES, build_estimator(family, PARAMS, seed=0).fit(rows, codes))


CLASSIFIERS = {
    (family, size): _classifier(family, ("a", "b", "c")[:size])
    for family in (Family.XGBOOST, Family.DECISION_TREE, Family.ENSEMBLE)
    for size in (2, 3)
}


@pytest.mark.parametrize("key", CLASSIFIERS, ids=str)
@settings(max_examples=15, deadline=None)
@given(rows=arrays(np.float32, (4, 3), elements=st.floats(-3, 3, width=32)))
def test_the_parts_and_the_base_make_the_log_odds(key: tuple[Family, int], rows: np.ndarray) -> None:
    classifier = CLASSIFIERS[key]
    features = pd.DataFrame(rows, columns=list(NAMES))
    found = feature_contributions(classifier, features, pd.DataFrame([[0.0, 0.0, 0.0]], columns=list(NAMES)))
    whole = class_log_odds(classifier.predict_probabilities(features))
    np.testing.assert_allclose(found.base + found.parts.sum(axis=2), whole, atol=1e-4)


def test_log_odds_of_two_classes_are_the_logit() -> None:
    # log(0.8 / 0.2) = 1.386
    np.testing.assert_allclose(class_log_odds(np.array([[0.2, 0.8]])), [[-1.3863, 1.3863]], atol=1e-4)


def test_log_odds_of_three_classes_are_against_the_geometric_mean_of_the_others() -> None:
    probabilities = np.array([[0.5, 0.4, 0.1]])
    # log 0.5 - (log 0.4 + log 0.1) / 2 = -0.693 + 1.609 = 0.916
    assert class_log_odds(probabilities)[0, 0] == pytest.approx(0.9163, abs=1e-4)


@pytest.mark.parametrize("family", [Family.XGBOOST, Family.DECISION_TREE])
def test_a_feature_that_no_tree_asks_for_adds_nothing(family: Family) -> None:
    rows = np.tile(np.linspace(-1, 1, 60, dtype=np.float32)[:, None], (1, 3))
    rows[:, 2] = 0.0
    estimator = build_estimator(family, PARAMS, seed=0).fit(rows, (rows[:, 0] > 0).astype(int))
    features = pd.DataFrame(rows[:5], columns=list(NAMES))
    found = feature_contributions(Classifier(family, ("a", "b"), NAMES, estimator), features, features.iloc[[4]])
    np.testing.assert_allclose(found.parts[:, :, 2], 0.0, atol=1e-9)


def test_a_packaged_model_explains_both_answers_additively() -> None:
    predictor, cases = small_predictor(), small_cases().iloc[:3]
    found = predictor.contributions(cases)
    features = predictor._features_of(cases, "own")
    for head, classifier in (("category", predictor.category_classifier), ("orphan", predictor.orphan_classifier)):
        whole = class_log_odds(classifier.predict_probabilities(features))
        np.testing.assert_allclose(found[head].base + found[head].parts.sum(axis=2), whole, atol=1e-4)
