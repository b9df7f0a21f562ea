"""Retraining gates whatever hangs on the split, and serves the new model only after the comparison."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.retraining import create_pipeline


def split_cases(cases: str) -> str:
    return cases


def build_model_package(split_assignment: str) -> str:
    return split_assignment


def apply_model(model: str, split_assignment: str) -> str:
    return model + split_assignment


TRAINING = Pipeline(
    [
        Node(split_cases, inputs={"cases": "cases"}, outputs="split_assignment", name="split_cases"),
        Node(
            build_model_package,
            inputs={"split_assignment": "split_assignment"},
            outputs="model_package",
            name="build_model_package",
        ),
        Node(
            apply_model,
            inputs={"model": "model_package", "split_assignment": "split_assignment"},
            outputs="test_predictions",
            name="apply_model",
        ),
    ]
)


def test_nothing_is_fitted_before_the_order() -> None:
    wrapped = create_pipeline(TRAINING)
    order = [node.name for node in wrapped.nodes]

    assert order.index("check_retraining_due") < order.index("build_model_package")
    gated = wrapped.from_nodes("check_retraining_due")
    assert {node.name for node in gated.nodes} == {
        "check_retraining_due",
        "build_model_package",
        "apply_model",
        "compare_with_champion",
        "apply_verdict",
    }


def test_the_served_package_is_never_written_by_the_fit() -> None:
    wrapped = create_pipeline(TRAINING)
    assert "model_package" not in wrapped.datasets()
    assert {"candidate_package", "champion_move", "promotion_record"} <= wrapped.all_outputs()
    assert {"champion_package", "champion_version", "monitoring_decision"} <= wrapped.inputs()


def test_the_champion_moves_by_a_node_of_its_own_after_the_verdict_is_stored() -> None:
    """A resumed run takes up after the comparison; it would find the new champion compared with itself otherwise."""
    producers = {output: node for node in create_pipeline(TRAINING).nodes for output in node.outputs}
    assert producers["champion_move"].inputs == ["promotion_record"]
    assert producers["promotion_record"].name == "compare_with_champion"
