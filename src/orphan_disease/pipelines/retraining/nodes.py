"""Nodes of `retraining`."""

from typing import Any

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.promotion import PromotionParams
from orphan_disease.contracts.parameters.retraining import RetrainingParams
from orphan_disease.contracts.vocabulary import Split
from orphan_disease.domain import evaluation, promotion, retraining
from orphan_disease.domain.prediction import Predictor

__all__ = ["apply_verdict", "check_retraining_due", "compare_with_champion"]


def check_retraining_due(
    decision: dict[str, Any], champion_version: str, split_assignment: pd.DataFrame, params: RetrainingParams
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Let the cases through to training, or refuse before any model is made."""
    return retraining.order_retraining(decision, champion_version, params), split_assignment


def compare_with_champion(  # noqa: PLR0913, PLR0917  # one argument per dataset
    order: dict[str, Any],
    champion: Predictor,
    candidate: Predictor,
    cases: pd.DataFrame,
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
    validation_results: dict[str, Any],
    params: PromotionParams,
) -> dict[str, Any]:
    """Put both models before the same held-out cases; the better one is served if it passed its gates."""
    held_out = split_assignment.loc[split_assignment[columns.SPLIT] != Split.TRAIN.value, columns.CASE_ID]
    chosen = cases[cases[columns.CASE_ID].isin(held_out)]
    old, new = (
        evaluation.join_truth(predictor.predict(chosen), labels, split_assignment)
        for predictor in (champion, candidate)
    )
    return promotion.challenge_record(old, new, order, validation_results, params)


def apply_verdict(promotion_record: dict[str, Any]) -> dict[str, Any]:
    """Act on the stored verdict: a run that is cut off after the champion moved must not compare it with itself."""
    return promotion_record
