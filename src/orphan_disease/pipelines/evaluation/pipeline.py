"""The packaged model on held-out patients and, apart, on disorders that training has never seen."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.evaluation.nodes import (
    apply_model,
    build_model_card,
    build_training_reference,
    check_gates,
    join_answers,
    measure_behaviour,
    measure_classification,
    measure_costs,
    measure_subgroups,
    plot_calibration,
    plot_confusion,
    plot_per_category,
    summarise_training,
)

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """Answer, join with the truth, measure, draw, report, check the gates."""
    return _measurement() + _gates()


def _measurement() -> Pipeline:
    truth = {"labels": "labels", "split_assignment": "split_assignment"}
    return Pipeline(
        [
            Node(
                apply_model,
                inputs={"predictor": "model_package", "cases": "cases", "split_assignment": "split_assignment"},
                outputs="test_predictions",
                name="apply_model",
            ),
            Node(
                join_answers,
                inputs={
                    "test_predictions": "test_predictions",
                    "cross_fitted_decisions": "cross_fitted_decisions",
                    **truth,
                },
                outputs="evaluated_answers",
                name="join_answers",
            ),
            Node(
                build_training_reference,
                inputs={
                    "predictor": "model_package",
                    "cases": "cases",
                    "answers": "evaluated_answers",
                    "test_predictions": "test_predictions",
                },
                outputs="training_reference",
                name="build_training_reference",
            ),
            Node(
                measure_classification,
                inputs={"answers": "evaluated_answers", "params": "params:evaluation.measurement"},
                outputs="classification_metrics",
                name="measure_classification",
            ),
            Node(
                plot_confusion,
                inputs={"answers": "evaluated_answers"},
                outputs="confusion_plot",
                name="plot_confusion",
            ),
            Node(
                plot_calibration,
                inputs={"answers": "evaluated_answers", "params": "params:evaluation.measurement"},
                outputs="calibration_plot",
                name="plot_calibration",
            ),
            Node(
                plot_per_category,
                inputs={"metrics": "classification_metrics", "predictor": "model_package"},
                outputs="per_category_plot",
                name="plot_per_category",
            ),
            Node(
                build_model_card,
                inputs={
                    "predictor": "model_package",
                    "selected_candidate": "selected_candidate",
                    "metrics": "classification_metrics",
                    **truth,
                },
                outputs="model_card",
                name="build_model_card",
            ),
            Node(
                summarise_training,
                inputs={
                    "predictor": "model_package",
                    "candidate_metrics": "candidate_metrics",
                    "selected_candidate": "selected_candidate",
                    "metrics": "classification_metrics",
                },
                outputs="training_summary",
                name="summarise_training",
            ),
        ]
    )


def _gates() -> Pipeline:
    params = {"params": "params:evaluation.gates"}
    return Pipeline(
        [
            Node(
                measure_subgroups,
                inputs={"answers": "evaluated_answers", "cases": "cases", **params},
                outputs="subgroup_metrics",
                name="measure_subgroups",
            ),
            Node(
                measure_behaviour,
                inputs={"predictor": "model_package", "pack": "use_cases", **params},
                outputs="behaviour_metrics",
                name="measure_behaviour",
            ),
            Node(
                measure_costs,
                inputs={"predictor": "model_package", "pack": "use_cases"},
                outputs="serving_costs",
                name="measure_costs",
            ),
            Node(
                check_gates,
                inputs={
                    "predictor": "model_package",
                    "metrics": "classification_metrics",
                    "subgroup_metrics": "subgroup_metrics",
                    "behaviour_metrics": "behaviour_metrics",
                    "costs": "serving_costs",
                    **params,
                },
                outputs=["validation_results", "validation_report", "validation_archive"],
                name="check_gates",
            ),
        ]
    )
