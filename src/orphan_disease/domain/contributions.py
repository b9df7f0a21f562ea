"""What each feature adds to a class's log-odds: additive, so that the parts and the base make the whole.

The log-odds of class k are log p_k - mean of log p_j over the other classes: of two classes, the logit. For boosted
trees the parts are the exact Shapley values of TreeSHAP (Lundberg et al. 2020, https://doi.org/10.1038/s42256-019-0138-9).
For every other family they are Shapley values sampled over permutations of the features (Štrumbelj and Kononenko 2014,
https://doi.org/10.1007/s10115-013-0679-x) against a reference row; each permutation's steps sum to the whole exactly.
Both explain the classifier's raw answer, before calibration, which moves all classes alike or nearly so.
"""

from dataclasses import dataclass
from typing import Any, Final, cast
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pandas as pd
import xgboost

from orphan_disease.contracts.parameters.modelling import Family
from orphan_disease.domain.classifiers import Classifier

__all__ = ["Contributions", "class_log_odds", "feature_contributions"]

_FloatArray = npt.NDArray[np.float64]

PERMUTATIONS: Final = 8
LEAST: Final = 1e-7  # floor of a probability under the logarithm


@dataclass(frozen=True, eq=False)
class Contributions:
    """Contributions to the log-odds of n cases.

    Attributes:
        classes: K names.
        features: p names.
        base: n x K log-odds before anything is known of the case.
        parts: n x K x p in nats; base plus the sum over p is the log-odds of the classifier.
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    base: _FloatArray
    parts: _FloatArray

    def of_case(self, row: int) -> pd.DataFrame:
        """One case: rows are features, columns the classes."""
        return pd.DataFrame(self.parts[row].T, index=list(self.features), columns=list(self.classes))


def class_log_odds(probabilities: _FloatArray) -> _FloatArray:
    """Log-odds of each class against the geometric mean of the others, n x K.

    >>> class_log_odds(np.array([[0.25, 0.75]])).round(3).tolist()
    [[-1.099, 1.099]]
    """
    return _against_others(np.log(np.maximum(probabilities, LEAST)), axis=1)


def feature_contributions(classifier: Classifier, features: pd.DataFrame, reference: pd.DataFrame) -> Contributions:
    """What each feature adds to the log-odds of each class.

    Args:
        classifier: fitted.
        features: n rows with at least the classifier's columns.
        reference: one row that stands for "nothing known"; boosted trees have their own base and do not read it.
    """
    names = list(classifier.feature_names)
    if classifier.family is Family.XGBOOST:
        base, parts = _tree_shap(classifier, features[names])
    else:
        base, parts = _sampled(classifier, features[names], reference[names])
    return Contributions(classifier.classes, classifier.feature_names, base, parts)


def _against_others(values: _FloatArray, axis: int) -> _FloatArray:
    """Each value less the mean of the others along an axis of K: linear, so that parts stay additive."""
    classes = values.shape[axis]
    centred = values - values.mean(axis=axis, keepdims=True)
    return cast(_FloatArray, centred * classes / (classes - 1))


def _tree_shap(classifier: Classifier, features: pd.DataFrame) -> tuple[_FloatArray, _FloatArray]:
    estimator: Any = classifier.estimator
    rows = xgboost.DMatrix(features.to_numpy(dtype=np.float32), nthread=1)
    raw = estimator.booster_.predict(rows, pred_contribs=True).astype(np.float64)
    shaped = raw.reshape(len(features), len(classifier.classes), len(classifier.feature_names) + 1)
    contrasted = _against_others(shaped, axis=1)
    return contrasted[:, :, -1], contrasted[:, :, :-1]


def _sampled(
    classifier: Classifier, features: pd.DataFrame, reference: pd.DataFrame
) -> tuple[_FloatArray, _FloatArray]:
    names, start = list(features.columns), reference.to_numpy(dtype=np.float32)[0]
    base = class_log_odds(classifier.predict_probabilities(reference))
    parts = np.zeros((len(features), len(classifier.classes), len(names)))
    for case, row in enumerate(features.to_numpy(dtype=np.float32)):
        generator = np.random.default_rng(crc32(row.tobytes()))  # equal cases are explained equally
        for _ in range(PERMUTATIONS):
            order = generator.permutation(len(names))
            known = np.zeros((len(names) + 1, len(names)), dtype=bool)
            for step, place in enumerate(order, start=1):
                known[step:, place] = True
            walk = pd.DataFrame(np.where(known, row, start), columns=names)
            steps = np.diff(class_log_odds(classifier.predict_probabilities(walk)), axis=0)
            parts[case][:, order] += steps.T / PERMUTATIONS
    return np.repeat(base, len(features), axis=0), parts
