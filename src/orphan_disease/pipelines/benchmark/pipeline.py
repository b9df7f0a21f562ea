"""Published cases ranked by every method in every mode of leakage."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.benchmark.nodes import (
    build_benchmark_report,
    measure_benchmark,
    plot_benchmark,
    score_benchmark,
    type_benchmark_cases,
)

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """Type, rank, measure, report, draw. The knowledge comes from the knowledge half of data_engineering."""
    params = {"params": "params:benchmark"}
    return Pipeline(
        [
            Node(
                type_benchmark_cases,
                inputs={
                    "documents": "raw_benchmark_cases",
                    "hpo_terms": "hpo_terms",
                    "hpo_alternatives": "hpo_alternatives",
                },
                outputs=["benchmark_cases", "benchmark_quarantine"],
                name="type_benchmark_cases",
            ),
            Node(
                score_benchmark,
                inputs={
                    "benchmark_cases": "benchmark_cases",
                    "hpo_terms": "hpo_terms",
                    "hpo_edges": "hpo_edges",
                    "hpo_alternatives": "hpo_alternatives",
                    "hpo_annotations": "hpo_annotations",
                    "disorders": "disorders",
                    "simulation": "params:fabrication.simulation",
                    "reranker": "params:ranking.reranker",
                    "demographics": "params:ranking.demographics",
                    **params,
                },
                outputs="benchmark_ranks",
                name="score_benchmark",
            ),
            Node(
                measure_benchmark,
                inputs={"ranks": "benchmark_ranks", **params},
                outputs="benchmark_metrics",
                name="measure_benchmark",
            ),
            Node(
                build_benchmark_report,
                inputs={"metrics": "benchmark_metrics", **params},
                outputs="benchmark_report",
                name="build_benchmark_report",
            ),
            Node(plot_benchmark, inputs={"ranks": "benchmark_ranks"}, outputs="benchmark_plot", name="plot_benchmark"),
        ]
    )
