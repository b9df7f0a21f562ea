import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.modelling import CandidateParams, Family, ForestParams, XgboostParams
from orphan_disease.domain.classifiers import Classifier, build_estimator

PARAMS = CandidateParams(
    random_forest=ForestParams(trees=20), xgboost=XgboostParams(trees=20, learning_rate=0.3), threads=1
)


def _blobs(cases: int = 300) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    codes = generator.integers(0, 3, cases)
    centres = np.array([[0, 0, 5], [4, 0, 5], [0, 4, 5]], dtype=np.float32)
    return (centres[codes] + generator.normal(size=(cases, 3)) * [1, 1, 0]).astype(np.float32), codes


@pytest.mark.parametrize("family", list(Family))
def test_every_family_learns_three_blobs(family: Family) -> None:
    features, codes = _blobs()
    estimator = build_estimator(family, PARAMS, seed=1)
    estimator.fit(features[:200], codes[:200])
    probabilities = estimator.predict_proba(features[200:])
    assert probabilities.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (probabilities.argmax(axis=1) == codes[200:]).mean() > 0.85


@pytest.mark.parametrize("family", list(Family))
def test_equal_seeds_give_equal_answers(family: Family) -> None:
    features, codes = _blobs(150)
    first, second = (build_estimator(family, PARAMS, seed=5) for _ in range(2))
    first.fit(features, codes)
    second.fit(features, codes)
    np.testing.assert_array_equal(first.predict_proba(features), second.predict_proba(features))


@pytest.mark.parametrize("family", list(Family))
def test_balanced_fit_gives_a_scarce_class_more_weight(family: Family) -> None:
    generator = np.random.default_rng(1)
    codes = (np.arange(400) % 10 == 0).astype(int)
    features = (generator.normal(size=(400, 2)) + codes[:, None]).astype(np.float32)
    plain, balanced = (build_estimator(family, PARAMS, balanced=flag, seed=0) for flag in (False, True))
    plain.fit(features, codes)
    balanced.fit(features, codes)
    assert balanced.predict_proba(features)[:, 1].mean() > 1.5 * plain.predict_proba(features)[:, 1].mean()


@pytest.mark.parametrize("family", list(Family))
def test_a_classifier_knows_its_size(family: Family) -> None:
    features, codes = _blobs(100)
    estimator = build_estimator(family, PARAMS, seed=0)
    estimator.fit(features, codes)
    assert 0.0001 < Classifier(family, ("x", "y", "z"), ("a", "b", "c"), estimator).megabytes < 5


def test_columns_are_taken_by_name() -> None:
    features, codes = _blobs()
    names = ("profile__a", "profile__b", "profile__c")
    estimator = build_estimator(Family.DECISION_TREE, PARAMS, seed=0)
    estimator.fit(features, codes)
    classifier = Classifier(Family.DECISION_TREE, ("x", "y", "z"), names, estimator)
    frame = pd.DataFrame(features, columns=list(names))
    shuffled = frame[["profile__c", "profile__a", "profile__b"]].assign(extra=1.0)
    np.testing.assert_array_equal(classifier.predict_probabilities(frame), classifier.predict_probabilities(shuffled))
    assert classifier.predict_probabilities(frame.iloc[:0]).shape == (0, 3)
    with pytest.raises(KeyError, match="profile__b"):
        classifier.predict_probabilities(frame.drop(columns="profile__b"))
