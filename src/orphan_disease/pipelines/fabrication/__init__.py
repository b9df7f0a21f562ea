"""The fabricated hospital: simulated patients as the files that a hospital would export."""

from orphan_disease.pipelines.fabrication.pipeline import create_pipeline

__all__ = ["create_pipeline"]
