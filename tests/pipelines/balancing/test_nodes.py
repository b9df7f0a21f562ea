from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.modelling import Resampling
from orphan_disease.pipelines.balancing.nodes import build_resampling_plan


def test_the_plan_is_plain_data_with_none_among_the_candidates() -> None:
    report: dict[str, object] = {"patients": {"a": 90, "b": 10}}
    plan = build_resampling_plan(report, ResamplingParams(candidates=(Resampling.SMOTE,), target_ratio=0.5))
    assert plan == {
        "counts": {"a": 90, "b": 10},
        "targets": {"a": 90, "b": 45},
        "candidates": ["none", "smote"],
        "smote_neighbours": 5,
    }
