"""Knowledge and cases in, features out."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.feature_engineering.nodes import (
    apply_case_encoder,
    build_case_base,
    build_demographic_evidence,
    build_knowledge_base,
    fit_case_encoder,
    fit_category_evidence,
    measure_category_evidence,
)

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """Build the case base and the knowledge base, fit encoder and evidence, encode the cases."""
    return Pipeline(
        [
            Node(
                build_case_base,
                inputs={
                    "cases": "cases",
                    "labels": "labels",
                    "typed_confirmed_cases": "typed_confirmed_cases",
                    "params": "params:feature_engineering.case_base",
                },
                outputs=["case_base", "case_base_profile"],
                name="build_case_base",
            ),
            Node(
                build_knowledge_base,
                inputs={
                    "hpo_terms": "hpo_terms",
                    "hpo_edges": "hpo_edges",
                    "hpo_alternatives": "hpo_alternatives",
                    "hpo_annotations": "hpo_annotations",
                    "disorders": "disorders",
                    "confirmed": "case_base",
                    "knowledge_profile": "knowledge_profile",
                },
                outputs="knowledge_base",
                name="build_knowledge_base",
            ),
            Node(
                build_demographic_evidence,
                inputs={
                    "knowledge_base": "knowledge_base",
                    "hpo_annotations": "hpo_annotations",
                    "params": "params:ranking.demographics",
                },
                outputs="demographic_evidence",
                name="build_demographic_evidence",
            ),
            Node(
                fit_case_encoder,
                inputs={
                    "knowledge_base": "knowledge_base",
                    "cases": "cases",
                    "split_assignment": "split_assignment",
                    "params": "params:feature_engineering.encoder",
                },
                outputs="case_encoder",
                name="fit_case_encoder",
            ),
            Node(
                fit_category_evidence,
                inputs={
                    "knowledge_base": "knowledge_base",
                    "hpo_annotations": "hpo_annotations",
                    "disorders": "disorders",
                    "scheme": "params:knowledge.categories",
                    "simulation": "params:fabrication.simulation",
                    "params": "params:feature_engineering.evidence",
                },
                outputs="category_evidence",
                name="fit_category_evidence",
            ),
            Node(
                measure_category_evidence,
                inputs={
                    "knowledge_base": "knowledge_base",
                    "category_evidence": "category_evidence",
                    "cases": "cases",
                    "labels": "labels",
                    "params": "params:feature_engineering.evidence",
                },
                outputs="case_evidence",
                name="measure_category_evidence",
            ),
            Node(
                apply_case_encoder,
                inputs={
                    "case_encoder": "case_encoder",
                    "knowledge_base": "knowledge_base",
                    "cases": "cases",
                    "case_evidence": "case_evidence",
                },
                outputs="case_features",
                name="apply_case_encoder",
            ),
        ]
    )
