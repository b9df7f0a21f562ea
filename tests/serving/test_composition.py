"""The service as it is put together from settings: real ledger, audit trail, keys and names."""

import stat
import time
from pathlib import Path

import pandas as pd
import pytest
from starlette.testclient import TestClient

from orphan_disease.adapters.audit_trail import verify_audit_trail
from orphan_disease.contracts.principal import Role
from orphan_disease.serving.api_keys import ApiKeys
from orphan_disease.serving.application import build_application
from orphan_disease.serving.composition import build_services, create_development_key, names_builder
from orphan_disease.serving.settings import Settings, SettingsError
from tests.domain.small_predictor import small_ontology


def settings(models: Path, folder: Path, **more: object) -> Settings:
    return Settings.model_validate({"model": str(models), "serving_folder": folder / "serving", **more})


def test_an_answer_outlives_the_service_and_its_reading_is_audited(models: Path, tmp_path: Path) -> None:
    chosen = settings(models, tmp_path, ship_seconds=0.05)
    file = create_development_key(chosen)
    assert file is not None
    headers = {"X-API-Key": file.read_text().strip()}
    with TestClient(build_application(build_services(chosen)), headers=headers) as client:
        answer = client.post("/v1/predictions", json={"observed": ["HP:1000000"]})
        assert answer.status_code == 200
    with TestClient(build_application(build_services(chosen)), headers=headers) as client:
        assert client.get(answer.headers["location"]).json() == answer.json()
        assert client.get("/v1/model", headers={"X-API-Key": "odk_000000000000_no"}).status_code == 401

    report = verify_audit_trail(chosen.serving_folder / "audit.jsonl")
    assert report.is_intact
    assert report.events == 3
    assert answer.json()["prediction_id"] in (chosen.serving_folder / "audit.jsonl").read_text()


def test_kept_answers_reach_the_archive_by_a_process_beside_the_service(models: Path, tmp_path: Path) -> None:
    chosen = settings(models, tmp_path, ship_seconds=0.1)
    services = build_services(chosen)
    file = create_development_key(chosen)
    assert file is not None
    with TestClient(build_application(services), headers={"X-API-Key": file.read_text().strip()}) as client:
        answer = client.post("/v1/predictions", json={"observed": ["HP:1000000"]}).json()
        assert "orphan_disease_ledger_backlog 1.0" in client.get("/metrics").text
        end = time.monotonic() + 60
        while "orphan_disease_ledger_backlog 0.0" not in client.get("/metrics").text and time.monotonic() < end:
            time.sleep(0.1)
    shipped = pd.read_parquet(chosen.archive_root)
    assert shipped["prediction_id"].tolist() == [answer["prediction_id"]]


def test_a_development_key_is_made_once_and_only_where_nothing_is_configured(models: Path, tmp_path: Path) -> None:
    chosen = settings(models, tmp_path)
    file = create_development_key(chosen)
    assert file is not None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    key = file.read_text().strip()
    assert create_development_key(chosen) == file
    assert file.read_text().strip() == key
    principal = ApiKeys(chosen.api_keys_file).principal(key)
    assert principal is not None
    assert principal.roles == frozenset(Role)

    for configured in ({"oidc_issuer": "https://id.example.org"}, {"api_keys_path": tmp_path / "keys.json"}):
        assert create_development_key(settings(models, tmp_path / "other", **configured)) is None
    assert not (tmp_path / "other").exists()


def test_a_provider_that_is_not_described_is_named_by_its_variables(models: Path, tmp_path: Path) -> None:
    chosen = settings(models, tmp_path, oidc_issuer="https://id.example.org", oidc_jwks="http://elsewhere.example.org/")
    with pytest.raises(SettingsError, match=r"ORPHAN_DISEASE_OIDC_AUDIENCE: .*; ORPHAN_DISEASE_OIDC_JWKS: "):
        build_services(chosen)


def test_local_codes_and_names_are_symptoms() -> None:
    names = names_builder()(small_ontology())
    assert names.exact("HP:9999999") == "HP:1000000"
    assert names.exact("term 1000001") == "HP:1000001"
    assert names.exact("nothing of the kind") is None
