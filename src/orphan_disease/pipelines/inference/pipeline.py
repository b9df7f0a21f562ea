"""Documents in, prediction records out; nothing but the packaged model is read beside the cases."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.inference.nodes import predict_cases, type_inference_cases

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """Type the cases, then answer them."""
    return Pipeline(
        [
            Node(
                type_inference_cases,
                inputs={"documents": "raw_inference_cases", "predictor": "served_package"},
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
