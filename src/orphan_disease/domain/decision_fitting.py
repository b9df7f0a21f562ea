"""Fit what lies between raw probabilities and a decision, on the out-of-fold answers of whole unseen disorders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.modelling import CalibrationParams, DecisionParams, SelectionParams
from orphan_disease.domain.calibration import Calibrator, expected_calibration_error, log_loss
from orphan_disease.domain.conformal import category_thresholds, conformal_quantile
from orphan_disease.domain.decision import DecisionRule, correct_prevalence
from orphan_disease.domain.row_weights import disorder_weights
from orphan_disease.domain.selection import selection_provenance
from orphan_disease.domain.validation import TrainingSet

__all__ = ["FittedDecision", "HeadAnswers", "fit_decision_rule"]

_FloatArray = npt.NDArray[np.float64]
Choice = Literal["temperature", "vector", "isotonic", "beta", "best"]


@dataclass(frozen=True, eq=False)
class HeadAnswers:
    """One head's training cases with the raw out-of-fold probabilities of the candidate taken.

    Attributes:
        training: n cases.
        probabilities: n x K.
        novelty: n values of the novelty feature.
    """

    training: TrainingSet
    probabilities: _FloatArray
    novelty: npt.NDArray[np.float32]

    def part(self, rows: npt.NDArray[np.bool_]) -> "HeadAnswers":
        """The cases where `rows` is true."""
        return HeadAnswers(self.training.part(rows), self.probabilities[rows], self.novelty[rows])

    def deciding(self, selection: SelectionParams) -> "HeadAnswers":
        """The cases of the source that decides: the real ones if there are enough, else the simulated ones."""
        return self.part(selection_provenance(self.training.labels, selection.minimum_real_cases))

    def novelty_of(self, cases: pd.Index) -> "pd.Series[float]":
        """Novelty of these cases, missing where the head has no such case."""
        return pd.Series(self.novelty, index=self.training.features.index).reindex(cases)

    @property
    def folds(self) -> npt.NDArray[np.intp]:
        """The fold of each case."""
        return self.training.labels[columns.FOLD].to_numpy(dtype=np.intp)

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of each class."""
        counts = np.bincount(self.training.codes, minlength=len(self.training.classes))
        return tuple((counts / counts.sum()).tolist())

    @property
    def groups(self) -> "pd.Series[str]":
        """Groups of cases that belong together."""
        return self.training.labels[columns.GROUP]


@dataclass(frozen=True)
class FittedDecision:
    """The rule, and what was measured while it was fitted (out of fold, in the source that decides)."""

    rule: DecisionRule
    evidence: Mapping[str, object]


def fit_decision_rule(
    category: HeadAnswers,
    orphan: HeadAnswers,
    *,
    calibration: CalibrationParams,
    decision: DecisionParams,
    selection: SelectionParams,
) -> FittedDecision:
    """Fit both calibrations, the thresholds of the prediction sets and that of novelty.

    Args:
        category: answers of the category head.
        orphan: answers of the orphan head.
        calibration: methods.
        decision: prevalences, coverage, abstention.
        selection: which source decides.
    """
    chosen, detected = category.deciding(selection), orphan.deciding(selection)
    weights = disorder_weights(chosen.training.labels[columns.DISORDER_ID], calibration.disorder_weight_exponent)
    category_calibrator, category_losses = _calibrated(chosen, calibration.category_method, weights)
    alike = np.ones(len(detected.training.codes), dtype=np.float32)
    orphan_calibrator, orphan_losses = _calibrated(detected, calibration.orphan_method, alike)
    classes = chosen.training.classes
    deployed = _deployed(classes, chosen.shares, decision.category_prevalences)
    final = correct_prevalence(category_calibrator.apply(chosen.probabilities), chosen.shares, deployed)
    rule = DecisionRule(
        categories=classes,
        orphan_calibrator=orphan_calibrator,
        orphan_trained=detected.shares[1],
        orphan_deployed=decision.orphan_prevalence,
        category_calibrator=category_calibrator,
        category_trained=chosen.shares,
        category_deployed=deployed,
        coverage=decision.coverage,
        score=decision.conformal_score,
        thresholds=_thresholds(final, chosen, decision, weights),
        maximum_set_size=decision.maximum_set_size,
        novelty_feature=decision.novelty_feature,
        novelty_threshold=float(np.quantile(chosen.novelty, decision.novelty_quantile)),
    )
    return FittedDecision(
        rule,
        {
            "category": _figures(chosen, category_calibrator, category_losses),
            "orphan": _figures(detected, orphan_calibrator, orphan_losses),
        },
    )


def _calibrated(
    answers: HeadAnswers, method: Choice, weights: npt.NDArray[np.float32]
) -> tuple[Calibrator, dict[str, float]]:
    codes = answers.training.codes
    if method == "best":
        return Calibrator.fit_best(answers.probabilities, codes, answers.groups, weights)
    return Calibrator.fit(answers.probabilities, codes, method, weights), {}


def _thresholds(
    probabilities: _FloatArray, answers: HeadAnswers, decision: DecisionParams, weights: npt.NDArray[np.float32]
) -> tuple[float | None, ...]:
    """Of the prediction sets, one for each category; None where it is always inside."""
    codes, score = answers.training.codes, decision.conformal_score
    if decision.conformal_thresholds == "category":
        found = category_thresholds(probabilities, codes, decision.coverage, score, answers.groups, weights)
    else:
        one = conformal_quantile(probabilities, codes, decision.coverage, score, answers.groups, weights)
        found = np.full(len(answers.training.classes), one)
    return tuple(float(each) if np.isfinite(each) else None for each in found)


def _deployed(
    classes: Sequence[str], trained: tuple[float, ...], prevalences: Mapping[str, float] | None
) -> tuple[float, ...]:
    """Shares of the categories where the model is used, in the order of the classes.

    Raises:
        ValueError: if the given shares do not name every category, or do not sum to 1.
    """
    if prevalences is None:
        return trained
    if set(prevalences) != set(classes) or not np.isclose(sum(prevalences.values()), 1.0):
        raise ValueError(
            f"category_prevalences {dict(prevalences)}: expected a share of each of {', '.join(classes)}, summing to 1"
        )
    return tuple(prevalences[name] for name in classes)


def _figures(answers: HeadAnswers, calibrator: Calibrator, losses: Mapping[str, float]) -> dict[str, object]:
    codes = answers.training.codes
    calibrated = calibrator.apply(answers.probabilities)
    return {
        "provenance": "+".join(sorted(answers.training.labels[columns.PROVENANCE].unique())),
        "cases": len(codes),
        "groups": int(answers.groups.nunique()),
        "method": calibrator.method,
        "held_out_log_loss": dict(losses),
        "log_loss_raw": log_loss(answers.probabilities, codes),
        "expected_calibration_error_raw": expected_calibration_error(answers.probabilities, codes),
        "expected_calibration_error_fitted": expected_calibration_error(calibrated, codes),
    }
