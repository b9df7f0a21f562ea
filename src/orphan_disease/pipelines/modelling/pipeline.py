"""Features and plan in, a model that answers cases out."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.modelling.nodes import (
    build_heads,
    build_model_package,
    compare_candidates,
    fit_calibration,
    fit_category_classifier,
    fit_orphan_classifier,
    fit_reranker,
    select_candidate,
)

__all__ = ["create_pipeline"]

_HEADS = {"training_heads": "training_heads", "params": "params:modelling"}


def create_pipeline() -> Pipeline:
    """Put the heads' data together, compare, select, fit, calibrate, pack."""
    return Pipeline(
        [
            Node(
                build_heads,
                inputs={
                    "case_features": "case_features",
                    "labels": "labels",
                    "split_assignment": "split_assignment",
                    "augmented_features": "augmented_features",
                    "augmented_labels": "augmented_labels",
                    "resampling_plan": "resampling_plan",
                    "scheme": "params:knowledge.categories",
                    "params": "params:modelling",
                },
                outputs="training_heads",
                name="build_heads",
            ),
            Node(
                compare_candidates,
                inputs=_HEADS,
                outputs=["candidate_metrics", "candidate_predictions"],
                name="compare_candidates",
            ),
            Node(
                select_candidate,
                inputs={
                    "candidate_metrics": "candidate_metrics",
                    "candidate_predictions": "candidate_predictions",
                    "case_features": "case_features",
                    **_HEADS,
                },
                outputs=["selected_candidate", "out_of_fold_predictions"],
                name="select_candidate",
            ),
            Node(
                fit_category_classifier,
                inputs={"selected_candidate": "selected_candidate", **_HEADS},
                outputs="category_classifier",
                name="fit_category_classifier",
            ),
            Node(
                fit_orphan_classifier,
                inputs={"selected_candidate": "selected_candidate", **_HEADS},
                outputs="orphan_classifier",
                name="fit_orphan_classifier",
            ),
            Node(
                fit_calibration,
                inputs={"out_of_fold_predictions": "out_of_fold_predictions", **_HEADS},
                outputs=["calibration", "cross_fitted_decisions"],
                name="fit_calibration",
            ),
            Node(
                fit_reranker,
                inputs={
                    "knowledge_base": "knowledge_base",
                    "hpo_annotations": "hpo_annotations",
                    "disorders": "disorders",
                    "demographics": "demographic_evidence",
                    "cases": "cases",
                    "labels": "labels",
                    "split_assignment": "split_assignment",
                    "simulation": "params:fabrication.simulation",
                    "params": "params:ranking.reranker",
                },
                outputs=["reranker", "reranker_metrics"],
                name="fit_reranker",
            ),
            Node(
                build_model_package,
                inputs={
                    "knowledge_base": "knowledge_base",
                    "demographics": "demographic_evidence",
                    "reranker": "reranker",
                    "case_encoder": "case_encoder",
                    "category_evidence": "category_evidence",
                    "orphan_classifier": "orphan_classifier",
                    "category_classifier": "category_classifier",
                    "calibration": "calibration",
                    "cases": "cases",
                    "labels": "labels",
                    "scheme": "params:knowledge.categories",
                },
                outputs=["model_package", "registered_model"],
                name="build_model_package",
            ),
        ]
    )
