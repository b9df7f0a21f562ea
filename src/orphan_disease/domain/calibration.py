"""Calibration: probabilities that mean what they say, fitted on the out-of-fold answers of whole unseen disorders.

Four methods, all monotone in the raw probability of a class or in its logit:

- `temperature`: softmax of log p / T (Guo et al. 2017), one number;
- `vector`: softmax of a_k log p_k + b_k, 2 K numbers;
- `beta`: per class, sigmoid of a log p - b log(1 - p) + c (Kull et al. 2017), then normalised;
- `isotonic`: per class, a non-decreasing step function, then normalised.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal, Self, cast

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

__all__ = ["METHODS", "Calibrator", "expected_calibration_error", "log_loss"]

Method = Literal["temperature", "vector", "beta", "isotonic"]
METHODS: Final[tuple[Method, ...]] = ("temperature", "vector", "beta", "isotonic")

_FloatArray = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.intp]

_FLOOR: Final = 1e-4  # no calibrated probability below it: certainty is not learned from hundreds of cases
_PENALTY: Final = 1e-3  # ridge towards the identity, for separable classes
_FOLDS: Final = 5


class Calibrator(BaseModel):
    """A fitted calibration, as plain numbers.

    Attributes:
        method: how the numbers are read.
        parameters: K lists of numbers (one list for `temperature`); for `isotonic`, the levels at `knots`.
        knots: raw probabilities at which the isotonic function has its levels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method
    parameters: tuple[tuple[float, ...], ...]
    knots: tuple[tuple[float, ...], ...] = ()

    @classmethod
    def fit(
        cls, probabilities: _FloatArray, actual: _Codes, method: Method, weights: npt.ArrayLike | None = None
    ) -> Self:
        """Fit one method.

        Args:
            probabilities: n x K raw out-of-fold probabilities.
            actual: n class codes.
            method: one of `METHODS`.
            weights: n, what each case counts; None counts them alike.
        """
        clipped = _clip(probabilities)
        counted = _weights(weights, len(actual))
        if method == "isotonic":
            return cls._fit_isotonic(clipped, actual, counted)
        if method == "beta":
            fits = tuple(_fit_beta(clipped[:, k], actual == k, counted) for k in _classes(clipped))
            return cls(method=method, parameters=fits)
        return cls(method=method, parameters=_fit_scaling(np.log(clipped), actual, method, counted))

    @classmethod
    def fit_best(
        cls, probabilities: _FloatArray, actual: _Codes, groups: npt.ArrayLike, weights: npt.ArrayLike | None = None
    ) -> tuple[Self, dict[str, float]]:
        """Fit the method with the lowest log-loss on groups held out from its fit; ties go to the simpler method.

        Args:
            probabilities: n x K raw out-of-fold probabilities.
            actual: n class codes.
            groups: n labels of groups that are held out whole.
            weights: n, what each case counts in the fit and in the choice; None counts them alike.

        Returns:
            The calibrator fitted to all cases, and the held-out log-loss of each method (nats per case).
        """
        labels = np.asarray(groups)
        counted = _weights(weights, len(actual))
        splitter = GroupKFold(min(_FOLDS, len(np.unique(labels))))
        splits = list(splitter.split(probabilities, actual, labels))
        losses: dict[str, float] = {}
        for method in METHODS:
            held_out = np.zeros_like(probabilities)
            for train, test in splits:
                fitted = cls.fit(probabilities[train], actual[train], method, counted[train])
                held_out[test] = fitted.apply(probabilities[test])
            losses[method] = log_loss(held_out, actual, counted)
        best = min(METHODS, key=lambda method: round(losses[method], 3))
        return cls.fit(probabilities, actual, best, counted), losses

    def apply(self, probabilities: _FloatArray) -> _FloatArray:
        """Calibrated probabilities, n x K, rows summing to 1."""
        clipped = _clip(probabilities)
        match self.method:
            case "temperature" | "vector":
                return softmax(_scaled(np.log(clipped), np.array(self.parameters)), axis=1)
            case "beta":
                scores = [_beta(clipped[:, k], np.array(self.parameters[k])) for k in _classes(clipped)]
            case "isotonic":
                scores = [np.interp(clipped[:, k], self.knots[k], self.parameters[k]) for k in _classes(clipped)]
        return _clip(np.stack(scores, axis=1))

    @classmethod
    def _fit_isotonic(cls, clipped: _FloatArray, actual: _Codes, weights: _FloatArray) -> Self:
        fits = [
            IsotonicRegression(y_min=_FLOOR, y_max=1.0, out_of_bounds="clip").fit(
                clipped[:, k], actual == k, sample_weight=weights
            )
            for k in _classes(clipped)
        ]
        return cls(
            method="isotonic",
            parameters=tuple(tuple(fit.y_thresholds_.tolist()) for fit in fits),
            knots=tuple(tuple(fit.X_thresholds_.tolist()) for fit in fits),
        )


