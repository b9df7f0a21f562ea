"""Nodes of `monitoring`."""

from typing import Any

import pandas as pd

from orphan_disease.contracts.parameters.monitoring import MonitoringParams
from orphan_disease.domain import month_outcomes, truth
from orphan_disease.domain import month_records as judged
from orphan_disease.domain.prediction import Predictor

__all__ = [
    "build_monitoring_pages",
    "decide_actions",
    "join_outcomes",
    "measure_drift",
    "measure_months",
    "summarise_month",
    "type_monitoring_truth",
]

Records = dict[str, dict[str, Any]]


def type_monitoring_truth(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type the truth file: the latest diagnosis of a visit or patient stands."""
    return truth.type_truth(rows)


def join_outcomes(
    predictions: pd.DataFrame,
    answered_cases: pd.DataFrame,
    typed_truth: pd.DataFrame,
    predictor: Predictor,
    params: MonitoringParams,
) -> pd.DataFrame:
    """Join stored answers with the diagnoses that stand."""
    disorders = month_outcomes.known_disorders(predictor.knowledge)
    bands = params.subgroups.age_bands_from_years
    return month_outcomes.join_outcomes(predictions, answered_cases, typed_truth, disorders, bands)


def measure_months(
    outcomes: pd.DataFrame, typed_truth: pd.DataFrame, truth_quarantine: pd.DataFrame, params: MonitoringParams
) -> Records:
    """Measure each month that is looked at: labels, and the figures of every version."""
    return judged.measure_months(outcomes, typed_truth, truth_quarantine, params)


def measure_drift(  # noqa: PLR0913, PLR0917  # one argument per dataset
    month_figures: Records,
    outcomes: pd.DataFrame,
    answered_cases: pd.DataFrame,
    training_references: pd.DataFrame,
    predictor: Predictor,
    params: MonitoringParams,
) -> Records:
    """Compare each month's cases and answers with those of training."""
    described = judged.describe_outcomes(outcomes, answered_cases, predictor.knowledge.ontology)
    return judged.measure_drift_of_months(month_figures, described, training_references, params)


def decide_actions(
    month_figures: Records,
    month_drift: Records,
    outcomes: pd.DataFrame,
    earlier_records: Records,
    params: MonitoringParams,
) -> tuple[Records, Records, dict[str, Any]]:
    """Decide what each month calls for; the newest month's decision is the one that stands."""
    return judged.decide_months(month_figures, month_drift, outcomes, earlier_records, params)


def build_monitoring_pages(
    month_records: Records, earlier_records: Records, predictor: Predictor, params: MonitoringParams
) -> tuple[dict[str, str], str]:
    """Write the page of each month, and the newest by itself."""
    return judged.build_pages(month_records, earlier_records, predictor.category_labels, params)


def summarise_month(
    month_records: Records, params: MonitoringParams
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Name the newest month's figures for trackers and dashboards: MLflow, Prometheus, CloudWatch."""
    headline = judged.headline_of(month_records, params)
    return headline, headline, headline
