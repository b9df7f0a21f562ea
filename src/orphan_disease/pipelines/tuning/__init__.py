"""Search hyper-parameters within a time, and measure by nested folds what they are worth; it changes no model."""

from orphan_disease.pipelines.tuning.pipeline import create_pipeline

__all__ = ["create_pipeline"]
