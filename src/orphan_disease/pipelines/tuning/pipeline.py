"""What a training has compared in, settings for the next training out."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.tuning.nodes import measure_nested_tuning, select_hyperparameters, summarise_tuning

__all__ = ["create_pipeline"]

_SEARCHED = {
    "training_heads": "training_heads",
    "studies": "tuning_studies",
    "modelling": "params:modelling",
    "params": "params:tuning",
}


def create_pipeline() -> Pipeline:
    """Search, measure by nested folds, and write what is shown to be better."""
    return Pipeline(
        [
            Node(
                select_hyperparameters,
                inputs=_SEARCHED,
                outputs=["tuned_hyperparameters", "tuning_trials"],
                name="select_hyperparameters",
            ),
            Node(
                measure_nested_tuning, inputs=_SEARCHED, outputs="nested_tuning_metrics", name="measure_nested_tuning"
            ),
            Node(
                summarise_tuning,
                inputs={
                    "tuned_hyperparameters": "tuned_hyperparameters",
                    "nested_tuning_metrics": "nested_tuning_metrics",
                    "params": "params:tuning",
                },
                outputs="tuned_candidates",
                name="summarise_tuning",
            ),
        ]
    )
