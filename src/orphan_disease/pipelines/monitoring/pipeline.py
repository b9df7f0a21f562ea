"""Join answers with the truth, measure each month, compare it with training, decide, report."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.monitoring.nodes import (
    build_monitoring_pages,
    decide_actions,
    join_outcomes,
    measure_drift,
    measure_months,
    summarise_month,
    type_monitoring_truth,
)

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """From stored predictions and the truth file to a decision."""
    params = {"params": "params:monitoring"}
    outcomes = {"outcomes": "answer_outcomes"}
    return Pipeline(
        [
            Node(
                type_monitoring_truth,
                inputs={"rows": "raw_truth"},
                outputs=["monitoring_truth", "monitoring_truth_quarantine"],
                name="type_monitoring_truth",
            ),
            Node(
                join_outcomes,
                inputs={
                    "predictions": "stored_predictions",
                    "answered_cases": "answered_cases",
                    "typed_truth": "monitoring_truth",
                    "predictor": "served_package",
                    **params,
                },
                outputs="answer_outcomes",
                name="join_outcomes",
            ),
            Node(
                measure_months,
                inputs={
                    **outcomes,
                    "typed_truth": "monitoring_truth",
                    "truth_quarantine": "monitoring_truth_quarantine",
                    **params,
                },
                outputs="month_figures",
                name="measure_months",
            ),
            Node(
                measure_drift,
                inputs={
                    "month_figures": "month_figures",
                    **outcomes,
                    "answered_cases": "answered_cases",
                    "training_references": "training_references",
                    "predictor": "served_package",
                    **params,
                },
                outputs="month_drift",
                name="measure_drift",
            ),
            Node(
                decide_actions,
                inputs={
                    "month_figures": "month_figures",
                    "month_drift": "month_drift",
                    **outcomes,
                    "earlier_records": "earlier_records",
                    **params,
                },
                outputs=["month_records", "month_decisions", "monitoring_decision"],
                name="decide_actions",
            ),
            Node(
                build_monitoring_pages,
                inputs={
                    "month_records": "month_records",
                    "earlier_records": "earlier_records",
                    "predictor": "served_package",
                    **params,
                },
                outputs=["month_pages", "monitoring_report"],
                name="build_monitoring_pages",
            ),
            Node(
                summarise_month,
                inputs={"month_records": "month_records", **params},
                outputs=["monitoring_metrics", "monitoring_prometheus", "monitoring_emf"],
                name="summarise_month",
            ),
        ]
    )
