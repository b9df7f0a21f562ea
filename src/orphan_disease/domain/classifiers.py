"""The closed registry of model families, behind one face: features in, a probability per class out.

Rows are float32; a family that needs standardised features does it inside itself. Every random choice follows a seed.
An estimator works in one thread: folds are fitted side by side instead (see `validation`), and one case alone is
answered faster so. Boosting in two OpenMP threads beside torch's took 14 times as long as in one on a busy machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import xgboost
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from orphan_disease.contracts.parameters.modelling import CandidateParams, Device, Family, XgboostParams
from orphan_disease.domain.devices import xgboost_device
from orphan_disease.domain.perceptron import PerceptronClassifier
from orphan_disease.domain.row_weights import combined_weights

__all__ = ["AveragedClassifier", "Classifier", "Estimator", "XgboostClassifier", "build_estimator"]

_FloatArray = npt.NDArray[np.float32]


class Estimator(Protocol):
    """What every family offers, in scikit-learn's words."""

    def fit(self, X: _FloatArray, y: npt.NDArray[np.intp], sample_weight: _FloatArray | None = None) -> Any:  # noqa: N803
        """Fit to n x p features, n class codes and n weights (None: all alike)."""

    def predict_proba(self, X: _FloatArray) -> npt.NDArray[np.floating]:  # noqa: N803
        """Probabilities, n x K."""


class XgboostClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Gradient-boosted trees through the native interface, which answers one row in less than a millisecond.

    Attributes:
        booster_: the fitted booster.
        classes_: class codes 0 to K-1.
    """

    def __init__(
        self, params: XgboostParams | None = None, balanced: bool = False, device: Device = Device.CPU, *, seed: int
    ) -> None:
        """Keep the settings.

        Args:
            params: hyper-parameters; None for the defaults.
            balanced: weigh every class equally.
            device: where it is trained.
            seed: of row and column sampling.
        """
        self.params = params
        self.balanced = balanced
        self.device = device
        self.seed = seed

    def fit(  # scikit-learn's own argument names
        self,
        X: _FloatArray,  # noqa: N803
        y: npt.NDArray[np.intp],
        sample_weight: _FloatArray | None = None,
    ) -> Self:
        """Fit to n x p float32 features, n class codes 0 to K-1 and n weights (None: all alike)."""
        chosen = self.params or XgboostParams()
        self.classes_ = np.unique(y)
        weight = combined_weights(y, sample_weight, balanced=self.balanced)
        settings = {
            "objective": "multi:softprob",
            "num_class": len(self.classes_),
            "max_depth": chosen.max_depth,
            "learning_rate": chosen.learning_rate,
            "subsample": chosen.subsample,
            "colsample_bytree": chosen.column_share,
            "min_child_weight": chosen.min_child_weight,
            "tree_method": "hist",
            "device": xgboost_device(self.device),
            "max_bin": 64,
            "seed": self.seed,
            "nthread": 1,
            "verbosity": 0,
        }
        self.booster_ = xgboost.train(settings, xgboost.DMatrix(X, label=y, weight=weight, nthread=1), chosen.trees)
        self.booster_.set_param({"device": "cpu"})
        return self

    def predict_proba(self, X: _FloatArray) -> npt.NDArray[np.float32]:  # noqa: N803
        """Probabilities, n x K."""
        answers = self.booster_.inplace_predict(np.ascontiguousarray(X), validate_features=False)
        return cast(npt.NDArray[np.float32], answers)


class AveragedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The mean of several families' probabilities, each counting alike.

    Attributes:
        members: estimators by family; they are fitted in place.
        classes_: class codes 0 to K-1.
    """

    def __init__(self, members: Mapping[Family, Estimator]) -> None:
        """Keep the members."""
        self.members = members

    def fit(  # scikit-learn's own argument names
        self,
        X: _FloatArray,  # noqa: N803
        y: npt.NDArray[np.intp],
        sample_weight: _FloatArray | None = None,
    ) -> Self:
        """Fit every member to n x p float32 features, n class codes 0 to K-1 and n weights (None: all alike)."""
        self.classes_ = np.unique(y)
        for member in self.members.values():
            member.fit(X, y, sample_weight=sample_weight)
        return self

    def predict_proba(self, X: _FloatArray) -> npt.NDArray[np.float64]:  # noqa: N803
        """Probabilities, n x K."""
        answers = [member.predict_proba(X).astype(np.float64) for member in self.members.values()]
        return cast(npt.NDArray[np.float64], np.mean(answers, axis=0))


