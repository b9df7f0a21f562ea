"""Stored answers against the truth that arrived in a month: figures, a decision, a report."""

from orphan_disease.pipelines.monitoring.pipeline import create_pipeline

__all__ = ["create_pipeline"]
