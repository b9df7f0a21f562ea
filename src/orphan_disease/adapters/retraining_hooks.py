"""One retraining at a time, and one that was cut off can go on: hooks of the pipeline `retraining`, no other.

The lock is the operating system's on a file of this machine, so that it ends with the process that holds it, however
that ends. The progress names the nodes whose results are stored; every result is saved whole or not at all.
"""

import fcntl
import hashlib
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

from kedro.framework.hooks import hook_impl
from kedro.framework.session import KedroSession
from kedro.io import CatalogProtocol
from kedro.pipeline.node import Node

from orphan_disease.domain.monitoring import Action

__all__ = ["RetrainingHooks", "RetrainingRunningError", "resume_retraining", "retrain_if_due"]

PIPELINE: Final = "retraining"
PROGRESS: Final = "retraining_progress"

_logger = logging.getLogger(__name__)


class RetrainingRunningError(RuntimeError):
    """Another retraining of the same data is running; the message says where its lock lies."""


class RetrainingHooks:
    """Kedro hooks that lock a retraining and keep account of its nodes."""

    def __init__(self) -> None:
        """No retraining has begun."""
        self._lock: IO[str] | None = None
        self._progress: dict[str, Any] | None = None
        self._begun: str | None = None

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: Mapping[str, Any], catalog: CatalogProtocol[Any, Any]) -> None:
        """Take the lock, and note what is run; a run of some nodes only goes on with what was noted."""
        self._progress = self._begun = None
        if PIPELINE not in _names(run_params):
            return
        self._lock = _locked(_lock_file(str(catalog.get(PROGRESS))))
        before = catalog.load(PROGRESS) if run_params.get("node_names") else {}
        self._progress = {
            "env": run_params.get("env"),
            "runtime_params": dict(run_params.get("runtime_params") or {}),
            "done": list(before.get("done", [])),
        }
        catalog.save(PROGRESS, self._progress)

    @hook_impl
    def before_node_run(self, node: Node, catalog: CatalogProtocol[Any, Any]) -> None:
        """Note the node before this one: only now are its results stored."""
        if self._progress is None:
            return
        if self._begun is not None:
            self._progress["done"].append(self._begun)
            catalog.save(PROGRESS, self._progress)
        self._begun = node.name

    @hook_impl
    def after_pipeline_run(self, catalog: CatalogProtocol[Any, Any]) -> None:
        """Forget the progress of what is done, and give the lock back."""
        if self._progress is not None:
            catalog.save(PROGRESS, {})
        self._release()

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Give the lock back; what is stored stays noted."""
        if self._progress is not None and self._progress["done"]:
            _logger.info("what is done is kept: `orphan-disease resume-retraining` goes on from there")
        self._release()

    def _release(self) -> None:
        self._progress = self._begun = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def resume_retraining(project: Path, data_root: str | None = None) -> list[str]:
    """Run what is left of a retraining that was cut off, with the parameters that it was begun with.

    Args:
        project: the project's folder, bootstrapped already.
        data_root: of the retraining, if it was given one.

    Returns:
        The nodes that were left; empty if no retraining was cut off.
    """
    from kedro.framework.project import pipelines  # noqa: PLC0415  # known only once the project is configured

    given = {"data_root": data_root} if data_root else {}
    session = KedroSession.create(project, runtime_params=given)
    with session:
        progress = session.load_context().catalog.load(PROGRESS)
    done = set(progress.get("done", []))
    if not done:
        return []
    left = [node.name for node in pipelines[PIPELINE].nodes if node.name not in done]
    going_on = KedroSession.create(project, env=progress["env"], runtime_params=progress["runtime_params"])
    with going_on:
        going_on.run(pipeline_names=[PIPELINE], node_names=left)
    return left


def retrain_if_due(project: Path, env: str, parameters: Mapping[str, Any]) -> str:
    """Run the retraining if the newest month's decision asks for it; see `orphan-disease retrain-if-due`.

    Args:
        project: the project's folder, bootstrapped already.
        env: the environment.
        parameters: runtime parameters of the retraining.

    Returns:
        The newest decision.
    """
    session = KedroSession.create(project, env=env, runtime_params=dict(parameters))
    with session:
        decision = session.load_context().catalog.load("monitoring_decision")
    if decision["action"] == Action.RETRAIN.value:
        retraining = KedroSession.create(project, env=env, runtime_params={**parameters, "month": decision["month"]})
        with retraining:
            retraining.run(pipeline_names=[PIPELINE])
    return str(decision["action"])


def _names(run_params: Mapping[str, Any]) -> list[str]:
    """The pipelines of a run, by either spelling of Kedro's option."""
    return [*(run_params.get("pipeline_names") or []), run_params.get("pipeline_name") or ""]


def _lock_file(place: str) -> Path:
    """A file of this machine that stands for one data root."""
    digest = hashlib.sha256(place.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"orphan_disease-retraining-{digest}.lock"


def _locked(path: Path) -> IO[str]:
    stream = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        msg = f"another retraining of this data root is running (lock {path}): wait for it, or end that process"
        raise RetrainingRunningError(msg) from None
    return stream
