"""Whole runs as a person starts them, each once for all the tests that look at its outcome."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.places import Place, bucket_place, local_place
from tests.e2e.s3_server import S3Server, s3_server


@dataclass(frozen=True)
class Run:
    """A place after a run, and what the run printed."""

    place: Place
    printed: str


@pytest.fixture(scope="session")
def local_training(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = local_place(project_root, tmp_path_factory.mktemp("local"))
    return Run(place, place.run("training"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def bucket_training(project_root: Path, tmp_path_factory: pytest.TempPathFactory, server: S3Server) -> Run:
    place = bucket_place(project_root, tmp_path_factory.mktemp("bucket"), server)
    return Run(place, place.run("training"))
