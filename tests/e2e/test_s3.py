"""The same pipelines on a real S3 server: what the bucket then holds equals the local run's files."""

from typing import Any

import pandas as pd
import pytest
from kedro.io import DataCatalog

from orphan_disease.contracts import columns
from orphan_disease.pipeline_registry import register_pipelines
from tests.e2e.conftest import Run
from tests.e2e.s3_server import S3Server

# What names the run itself, or measures the machine, differs between two runs of the same code on the same data.
OF_THE_RUN = frozenset({columns.MODEL_VERSION, columns.PREDICTED_AT})
OF_THE_MACHINE = ("latency", "seconds", "ms_")


@pytest.fixture(scope="module")
def catalogs(local_training: Run, bucket_training: Run) -> tuple[DataCatalog, DataCatalog]:
    return local_training.place.catalog(), bucket_training.place.catalog()


def _outputs() -> list[str]:
    return sorted(register_pipelines()["training"].all_outputs())


def _varies(name: str) -> bool:
    return name in OF_THE_RUN or any(part in name for part in OF_THE_MACHINE)


def _without_the_run(value: Any) -> Any:
    """Return `value` without what names the run or measures the machine."""
    if isinstance(value, pd.DataFrame):
        return value[[column for column in value.columns if not _varies(column)]]
    if isinstance(value, dict):
        return {key: _without_the_run(item) for key, item in value.items() if not _varies(key)}
    return value


def test_the_bucket_holds_every_file_of_the_local_run(
    local_training: Run, bucket_training: Run, server: S3Server
) -> None:
    root = local_training.place.parameters["data_root"]
    described = [str(local_training.place.catalog().get(name)) for name in _outputs()]
    assert any(root in text for text in described)
    keys = server.filesystem().find(f"{server.bucket}/orphan_disease")
    assert len(keys) >= len(_outputs())
    assert [name for name in _outputs() if not bucket_training.place.catalog().exists(name)] == []


@pytest.mark.parametrize("name", _outputs())
def test_what_s3_holds_equals_the_local_run(catalogs: tuple[DataCatalog, DataCatalog], name: str) -> None:
    local, remote = (_without_the_run(catalog.load(name)) for catalog in catalogs)
    assert type(local) is type(remote)
    if isinstance(local, pd.DataFrame):
        pd.testing.assert_frame_equal(local, remote)
    elif isinstance(local, dict | list):
        assert local == remote
