"""The table of contents: every pipeline that `kedro run --pipeline=<name>` knows, rooms first, then their sums."""

from kedro.pipeline import Pipeline

from orphan_disease.pipelines import data_engineering, fabrication, inference
from orphan_disease.pipelines.data_engineering import knowledge_pipeline

__all__ = ["register_pipelines"]


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by its name."""
    rooms = {
        "fabrication": knowledge_pipeline.create_pipeline() + fabrication.create_pipeline(),
        "data_engineering": data_engineering.create_pipeline(),
        "inference": inference.create_pipeline(),
    }
    training = rooms["fabrication"] + rooms["data_engineering"]
    return {
        **rooms,
        "training": training,
        "__default__": training,
    }
