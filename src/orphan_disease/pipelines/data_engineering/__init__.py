"""Typed knowledge and typed patients: ontology, annotations and disorders; cases, labels and splits."""

from orphan_disease.pipelines.data_engineering.pipeline import create_pipeline

__all__ = ["create_pipeline"]
