"""Labels of training cases in, a plan and a pool of further patients out."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.balancing.nodes import (
    apply_encoders_to_augmentation,
    build_resampling_plan,
    measure_imbalance,
    plot_imbalance,
    simulate_augmentation,
)

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """Measure, draw, simulate, encode, plan."""
    return Pipeline(
        [
            Node(
                measure_imbalance,
                inputs={
                    "labels": "labels",
                    "split_assignment": "split_assignment",
                    "scheme": "params:knowledge.categories",
                },
                outputs="imbalance_report",
                name="measure_imbalance",
            ),
            Node(
                plot_imbalance,
                inputs={"imbalance_report": "imbalance_report"},
                outputs="imbalance_plot",
                name="plot_imbalance",
            ),
            Node(
                simulate_augmentation,
                inputs={
                    "knowledge_base": "knowledge_base",
                    "hpo_annotations": "hpo_annotations",
                    "disorders": "disorders",
                    "cases": "cases",
                    "labels": "labels",
                    "split_assignment": "split_assignment",
                    "simulation": "params:fabrication.simulation",
                    "params": "params:balancing.augmentation",
                    "modelling": "params:modelling",
                },
                outputs=["augmented_cases", "augmented_labels"],
                name="simulate_augmentation",
            ),
            Node(
                apply_encoders_to_augmentation,
                inputs={
                    "knowledge_base": "knowledge_base",
                    "case_encoder": "case_encoder",
                    "category_evidence": "category_evidence",
                    "augmented_cases": "augmented_cases",
                    "augmented_labels": "augmented_labels",
                    "params": "params:balancing.augmentation",
                },
                outputs="augmented_features",
                name="apply_encoders_to_augmentation",
            ),
            Node(
                build_resampling_plan,
                inputs={"imbalance_report": "imbalance_report", "params": "params:balancing.resampling"},
                outputs="resampling_plan",
                name="build_resampling_plan",
            ),
        ]
    )
