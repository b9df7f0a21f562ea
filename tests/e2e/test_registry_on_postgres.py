"""MLflow over PostgreSQL with artefacts on S3, by configuration alone: registered, promoted, rolled back, loaded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.tracking import MlflowClient
from sqlalchemy import create_engine, text

from orphan_disease.adapters.champion_alias import move_champion_alias
from orphan_disease.adapters.mlflow_models import RegisteredModelDataset
from orphan_disease.adapters.model_registry import list_versions
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.promotions import Asked, promote, roll_back
from tests.domain.small_predictor import NERVOUS_TERMS, small_predictor
from tests.e2e.postgres_server import postgres_binaries, postgres_server
from tests.e2e.s3_server import S3Server

MODEL = "orphan_disease"
ASKED = Asked(by="tester", reason="a test")


@pytest.fixture(scope="module")
def tracking(server: S3Server) -> Iterator[str]:
    pytest.importorskip("psycopg2", reason="the extra `postgresql` is not installed")
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    before = mlflow.get_tracking_uri()
    with pytest.MonkeyPatch.context() as patch, postgres_server(binaries) as uri:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        mlflow.set_tracking_uri(uri)
        mlflow.create_experiment("postgres", artifact_location=f"s3://{server.bucket}/postgres/mlruns")
        mlflow.set_experiment("postgres")
        yield uri
        mlflow.set_tracking_uri(before)


def test_versions_are_registered_promoted_rolled_back_and_loaded(
    tracking: str, server: S3Server, tmp_path: Path
) -> None:
    store, client = PackageStore(str(tmp_path)), MlflowClient()
    versions = []
    for length in (10, 11):
        predictor = replace(small_predictor(), differential_length=length)
        with mlflow.start_run():
            RegisteredModelDataset(name=MODEL).save(predictor)
        versions.append(store.write(predictor))
        promote(
            store, versions[-1], ASKED, lambda *_: (True, "better", {}), gates_required=False, approval_required=False
        )
        move_champion_alias(MODEL, versions[-1], client)
    assert [version.aliases for version in list_versions(client)] == [("candidate", "champion"), ()]

    event = roll_back(store, None, ASKED)
    move_champion_alias(MODEL, event.to_version, client)

    assert [(version.version, version.aliases) for version in list_versions(client)] == [
        (2, ("candidate",)),
        (1, ("champion",)),
    ]
    with create_engine(tracking).connect() as connection:  # what PostgreSQL itself holds
        rows = connection.execute(text("select alias, version from registered_model_aliases order by alias")).all()
    assert [tuple(row) for row in rows] == [("candidate", 2), ("champion", 1)]
    assert server.filesystem().glob(f"{server.bucket}/postgres/mlruns/**/manifest.json")
    answer = mlflow.pyfunc.load_model(f"models:/{MODEL}@champion").predict(
        pd.DataFrame({"case_id": ["x"], "observed_terms": [list(NERVOUS_TERMS[:3])]})
    )
    assert answer["model_version"].tolist() == [versions[0]]
