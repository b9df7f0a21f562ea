"""Measure the imbalance, offer further simulated patients, and plan what the modelling may do about it."""

from orphan_disease.pipelines.balancing.pipeline import create_pipeline

__all__ = ["create_pipeline"]
