"""The same pipelines on a real S3 server: what the bucket then holds equals the local run's files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.domain.gates import COSTS_SECTION
from orphan_disease.pipeline_registry import register_pipelines
from tests.e2e.conftest import Run
from tests.e2e.s3_server import S3Server

PREFIX = "orphan_disease"
TRACKED = "mlruns"  # artefacts of the tracked run, which lie beside the data and bear the run's own id
# The clock and the speed of the machine are in these files alone; all else is equal to the byte.
OF_THE_MACHINE = {
    columns.PREDICTED_AT, "created_at", "fit_seconds", "milliseconds_per_case", "load_seconds", "processor_median_ms",
    "processor_p99_ms", "elapsed_median_ms", "elapsed_p99_ms", "memory_megabytes", "passed",
}  # fmt: skip
WITH_THE_MACHINE = (
    "candidate_metrics",
    "test_predictions",
    "training_summary",
    "serving_costs",
    "validation_results",
    "validation_report",
)
MANIFEST = "manifest"  # of the model package, with the checksum of each of its files


@pytest.fixture(scope="module", autouse=True)
def _reach_the_server(server: S3Server) -> Iterator[None]:
    """Keep the server's variables set: a client connects when it first reads, not when it is built."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def local_files(local_training: Run) -> dict[str, bytes]:
    root = Path(local_training.place.parameters["data_root"])
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def objects(bucket_training: Run, server: S3Server) -> dict[str, bytes]:
    root = f"{server.bucket}/{PREFIX}/"
    filesystem = server.filesystem()
    keys = [key for key in filesystem.find(root) if not key.startswith(root + TRACKED)]
    return {key.removeprefix(root): filesystem.cat_file(key) for key in keys}


def test_every_output_is_in_the_bucket(bucket_training: Run) -> None:
    catalog = bucket_training.place.catalog()
    outputs = register_pipelines()["training"].all_outputs()
    assert [name for name in sorted(outputs) if not catalog.exists(name)] == []


def test_the_bucket_holds_the_local_runs_files_and_no_others(
    objects: dict[str, bytes], local_files: dict[str, bytes]
) -> None:
    assert sorted(objects) == sorted(local_files)
    assert len(objects) >= len(WITH_THE_MACHINE)


def test_every_object_equals_the_local_file_to_the_byte(
    objects: dict[str, bytes], local_files: dict[str, bytes]
) -> None:
    different = {Path(name).stem for name in local_files if local_files[name] != objects[name]}
    assert different <= {*WITH_THE_MACHINE, MANIFEST}


def _without_the_machine(value: Any) -> Any:
    """Return `value` without what a clock or the memory says."""
    if isinstance(value, str) and value.startswith("# Validation report"):
        lines = value.partition(f"## {COSTS_SECTION}")[0].splitlines()
        return [line for line in lines if not line.startswith("**The model ")]  # counts the costs' gates as well
    if isinstance(value, dict) and "checks" in value:
        kept = [check for check in value["checks"] if check["section"] != COSTS_SECTION]
        return {"model_version": value["model_version"], "macro_f1": value["macro_f1"], "checks": kept}
    if isinstance(value, pd.DataFrame):
        kept = value[[column for column in value.columns if column not in OF_THE_MACHINE]]
        return kept[~kept["metric"].isin(OF_THE_MACHINE)] if "metric" in kept else kept
    if isinstance(value, dict):
        return {key: _without_the_machine(item) for key, item in value.items() if key not in OF_THE_MACHINE}
    return [_without_the_machine(item) for item in value] if isinstance(value, list) else value


def test_the_packages_manifests_differ_in_their_date_alone(
    objects: dict[str, bytes], local_files: dict[str, bytes]
) -> None:
    names = [name for name in local_files if Path(name).stem == MANIFEST]
    assert len(names) == 1
    local, remote = (_without_the_machine(json.loads(files[names[0]])) for files in (local_files, objects))
    assert local == remote


@pytest.mark.parametrize("name", WITH_THE_MACHINE)
def test_what_bears_the_clock_is_otherwise_equal(bucket_training: Run, local_training: Run, name: str) -> None:
    local, remote = (_without_the_machine(run.place.catalog().load(name)) for run in (local_training, bucket_training))
    assert len(local) > 0
    if isinstance(local, pd.DataFrame):
        pd.testing.assert_frame_equal(local, remote)
    else:
        assert local == remote
