"""Join the month, measure it, decide, report."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.monitoring.nodes import (
    build_monitoring_report,
    decide_action,
    join_month,
    measure_month,
    type_monitoring_truth,
)

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """From stored predictions and the truth file to a decision."""
    params = {"params": "params:monitoring"}
    return Pipeline(
        [
            Node(
                type_monitoring_truth,
                inputs={"rows": "raw_truth"},
                outputs=["monitoring_truth", "monitoring_truth_quarantine"],
                name="type_monitoring_truth",
            ),
            Node(
                join_month,
                inputs={
                    "predictions": "stored_predictions",
                    "typed_truth": "monitoring_truth",
                    "predictor": "served_package",
                    **params,
                },
                outputs="month_outcomes",
                name="join_month",
            ),
            Node(
                measure_month,
                inputs={"outcomes": "month_outcomes", **params},
                outputs="monitoring_metrics",
                name="measure_month",
            ),
            Node(
                decide_action,
                inputs={"metrics": "monitoring_metrics", **params},
                outputs="monitoring_decision",
                name="decide_action",
            ),
            Node(
                build_monitoring_report,
                inputs={
                    "outcomes": "month_outcomes",
                    "metrics": "monitoring_metrics",
                    "decision": "monitoring_decision",
                    "predictor": "served_package",
                },
                outputs="monitoring_report",
                name="build_monitoring_report",
            ),
        ]
    )
