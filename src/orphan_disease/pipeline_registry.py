"""The table of contents: every pipeline that `kedro run --pipeline=<name>` knows, rooms first, then their sums."""

from kedro.pipeline import Pipeline

__all__ = ["register_pipelines"]


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline by its name."""
    return {"__default__": Pipeline([])}
