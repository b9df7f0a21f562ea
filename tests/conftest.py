"""What several rooms' tests stand on: where the project is, and where published data may lie."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["KEDRO_DISABLE_TELEMETRY"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ.setdefault("MPLBACKEND", "Agg")
# Threads that wait for work give the processor away: on few cores, workers that spin would take it from each other.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# A loaded machine is slow, not wrong.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

PROJECT_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project_root() -> Path:
    return PROJECT_ROOT


@pytest.fixture(scope="session")
def published_data() -> Path:
    """Return the folder of published data, or skip: `ORPHAN_DISEASE_DATA`, else `../shared/data` beside the project."""
    folder = Path(os.environ.get("ORPHAN_DISEASE_DATA") or PROJECT_ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("published data are absent: `make orphanet published-cases` with ORPHAN_DISEASE_DATA set gets them")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the whole runs, which take longest: the workers share the files in this order."""
    items.sort(key=lambda item: not _is_whole_run(item))


def _is_whole_run(item: pytest.Item) -> bool:
    return item.path.is_relative_to(PROJECT_ROOT / "tests" / "e2e")