def log_loss(probabilities: _FloatArray, actual: _Codes, weights: npt.ArrayLike | None = None) -> float:
    """Mean log-loss in nats per case, each case counting as its weight says (None: alike)."""
    chosen = np.maximum(probabilities[np.arange(len(actual)), actual], 1e-12)
    return float(np.average(-np.log(chosen), weights=_weights(weights, len(actual))))


def expected_calibration_error(probabilities: _FloatArray, actual: _Codes, bins: int = 10) -> float:
    """Mean distance between the confidence in the predicted class and its accuracy, over bins of equal width.

    Args:
        probabilities: n x K.
        actual: n class codes.
        bins: number of bins of the confidence.

    >>> expected_calibration_error(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 1]), bins=5)
    0.4
    """
    confidence, hit = probabilities.max(axis=1), probabilities.argmax(axis=1) == actual
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(places, weights=confidence - hit, minlength=bins)
    return round(float(np.abs(gaps).sum() / len(actual)), 12)


def _classes(probabilities: _FloatArray) -> Sequence[int]:
    return range(probabilities.shape[1])


def _weights(weights: npt.ArrayLike | None, cases: int) -> _FloatArray:
    return np.ones(cases) if weights is None else np.asarray(weights, dtype=np.float64)


def _clip(probabilities: _FloatArray) -> _FloatArray:
    clipped = np.clip(probabilities, _FLOOR, 1.0)
    return cast(_FloatArray, clipped / clipped.sum(axis=1, keepdims=True))


def _scaled(logs: _FloatArray, parameters: _FloatArray) -> _FloatArray:
    """Temperature: one row [1 / T]; vector: K rows [a_k, b_k]."""
    if parameters.shape == (1, 1):
        return logs * float(parameters[0, 0])
    return logs * parameters[:, 0] + parameters[:, 1]


def _fit_scaling(
    logs: _FloatArray, actual: _Codes, method: Method, weights: _FloatArray
) -> tuple[tuple[float, ...], ...]:
    """Maximum likelihood with a ridge towards the identity."""
    identity = np.array([[1.0]]) if method == "temperature" else np.tile([1.0, 0.0], (logs.shape[1], 1))

    def loss(flat: _FloatArray) -> float:
        parameters = flat.reshape(identity.shape)
        chosen = log_softmax(_scaled(logs, parameters), axis=1)[np.arange(len(actual)), actual]
        return float(-np.average(chosen, weights=weights) + _PENALTY * ((parameters - identity) ** 2).sum())

    bounds = [(0.05, 20.0), (-10.0, 10.0)] * identity.shape[0] if method == "vector" else [(0.05, 20.0)]
    found = _minimised(loss, identity.ravel(), bounds).reshape(identity.shape)
    return tuple(tuple(float(value) for value in row) for row in found)


def _beta(probability: _FloatArray, parameters: _FloatArray) -> _FloatArray:
    a, b, c = parameters
    inner = np.clip(probability, _FLOOR, 1 - _FLOOR)
    return cast(_FloatArray, expit(a * np.log(inner) - b * np.log1p(-inner) + c))


def _fit_beta(probability: _FloatArray, hit: npt.NDArray[np.bool_], weights: _FloatArray) -> tuple[float, ...]:
    identity = np.array([1.0, 1.0, 0.0])

    def loss(parameters: _FloatArray) -> float:
        fitted = np.clip(_beta(probability, parameters), 1e-12, 1 - 1e-12)
        chosen = np.where(hit, np.log(fitted), np.log1p(-fitted))
        return float(-np.average(chosen, weights=weights) + _PENALTY * ((parameters - identity) ** 2).sum())

    found = _minimised(loss, identity, [(0.0, 20.0), (0.0, 20.0), (-10.0, 10.0)])
    return tuple(float(value) for value in found)


def _minimised(
    loss: Callable[[_FloatArray], float], start: _FloatArray, bounds: Sequence[tuple[float, float]]
) -> _FloatArray:
    return cast(_FloatArray, minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)
