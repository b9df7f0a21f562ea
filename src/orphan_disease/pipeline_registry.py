"""The table of contents: every pipeline that `kedro run --pipeline=<name>` knows, rooms first, then their sums."""

from kedro.pipeline import Pipeline

from orphan_disease.pipelines import (
    balancing,
    benchmark,
    data_engineering,
    decision_report,
    evaluation,
    fabrication,
    feature_engineering,
    inference,
    modelling,
    monitoring,
    retraining,
    tuning,
)
from orphan_disease.pipelines.data_engineering import knowledge_pipeline

__all__ = ["register_pipelines"]


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by its name."""
    knowledge = knowledge_pipeline.create_pipeline()
    rooms = {
        "fabrication": knowledge + fabrication.create_pipeline(),
        "data_engineering": data_engineering.create_pipeline(),
        "feature_engineering": feature_engineering.create_pipeline(),
        "balancing": balancing.create_pipeline(),
        "modelling": modelling.create_pipeline(),
        "tuning": tuning.create_pipeline(),
        "evaluation": evaluation.create_pipeline(),
        "decision_report": decision_report.create_pipeline(),
        "inference": inference.create_pipeline(),
        "benchmark": knowledge + benchmark.create_pipeline(),
        "monitoring": monitoring.create_pipeline(),
    }
    # From files to a measured model. Training fabricates the default hospital first; retraining keeps it.
    learning = (
        rooms["data_engineering"]
        + rooms["feature_engineering"]
        + rooms["balancing"]
        + rooms["modelling"]
        + rooms["evaluation"]
    )
    training = rooms["fabrication"] + learning
    return {
        **rooms,
        "training": training,
        "protocol": decision_report.create_protocol_pipeline(training),
        "retraining": retraining.create_pipeline(learning),
        "__default__": training,
    }