def build_estimator(family: Family, params: CandidateParams, *, balanced: bool = False, seed: int) -> Estimator:
    """An unfitted estimator of a family.

    Args:
        family: a member of the registry.
        params: hyper-parameters of every family.
        balanced: weigh every class equally.
        seed: of every random choice.
    """
    weight = "balanced" if balanced else None
    estimator: Any
    match family:
        case Family.DECISION_TREE:
            tree = params.decision_tree
            estimator = DecisionTreeClassifier(
                max_depth=tree.max_depth,
                min_samples_leaf=tree.min_samples_leaf,
                class_weight=weight,
                random_state=seed,
            )
        case Family.RANDOM_FOREST:
            forest = params.random_forest
            estimator = RandomForestClassifier(
                n_estimators=forest.trees,
                min_samples_leaf=forest.min_samples_leaf,
                max_features=forest.max_features,
                class_weight=weight,
                random_state=seed,
                n_jobs=1,
            )
        case Family.XGBOOST:
            estimator = XgboostClassifier(params.xgboost, balanced, params.device, seed=seed)
        case Family.MLP:
            estimator = PerceptronClassifier(params.mlp, balanced, params.device, seed=seed)
        case Family.ENSEMBLE:
            estimator = AveragedClassifier(
                {each: build_estimator(each, params, balanced=balanced, seed=seed) for each in params.ensemble.members}
            )
    return cast(Estimator, estimator)


@dataclass(frozen=True, eq=False)
class Classifier:
    """A fitted model with the names that its numbers stand for.

    Attributes:
        family: which family it belongs to.
        classes: K class names, in the order of the probabilities.
        feature_names: p columns that it needs, in order.
        estimator: the fitted estimator.
    """

    family: Family
    classes: tuple[str, ...]
    feature_names: tuple[str, ...]
    estimator: Estimator

    @property
    def megabytes(self) -> float:
        """Size of what was learned, in memory, in millions of bytes."""
        return _learned_bytes(self.family, self.estimator) / 1e6

    @cached_property
    def _columns(self) -> pd.Index:
        return pd.Index(self.feature_names)

    def predict_probabilities(self, features: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probability of each class, n x K, rows summing to 1.

        Args:
            features: at least the columns `feature_names`; others are not looked at.

        Raises:
            KeyError: if a column is missing.
        """
        places = features.columns.get_indexer(self._columns)
        if (places < 0).any():
            missing = self._columns[places < 0]
            raise KeyError(f"features that the classifier needs are missing: {', '.join(missing[:5])}")
        rows = features.to_numpy(dtype=np.float32)[:, places]
        if not len(rows):
            return np.empty((0, len(self.classes)))
        probabilities = self.estimator.predict_proba(rows).astype(np.float64)
        total = probabilities.sum(axis=1, keepdims=True)
        return cast(npt.NDArray[np.float64], probabilities / total)


def _learned_bytes(family: Family, estimator: Any) -> int:
    match family:
        case Family.XGBOOST:
            return len(estimator.booster_.save_raw("ubj"))
        case Family.MLP:
            return sum(int(array.nbytes) for array in estimator.arrays().values())
        case Family.DECISION_TREE | Family.RANDOM_FOREST:
            return sum(_tree_bytes(tree) for tree in getattr(estimator, "estimators_", [estimator]))
        case Family.ENSEMBLE:
            return sum(_learned_bytes(each, member) for each, member in estimator.members.items())


def _tree_bytes(tree: Any) -> int:
    state = tree.tree_.__getstate__()
    return int(state["nodes"].nbytes + state["values"].nbytes)
