"""What a training has left is measured at length; nothing here changes a model."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.decision_report import nodes

__all__ = ["create_pipeline", "create_protocol_pipeline"]

_PARAMS = {"params": "params:decision_report", "measurement": "params:evaluation.measurement"}
_MODELLING = {"training_heads": "training_heads", "modelling": "params:modelling"}
_TRUTH = {"labels": "labels", "split_assignment": "split_assignment"}
_PROTOCOL = {
    "out_of_fold_predictions": "out_of_fold_predictions",
    **_TRUTH,
    "scheme": "params:knowledge.categories",
    "measurement": "params:evaluation.measurement",
}


def create_pipeline() -> Pipeline:
    """Measure, draw, report."""
    return _measurements() + _experiments() + _drawings() + _page()


def create_protocol_pipeline(learning: Pipeline) -> Pipeline:
    """Train as far as the out-of-fold answers, and measure them: another protocol than the packaged model's.

    Args:
        learning: from files to a measured model.
    """
    measured = Node(nodes.measure_protocol, inputs=_PROTOCOL, outputs="protocol_metrics", name="measure_protocol")
    return learning.to_outputs("out_of_fold_predictions") + Pipeline([measured])


def _measurements() -> Pipeline:
    answers = {"answers": "evaluated_answers"}
    return Pipeline(
        [
            Node(
                nodes.measure_subgroup_figures,
                inputs={**answers, "cases": "cases", "disorders": "disorders", **_PARAMS},
                outputs="subgroup_figure_metrics",
                name="measure_subgroup_figures",
            ),
            Node(
                nodes.measure_risk_coverage,
                inputs={**answers, **_PARAMS},
                outputs=["risk_coverage_profile", "risk_coverage_metrics"],
                name="measure_risk_coverage",
            ),
            Node(
                nodes.measure_ambiguity,
                inputs={
                    **answers,
                    "disorders": "disorders",
                    "orphanet_disorders": "orphanet_disorders",
                    "orphanet_cross_references": "orphanet_cross_references",
                    "scheme": "params:knowledge.categories",
                    **_PARAMS,
                },
                outputs="ambiguity_metrics",
                name="measure_ambiguity",
            ),
            Node(
                nodes.measure_orphan_detection,
                inputs={**answers, "cases": "cases", **_PARAMS},
                outputs="orphan_detection_metrics",
                name="measure_orphan_detection",
            ),
            Node(
                nodes.measure_protocol,
                inputs=_PROTOCOL,
                outputs="own_protocol_metrics",
                name="measure_protocol",
            ),
            Node(
                nodes.measure_balancing,
                inputs={"candidate_predictions": "candidate_predictions", **_MODELLING, **_PARAMS},
                outputs="balancing_metrics",
                name="measure_balancing",
            ),
            Node(
                nodes.measure_contributions,
                inputs={
                    "predictor": "model_package",
                    "cases": "cases",
                    "split_assignment": "split_assignment",
                    "params": "params:decision_report",
                },
                outputs="contribution_metrics",
                name="measure_contributions",
            ),
        ]
    )


def _experiments() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.measure_feature_ablation,
                inputs={**_MODELLING, **_PARAMS},
                outputs="ablation_metrics",
                name="measure_feature_ablation",
            ),
            Node(
                nodes.measure_learning,
                inputs={**_MODELLING, **_PARAMS},
                outputs="learning_metrics",
                name="measure_learning",
            ),
            Node(
                nodes.measure_scarce_disorders,
                inputs={**_MODELLING, "case_features": "case_features", **_TRUTH, **_PARAMS},
                outputs="scarce_disorder_metrics",
                name="measure_scarce_disorders",
            ),
            Node(
                nodes.summarise_errors,
                inputs={
                    "answers": "evaluated_answers",
                    "cases": "cases",
                    "disorders": "disorders",
                    "predictor": "model_package",
                    **_MODELLING,
                    "params": "params:decision_report",
                },
                outputs="wrong_answer_report",
                name="summarise_errors",
            ),
        ]
    )


def _drawings() -> Pipeline:
    params = {"params": "params:decision_report"}
    return Pipeline(
        [
            Node(
                nodes.plot_risk_coverage,
                inputs={"curves": "risk_coverage_profile", **params},
                outputs="risk_coverage_plot",
                name="plot_risk_coverage",
            ),
            Node(
                nodes.plot_ablation,
                inputs={"ablation": "ablation_metrics"},
                outputs="ablation_plot",
                name="plot_ablation",
            ),
            Node(
                nodes.plot_learning,
                inputs={"learning": "learning_metrics"},
                outputs="learning_plot",
                name="plot_learning",
            ),
            Node(
                nodes.plot_balancing,
                inputs={"balancing": "balancing_metrics"},
                outputs="balancing_plot",
                name="plot_balancing",
            ),
            Node(
                nodes.plot_contributions,
                inputs={"contributions": "contribution_metrics", **params},
                outputs="contribution_plot",
                name="plot_contributions",
            ),
        ]
    )


def _page() -> Pipeline:
    inputs = {
        "metrics": "classification_metrics",
        "summary": "training_summary",
        "subgroups": "subgroup_figure_metrics",
        "risk_coverage": "risk_coverage_metrics",
        "ambiguity": "ambiguity_metrics",
        "balancing": "balancing_metrics",
        "ablation": "ablation_metrics",
        "learning": "learning_metrics",
        "scarce": "scarce_disorder_metrics",
        "orphan_detection": "orphan_detection_metrics",
        "contributions": "contribution_metrics",
        "errors": "wrong_answer_report",
        "own_papers_left_out": "own_protocol_metrics",
        "disorder_masked": "masked_protocol_metrics",
        "simulated_only": "simulated_protocol_metrics",
        "confusion_plot": "confusion_plot",
        "calibration_plot": "calibration_plot",
        "per_category_plot": "per_category_plot",
        "risk_coverage_plot": "risk_coverage_plot",
        "balancing_plot": "balancing_plot",
        "ablation_plot": "ablation_plot",
        "learning_plot": "learning_plot",
        "contribution_plot": "contribution_plot",
        "params": "params:decision_report",
    }
    return Pipeline(
        [Node(nodes.build_decision_report, inputs=inputs, outputs="decision_report", name="build_decision_report")]
    )
