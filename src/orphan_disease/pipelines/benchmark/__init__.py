"""How well disorders are ranked: published cases, every method, every mode of leakage."""

from orphan_disease.pipelines.benchmark.pipeline import create_pipeline

__all__ = ["create_pipeline"]
