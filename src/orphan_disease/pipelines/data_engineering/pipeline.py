"""Knowledge and patients, typed and joined: what every other pipeline starts from."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.data_engineering import knowledge_pipeline
from orphan_disease.pipelines.data_engineering.nodes import (
    build_cases,
    build_labels,
    split_cases,
    summarise_data_quality,
    type_confirmed_cases,
    type_histories,
    type_triage_form,
    type_truth,
)

__all__ = ["create_patients_pipeline", "create_pipeline"]


def create_pipeline() -> Pipeline:
    """The knowledge half and the patients half."""
    return knowledge_pipeline.create_pipeline() + create_patients_pipeline()


def create_patients_pipeline() -> Pipeline:
    """Triage forms, histories, confirmed cases and truth to cases, labels and splits."""
    hpo = {"hpo_terms": "hpo_terms", "hpo_alternatives": "hpo_alternatives"}
    return Pipeline(
        [
            Node(
                type_triage_form,
                inputs={
                    "form": "raw_triage",
                    "local_codes": "raw_local_codes",
                    "vocabulary": "clinical_vocabulary",
                    "params": "params:triage_form",
                    **hpo,
                },
                outputs=["typed_triage", "triage_quarantine"],
                name="type_triage_form",
            ),
            Node(
                type_histories,
                inputs={"documents": "raw_histories", "vocabulary": "clinical_vocabulary", **hpo},
                outputs=["typed_histories", "histories_quarantine"],
                name="type_histories",
            ),
            Node(
                type_confirmed_cases,
                inputs={"documents": "raw_confirmed_cases", "vocabulary": "clinical_vocabulary", **hpo},
                outputs=["typed_confirmed_cases", "confirmed_cases_quarantine"],
                name="type_confirmed_cases",
            ),
            Node(
                type_truth,
                inputs={"rows": "raw_truth", "vocabulary": "clinical_vocabulary"},
                outputs=["typed_truth", "truth_quarantine"],
                name="type_truth",
            ),
            Node(
                build_cases,
                inputs={
                    "typed_triage": "typed_triage",
                    "typed_histories": "typed_histories",
                    "typed_confirmed_cases": "typed_confirmed_cases",
                    "hpo_edges": "hpo_edges",
                    **hpo,
                },
                outputs=["cases", "likely_persons", "cases_quarantine"],
                name="build_cases",
            ),
            Node(
                build_labels,
                inputs={
                    "cases": "cases",
                    "typed_truth": "typed_truth",
                    "typed_confirmed_cases": "typed_confirmed_cases",
                    "disorders": "disorders",
                    "params": "params:data_engineering.labels",
                },
                outputs=["labels", "labels_quarantine"],
                name="build_labels",
            ),
            Node(
                split_cases,
                inputs={
                    "cases": "cases",
                    "likely_persons": "likely_persons",
                    "labels": "labels",
                    "params": "params:data_engineering.split",
                },
                outputs="split_assignment",
                name="split_cases",
            ),
            Node(
                summarise_data_quality,
                inputs={
                    "triage": "typed_triage",
                    "triage_quarantine": "triage_quarantine",
                    "histories": "typed_histories",
                    "histories_quarantine": "histories_quarantine",
                    "confirmed_cases": "typed_confirmed_cases",
                    "confirmed_cases_quarantine": "confirmed_cases_quarantine",
                    "truth": "typed_truth",
                    "truth_quarantine": "truth_quarantine",
                    "cases": "cases",
                    "cases_quarantine": "cases_quarantine",
                    "labels": "labels",
                    "labels_quarantine": "labels_quarantine",
                    "split_assignment": "split_assignment",
                },
                outputs=["data_quality_report", "data_quality_page"],
                name="summarise_data_quality",
            ),
        ]
    )
