"""One line per node on the terminal: how far a run is, and what it is doing."""

import logging

from kedro.framework.hooks import hook_impl
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

__all__ = ["ProgressHooks"]

_logger = logging.getLogger(__name__)


class ProgressHooks:
    """Kedro hooks that count the nodes of a run as they begin."""

    def __init__(self) -> None:
        """No run has begun."""
        self._total = 0
        self._begun = 0

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Count the nodes ahead."""
        self._total, self._begun = len(pipeline.nodes), 0

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Say which node begins."""
        self._begun += 1
        _logger.info("%d/%d %s", self._begun, self._total, node.name.replace("_", " "))
