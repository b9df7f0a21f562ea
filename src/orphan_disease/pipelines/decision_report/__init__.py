"""How well the decision is taken, at length: subgroups, risk, ablations, learning curves, reasons, errors."""

from orphan_disease.pipelines.decision_report.pipeline import create_pipeline, create_protocol_pipeline

__all__ = ["create_pipeline", "create_protocol_pipeline"]
