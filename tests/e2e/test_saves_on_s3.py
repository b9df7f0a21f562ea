"""A save to an S3 server through a connection that fails in mid-write leaves the old object; the next one, the new."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from orphan_disease.adapters.atomic import AtomicParquetDataset
from tests.adapters.faulty_connection import faulty_connection
from tests.e2e.s3_server import S3Server

IMPATIENT = {"retries": {"max_attempts": 0}, "connect_timeout": 5, "read_timeout": 20}


def _dataset(server: S3Server, url: str, name: str) -> AtomicParquetDataset:
    client = {"endpoint_url": url, "region_name": "us-east-1"}
    fs_args = {"client_kwargs": client, "config_kwargs": IMPATIENT, "skip_instance_cache": True}
    return AtomicParquetDataset(filepath=f"s3://{server.bucket}/saves/{name}.parquet", fs_args=fs_args)


@pytest.mark.parametrize("fault", ["busy", "reset"])
def test_a_failed_save_keeps_the_old_object_and_the_next_gives_the_bytes_of_a_local_save(
    fault: str, server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = pd.DataFrame({"value": [0.0]})
    new = pd.DataFrame({"value": np.random.default_rng(0).normal(size=200_000)})
    local = AtomicParquetDataset(filepath=str(tmp_path / "local.parquet"))
    local.save(new)
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    direct = _dataset(server, server.endpoint, fault)
    direct.save(old)
    with faulty_connection(int(server.endpoint.rsplit(":", 1)[1])) as connection:
        dataset = _dataset(server, connection.url, fault)
        connection.fault = fault
        with pytest.raises(DatasetError):
            dataset.save(new)
        assert connection.met
        pd.testing.assert_frame_equal(direct.load(), old)
        connection.fault = None
        dataset.save(new)
    stored = server.filesystem().cat_file(f"{server.bucket}/saves/{fault}.parquet")
    assert stored == (tmp_path / "local.parquet").read_bytes()
