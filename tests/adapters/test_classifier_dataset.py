import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from orphan_disease.adapters import classifier_files
from orphan_disease.adapters.classifier_dataset import ClassifierDataset
from orphan_disease.adapters.classifier_files import deserialise_classifier, serialise_classifier
from orphan_disease.contracts.parameters.modelling import (
    CandidateParams,
    Family,
    ForestParams,
    MlpParams,
    XgboostParams,
)
from orphan_disease.domain.classifiers import Classifier, build_estimator

NAMES = ("profile__a", "evidence__b", "vitals__c")
PARAMS = CandidateParams(
    random_forest=ForestParams(trees=5), xgboost=XgboostParams(trees=5), mlp=MlpParams(epochs=2), threads=1
)


def _rows() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(120, 3)).astype(np.float32), columns=list(NAMES))


def _fitted(family: Family, *, balanced: bool = False) -> Classifier:
    rows = _rows()
    codes = rows["evidence__b"].gt(0).to_numpy().astype(int) + rows["vitals__c"].gt(1).to_numpy()
    estimator = build_estimator(family, PARAMS, balanced=balanced, seed=1)
    estimator.fit(rows.to_numpy(), codes)
    return Classifier(family, ("x", "y", "z"), NAMES, estimator)


@pytest.mark.parametrize("family", list(Family))
def test_a_classifier_comes_back_with_the_same_answers(family: Family, tmp_path: Path) -> None:
    classifier = _fitted(family)
    dataset = ClassifierDataset(filepath=str(tmp_path / "classifier.zip"))
    dataset.save(classifier)
    restored = dataset.load()
    assert (restored.family, restored.classes, restored.feature_names) == (family, ("x", "y", "z"), NAMES)
    np.testing.assert_array_equal(restored.predict_probabilities(_rows()), classifier.predict_probabilities(_rows()))


@pytest.mark.parametrize("family", list(Family))
def test_equal_classifiers_give_equal_bytes_and_no_pickle(family: Family) -> None:
    first, second = serialise_classifier(_fitted(family)), serialise_classifier(_fitted(family))
    assert first == second
    assert not any(content.startswith((b"\x80\x04", b"\x80\x05")) for content in first.values())


def test_a_balanced_perceptron_comes_back_too() -> None:
    classifier = _fitted(Family.MLP, balanced=True)
    restored = deserialise_classifier(serialise_classifier(classifier))
    np.testing.assert_array_equal(restored.predict_probabilities(_rows()), classifier.predict_probabilities(_rows()))


def test_an_estimator_outside_the_registry_is_refused() -> None:
    with pytest.raises(TypeError, match="no registered family"):
        serialise_classifier(Classifier(Family.XGBOOST, ("x", "y"), NAMES, LogisticRegression()))


def test_a_file_with_foreign_code_is_refused() -> None:
    files = serialise_classifier(_fitted(Family.DECISION_TREE))
    buffer = io.BytesIO()
    skops.io.dump(FunctionTransformer(func=print), buffer)
    with pytest.raises(ValueError, match="nothing was loaded"):
        deserialise_classifier({**files, "trees.skops": buffer.getvalue()})


def test_a_file_of_another_family_is_refused() -> None:
    tree, forest = (serialise_classifier(_fitted(family)) for family in (Family.DECISION_TREE, Family.RANDOM_FOREST))
    with pytest.raises(ValueError, match="expected a DecisionTreeClassifier"):
        deserialise_classifier({**tree, "trees.skops": forest["trees.skops"]})


def test_what_lies_in_memory_between_the_fields_of_a_tree_is_not_written() -> None:
    # sklearn's nodes are records of 64 bytes with 57 bytes of fields; the rest is whatever was in memory.
    node = np.dtype({"names": ["place", "flag"], "formats": ["<i8", "u1"], "itemsize": 16})
    written = []
    for left_over in (b"\x00", b"\xff"):
        records = np.frombuffer(bytearray(left_over * 32), dtype=node).copy()
        records["place"], records["flag"] = [1, 2], [0, 1]
        raw = io.BytesIO()
        np.save(raw, records, allow_pickle=False)
        written.append(classifier_files._without_padding("0.npy", raw.getvalue()))
    assert written[0] == written[1]
    np.testing.assert_array_equal(np.load(io.BytesIO(written[0]))["place"], [1, 2])


def test_an_ensemble_whose_member_is_of_another_family_is_refused() -> None:
    files = serialise_classifier(_fitted(Family.ENSEMBLE))
    tree = serialise_classifier(_fitted(Family.DECISION_TREE))
    swapped = {f"xgboost.{name}": content for name, content in tree.items()}
    with pytest.raises(ValueError, match=r"xgboost.classifier.json: holds a decision_tree"):
        deserialise_classifier({**files, **swapped})
