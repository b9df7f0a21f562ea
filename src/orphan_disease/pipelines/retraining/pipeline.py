"""The training pipeline behind a gate: the monitoring must call for it, and the champion must be beaten."""

from kedro.pipeline import Node, Pipeline, pipeline

from orphan_disease.pipelines.retraining.nodes import (
    apply_verdict,
    check_retraining_due,
    compare_with_champion,
)

__all__ = ["create_pipeline"]


def create_pipeline(training: Pipeline) -> Pipeline:
    """Wrap a training pipeline.

    Whatever hangs on the split of the cases waits for the order; the new model becomes a candidate, and the served
    version moves only at the end, if the comparison says so.

    Args:
        training: the sum that makes `split_assignment`, `model_package` and what follows from them.
    """
    after_split = training.from_inputs("split_assignment")
    fitting = after_split.to_outputs("model_package")
    ordered = {"split_assignment": "ordered_split"}
    return (
        (training - after_split)
        + _gate()
        + pipeline(fitting, inputs=ordered, outputs={"model_package": "candidate_package"})
        + pipeline(after_split - fitting, inputs={**ordered, "model_package": "candidate_package"})
        + _comparison()
    )


def _gate() -> Pipeline:
    return Pipeline(
        [
            Node(
                check_retraining_due,
                inputs={
                    "decision": "monitoring_decision",
                    "champion_version": "champion_version",
                    "split_assignment": "split_assignment",
                    "params": "params:retraining",
                },
                outputs=["retraining_order", "ordered_split"],
                name="check_retraining_due",
            )
        ]
    )


def _comparison() -> Pipeline:
    return Pipeline(
        [
            Node(
                compare_with_champion,
                inputs={
                    "order": "retraining_order",
                    "champion": "champion_package",
                    "candidate": "candidate_package",
                    "cases": "cases",
                    "labels": "labels",
                    "split_assignment": "ordered_split",
                    "validation_results": "validation_results",
                    "params": "params:promotion",
                },
                outputs="promotion_record",
                name="compare_with_champion",
            ),
            Node(
                apply_verdict,
                inputs={"promotion_record": "promotion_record"},
                outputs="champion_move",
                name="apply_verdict",
            ),
        ]
    )
