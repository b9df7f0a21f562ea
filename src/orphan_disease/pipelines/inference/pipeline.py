"""Documents in, prediction records out; beside the cases, the packaged model and the words of clinics are read."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.inference.nodes import predict_cases, type_inference_cases

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """Type the cases, then answer them."""
    return Pipeline(
        [
            Node(
                type_inference_cases,
                inputs={
                    "documents": "raw_inference_cases",
                    "predictor": "served_package",
                    "vocabulary": "clinical_vocabulary",
                },
                outputs=["inference_cases", "inference_quarantine"],
                name="type_inference_cases",
            ),
            Node(
                predict_cases,
                inputs={
                    "predictor": "served_package",
                    "cases": "inference_cases",
                    "params": "params:inference.answers",
                },
                outputs="predictions",
                name="predict_cases",
            ),
        ]
    )
