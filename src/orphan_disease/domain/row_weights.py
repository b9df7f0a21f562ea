"""How much each training case counts, and how that survives resampling.

A hundred patients of one disorder are not a hundred lessons: they resemble each other, and patients of other disorders
are what the model must answer. So a case weighs less, the more training cases its disorder has.
"""

from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight

__all__ = ["WEIGHT_COLUMN", "WeightInLastColumn", "combined_weights", "disorder_weights", "with_weights"]

_FloatArray = npt.NDArray[np.float32]

WEIGHT_COLUMN = "row__weight"


def disorder_weights(disorder_ids: "pd.Series[str]", exponent: float) -> _FloatArray:
    """Weight of each case, (cases of its disorder) ** -exponent, scaled to a mean of 1.

    Args:
        disorder_ids: of n cases.
        exponent: 0 weighs every case alike, 1 every disorder alike.

    >>> disorder_weights(pd.Series(["a", "a", "a", "a", "b"]), 0.5).round(3)
    array([0.833, 0.833, 0.833, 0.833, 1.667], dtype=float32)
    """
    sizes = disorder_ids.map(disorder_ids.value_counts()).to_numpy(dtype=np.float64)
    weights = sizes**-exponent
    return cast(_FloatArray, (weights / weights.mean()).astype(np.float32))


def combined_weights(y: npt.NDArray[np.intp], given: _FloatArray | None, *, balanced: bool) -> _FloatArray:
    """The weights given (None: 1 each), times those that make all classes weigh the same if `balanced`."""
    weights = np.ones(len(y)) if given is None else np.asarray(given, dtype=np.float64)
    if balanced:
        weights = weights * compute_sample_weight("balanced", y)
    return cast(_FloatArray, weights.astype(np.float32))


def with_weights(rows: _FloatArray, weights: npt.ArrayLike) -> _FloatArray:
    """Rows with their weights as a last column, n x (p + 1)."""
    column = np.broadcast_to(np.asarray(weights, dtype=np.float32), (len(rows),))
    return np.column_stack([rows, column]).astype(np.float32)


class WeightInLastColumn(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The last step of a resampling pipeline: takes the last column as the rows' weights and the others as features.

    A sampler copies, drops and interpolates rows; a weight that travels as a column follows its row through all of it.

    Attributes:
        estimator: what is fitted; the step itself is not needed afterwards.
    """

    def __init__(self, estimator: Any) -> None:
        """Keep the estimator."""
        self.estimator = estimator

    def fit(self, X: _FloatArray, y: npt.NDArray[np.intp]) -> Self:  # noqa: N803  # scikit-learn's own argument name
        """Fit the estimator to n x (p + 1) weighted rows."""
        self.estimator.fit(X[:, :-1], y, sample_weight=X[:, -1])
        return self

    def predict_proba(self, X: _FloatArray) -> npt.NDArray[np.floating]:  # noqa: N803
        """Probabilities of n x (p + 1) rows; the weights are not looked at."""
        return cast(npt.NDArray[np.floating], self.estimator.predict_proba(X[:, :-1]))
