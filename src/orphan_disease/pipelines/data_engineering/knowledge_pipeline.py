"""The knowledge half of data_engineering: what is known of disorders, before any patient is seen."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.data_engineering.knowledge_nodes import (
    build_disorders,
    summarise_knowledge,
    type_hpo_annotations,
    type_hpo_ontology,
    type_orphanet,
)

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """HPO, its annotations and Orphanet to disorders with a category."""
    params = {"params": "params:knowledge.categories"}
    return Pipeline(
        [
            Node(
                type_hpo_ontology,
                inputs={"lines": "raw_hpo_ontology"},
                outputs=["hpo_terms", "hpo_edges", "hpo_alternatives"],
                name="type_hpo_ontology",
            ),
            Node(
                type_hpo_annotations,
                inputs={"lines": "raw_hpo_annotations"},
                outputs="hpo_annotations",
                name="type_hpo_annotations",
            ),
            Node(
                type_orphanet,
                inputs={"packets": "raw_orphanet", **params},
                outputs=[
                    "orphanet_disorders",
                    "orphanet_parents",
                    "orphanet_cross_references",
                    "orphanet_prevalences",
                    "orphanet_phenotypes",
                    "orphanet_quarantine",
                ],
                name="type_orphanet",
            ),
            Node(
                build_disorders,
                inputs={
                    "hpo_terms": "hpo_terms",
                    "hpo_edges": "hpo_edges",
                    "hpo_alternatives": "hpo_alternatives",
                    "hpo_annotations": "hpo_annotations",
                    "orphanet_disorders": "orphanet_disorders",
                    "orphanet_parents": "orphanet_parents",
                    "orphanet_cross_references": "orphanet_cross_references",
                    "orphanet_prevalences": "orphanet_prevalences",
                    "facts": "raw_orphan_facts",
                    **params,
                },
                outputs="disorders",
                name="build_disorders",
            ),
            Node(
                summarise_knowledge,
                inputs={
                    "annotation_lines": "raw_hpo_annotations",
                    "hpo_terms": "hpo_terms",
                    "hpo_annotations": "hpo_annotations",
                    "orphanet_disorders": "orphanet_disorders",
                    "disorders": "disorders",
                    **params,
                },
                outputs="knowledge_profile",
                name="summarise_knowledge",
            ),
        ],
        tags=["knowledge"],
    )
