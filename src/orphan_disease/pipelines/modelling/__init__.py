"""Compare, choose, fit and calibrate the two classifiers, and pack them with the knowledge into one model."""

from orphan_disease.pipelines.modelling.pipeline import create_pipeline

__all__ = ["create_pipeline"]
