"""What several rooms' tests stand on: where the project is, and where published data may lie."""

import os
from pathlib import Path

import pytest

os.environ["KEDRO_DISABLE_TELEMETRY"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ.setdefault("MPLBACKEND", "Agg")

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
