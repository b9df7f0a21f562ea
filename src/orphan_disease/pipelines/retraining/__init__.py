"""Train again where monitoring calls for it, and take the new model only if it is no worse."""

from orphan_disease.pipelines.retraining.pipeline import create_pipeline

__all__ = ["create_pipeline"]
