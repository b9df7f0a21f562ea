"""Whole runs as a person starts them, each once for all the tests that look at its outcome, on any worker."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from tests.e2e.places import Place, bucket_place, copied_place, local_place
from tests.e2e.s3_server import S3Server, s3_server


@dataclass(frozen=True)
class Run:
    """A place after a run, and what the run printed."""

    place: Place
    printed: str


def _shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this test session see."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def local_training(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the one training on local disk: the first worker that asks runs it, another one waits for it."""
    folder = _shared_folder(tmp_path_factory) / "local"
    place = local_place(project_root, folder)
    printed = folder / "printed.txt"
    with FileLock(folder.with_suffix(".lock")):
        if not printed.exists():
            folder.mkdir(exist_ok=True)
            printed.write_text(place.run("training"), encoding="utf-8")
    return Run(place, printed.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def trained_place(local_training: Run, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a copy of the place after training, for runs that write more into it."""
    return copied_place(local_training.place, tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def bucket_training(project_root: Path, tmp_path_factory: pytest.TempPathFactory, server: S3Server) -> Run:
    place = bucket_place(project_root, tmp_path_factory.mktemp("bucket"), server)
    return Run(place, place.run("training"))
