"""Progress counts every run's nodes from one."""

import logging

import pytest
from kedro.pipeline import Node, Pipeline

from orphan_disease.adapters.progress_hooks import ProgressHooks


def fit_line(points: int) -> int:
    return points


def test_each_run_counts_its_own_nodes(caplog: pytest.LogCaptureFixture) -> None:
    node = Node(fit_line, inputs={"points": "points"}, outputs="line", name="fit_line")
    hooks = ProgressHooks()
    caplog.set_level(logging.INFO, logger="orphan_disease")
    for _ in range(2):
        hooks.before_pipeline_run(pipeline=Pipeline([node]))
        hooks.before_node_run(node=node)
    assert {record.getMessage().split()[0] for record in caplog.records} == {"1/1"}
