"""What a tracked run records beside what kedro-mlflow does: settings one by one, figures, code and data fingerprints.

A dataset whose catalog entry says `metadata: {mlflow: <kind>}` is recorded when it is saved: `metrics` (every number of
a nested mapping), `figure`, `text`, `page` (HTML) or `document` (a JSON file). Tables are never recorded, only their
fingerprints: nothing of a patient reaches the tracking store.
"""

import logging
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import mlflow
import pandas as pd
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline.node import Node
from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient
from mlflow.utils.validation import MAX_METRICS_PER_BATCH, MAX_PARAM_VAL_LENGTH, MAX_PARAMS_TAGS_PER_BATCH
from pydantic import BaseModel

from orphan_disease.adapters.source_revision import read_source_revision
from orphan_disease.domain.fingerprints import fingerprint_frame

__all__ = ["FINGERPRINTED_DATASETS", "RunRecordHooks", "flatten"]

FINGERPRINTED_DATASETS: Final = ("hpo_annotations", "disorders", "cases", "labels", "split_assignment")
FIGURES_OF_THE_MODEL: Final = "classification_metrics"

_logger = logging.getLogger(__name__)


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf of a nested mapping with its dotted name; items of lists are numbered.

    >>> dict(flatten({"a": {"b": 1, "c": [2, 3]}}))
    {'a.b': 1, 'a.c.0': 2, 'a.c.1': 3}
    """
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flatten(value, f"{name}.")
        elif isinstance(value, list | tuple):
            yield from flatten({str(position): item for position, item in enumerate(value)}, f"{name}.")
        else:
            yield name, value


class RunRecordHooks:
    """Kedro hooks that add to the run that kedro-mlflow opens; without an open run they do nothing."""

    def __init__(self) -> None:
        """Nothing is known before a run begins."""
        self._run_id: str | None = None
        self._kinds: dict[str, str] = {}
        self._recorded: set[str] = set()

    @hook_impl(trylast=True)
    def before_pipeline_run(self, run_params: dict[str, Any], catalog: CatalogProtocol[Any, Any]) -> None:
        """Note the open run and record the code's revision."""
        active = mlflow.active_run()
        self._run_id = active.info.run_id if active else None
        self._recorded = set()
        self._kinds = _recorded_kinds(catalog)
        if self._run_id is None:
            return
        revision = read_source_revision(Path(run_params["project_path"]))
        self._tag("git_commit", revision.commit if revision else "unknown")
        self._tag("git_modified", str(revision.is_modified).lower() if revision else "unknown")

    @hook_impl
    def before_node_run(self, inputs: dict[str, Any]) -> None:
        """Record typed parameters field by field."""
        if self._run_id is None:
            return
        leaves = [
            (f"{name.removeprefix('params:')}.{leaf}", value)
            for name, given in inputs.items()
            if name.startswith("params:") and isinstance(given, BaseModel)
            for leaf, value in flatten(given.model_dump(mode="json"))
        ]
        new = [Param(name, str(value)[:MAX_PARAM_VAL_LENGTH]) for name, value in leaves if name not in self._recorded]
        self._recorded.update(param.key for param in new)
        for start in range(0, len(new), MAX_PARAMS_TAGS_PER_BATCH):
            MlflowClient().log_batch(self._run_id, params=new[start : start + MAX_PARAMS_TAGS_PER_BATCH])

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Node) -> None:
        """Record a saved dataset as its catalog entry asks."""
        del node
        self._fingerprint(dataset_name, data)
        kind = self._kinds.get(dataset_name)
        if self._run_id is None or kind is None:
            return
        _RECORDERS[kind](self._run_id, dataset_name, data)
        if dataset_name == FIGURES_OF_THE_MODEL:
            _tag_versions(self._run_id, data)

    @hook_impl
    def after_dataset_loaded(self, dataset_name: str, data: Any, node: Node) -> None:
        """Fingerprint training data that an earlier run has made."""
        del node
        self._fingerprint(dataset_name, data)

    def _fingerprint(self, dataset_name: str, data: Any) -> None:
        if self._run_id is None or dataset_name not in FINGERPRINTED_DATASETS or not isinstance(data, pd.DataFrame):
            return
        if dataset_name in self._recorded:
            return
        self._recorded.add(dataset_name)
        self._tag(f"data.{dataset_name}.sha256", fingerprint_frame(data))
        self._tag(f"data.{dataset_name}.rows", str(len(data)))

    def _tag(self, name: str, value: str) -> None:
        if self._run_id is not None:
            MlflowClient().set_tag(self._run_id, name, value)


def _recorded_kinds(catalog: CatalogProtocol[Any, Any]) -> dict[str, str]:
    """Dataset -> how to record it, from the `metadata` of the catalog's entries."""
    kinds: dict[str, str] = {}
    for name in list(catalog):
        metadata = getattr(catalog.get(name), "metadata", None) or {}
        kind = metadata.get("mlflow") if isinstance(metadata, Mapping) else None
        if kind is None:
            continue
        if kind not in _RECORDERS:
            msg = f"catalog entry {name}: metadata.mlflow is {kind!r}; it must be one of {', '.join(_RECORDERS)}"
            raise ValueError(msg)
        kinds[name] = kind
    return kinds


def _tag_versions(run_id: str, data: Mapping[str, Any]) -> None:
    """Write the macro-F1 of each split and provenance on the model versions that the run has registered."""
    figures = {
        f"macro_f1.{split}.{provenance}": f"{section['category']['macro_f1']['value']:.3f}"
        for split, by_provenance in data.items()
        for provenance, section in by_provenance.items()
        if "category" in section
    }
    for version in MlflowClient().search_model_versions(f"run_id='{run_id}'"):
        for name, value in figures.items():
            MlflowClient().set_model_version_tag(version.name, version.version, name, value)


def _record_metrics(run_id: str, name: str, data: Mapping[str, Any]) -> None:
    now = time.time_ns() // 1_000_000
    metrics = [
        Metric(f"{name}.{leaf}", float(value), now, 0)
        for leaf, value in flatten(data)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    ]
    for start in range(0, len(metrics), MAX_METRICS_PER_BATCH):
        MlflowClient().log_batch(run_id, metrics=metrics[start : start + MAX_METRICS_PER_BATCH])


def _record_figure(run_id: str, name: str, data: Any) -> None:
    MlflowClient().log_figure(run_id, data, f"figures/{name}.png")


def _record_text(run_id: str, name: str, data: str) -> None:
    MlflowClient().log_text(run_id, data, f"reports/{name}.md")


def _record_page(run_id: str, name: str, data: str) -> None:
    MlflowClient().log_text(run_id, data, f"reports/{name}.html")


def _record_document(run_id: str, name: str, data: Any) -> None:
    MlflowClient().log_dict(run_id, data, f"reports/{name}.json")


_RECORDERS: Final = {
    "metrics": _record_metrics,
    "figure": _record_figure,
    "text": _record_text,
    "page": _record_page,
    "document": _record_document,
}
