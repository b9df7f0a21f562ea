"""Nodes of `monitoring`."""

from typing import Any

import pandas as pd

from orphan_disease.contracts.parameters.monitoring import MonitoringParams
from orphan_disease.domain import monitoring, monitoring_report, truth
from orphan_disease.domain.prediction import Predictor

__all__ = ["build_monitoring_report", "decide_action", "join_month", "measure_month", "type_monitoring_truth"]


def type_monitoring_truth(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type the truth file: the latest diagnosis of a visit or patient stands."""
    return truth.type_truth(rows)


def join_month(
    predictions: pd.DataFrame, typed_truth: pd.DataFrame, predictor: Predictor, params: MonitoringParams
) -> pd.DataFrame:
    """Join stored answers with the diagnoses confirmed in the month."""
    disorders = monitoring.known_disorders(predictor.knowledge)
    needed = params.cut_offs.minimum_labels
    return monitoring.join_month(predictions, typed_truth, disorders, params.month, minimum_labels=needed)


def measure_month(outcomes: pd.DataFrame, params: MonitoringParams) -> dict[str, Any]:
    """Measure the month's answers, each provenance apart."""
    return monitoring.measure_month(outcomes, params.measurement)


def decide_action(metrics: dict[str, Any], params: MonitoringParams) -> dict[str, Any]:
    """Decide what the figures call for."""
    return monitoring.decide_action(metrics, params.cut_offs, params.month)


def build_monitoring_report(
    outcomes: pd.DataFrame, metrics: dict[str, Any], decision: dict[str, Any], predictor: Predictor
) -> str:
    """Write the month's report."""
    return monitoring_report.build_monitoring_report(outcomes, metrics, decision, predictor.categories)
