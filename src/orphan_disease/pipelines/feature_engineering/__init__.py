"""Turn cases into what the classifiers read: the patient's own profile, and what the knowledge says of it."""

from orphan_disease.pipelines.feature_engineering.pipeline import create_pipeline

__all__ = ["create_pipeline"]
