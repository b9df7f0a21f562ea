"""What the packaged model is worth: figures with intervals, pictures, the model card, the summary of a training run."""

from orphan_disease.pipelines.evaluation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
