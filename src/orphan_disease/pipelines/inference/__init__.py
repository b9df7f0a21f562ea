"""Answers for new cases, from the packaged model alone."""

from orphan_disease.pipelines.inference.pipeline import create_pipeline

__all__ = ["create_pipeline"]
