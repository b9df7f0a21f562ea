"""The model that answers, and its replacement while requests are in work."""

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.serving.application import build_application
from tests.domain.small_predictor import NERVOUS_TERMS, small_predictor
from tests.serving.parts_in_memory import bearer, parts

OPERATOR = bearer("olga", "operator")


@pytest.fixture
def own_models(models: Path, tmp_path: Path) -> Path:
    """A copy of the packages, and a second version beside the first."""
    folder = Path(shutil.copytree(models, tmp_path / "models"))
    PackageStore(str(folder)).write(replace(small_predictor(), data_fingerprints={"cases": "1" * 64}))
    return folder


@pytest.fixture
def client(own_models: Path) -> Iterator[TestClient]:
    with TestClient(build_application(parts(own_models)), headers=bearer()) as client:
        yield client


def versions(folder: Path) -> tuple[str, str]:
    """The version that answers first, and the other one."""
    first = (folder / "latest").read_text().strip()
    return first, next(each.name for each in folder.iterdir() if each.is_dir() and each.name != first)


def test_the_model_and_its_card_are_told(client: TestClient, own_models: Path) -> None:
    first, _ = versions(own_models)
    told = client.get("/v1/model").json()
    assert (told["model_version"], told["categories"]) == (first, ["nerve", "skin"])
    assert told["category_labels"]["nerve"] == {"es": "nerve es", "en": "nerve"}
    assert client.get("/v1/health/ready").json() == {"status": "ready", "model_version": first}
    assert client.get("/v1/model/card").text.startswith(f"# Model card: orphan_disease {first}")


def test_a_promoted_model_takes_over_without_dropping_a_request(client: TestClient, own_models: Path) -> None:
    first, second = versions(own_models)

    def ask(number: int) -> tuple[int, str]:
        if number == 20:
            PackageStore(str(own_models)).point("latest", second)
            reloaded = client.post("/v1/model/reload", headers=OPERATOR).json()
            assert reloaded == {"model_version": second, "previous_version": first, "is_changed": True}
        response = client.post("/v1/predictions", json={"observed": [NERVOUS_TERMS[number % 12]]})
        return response.status_code, response.json()["model_version"]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(60)))
    assert {status for status, _ in answers} == {200}
    assert answers[0][1] == first
    assert answers[-1][1] == second
    assert client.get("/v1/model/card").status_code == 404  # the card is the first model's


def test_a_damaged_package_is_refused_and_the_old_model_answers_on(client: TestClient, own_models: Path) -> None:
    first, second = versions(own_models)
    PackageStore(str(own_models)).point("latest", second)
    damaged = own_models / second / "predictor" / "index.json"
    damaged.write_bytes(damaged.read_bytes() + b" ")
    refused = client.post("/v1/model/reload", headers=OPERATOR)
    assert refused.status_code == 409
    assert "SHA-256" in refused.json()["detail"]
    assert client.post("/v1/predictions", json={}).json()["model_version"] == first


def test_a_refused_model_drops_no_request(client: TestClient, own_models: Path) -> None:
    first, second = versions(own_models)
    PackageStore(str(own_models)).point("latest", second)
    (own_models / second / "predictor" / "index.json").unlink()

    def ask(number: int) -> tuple[int, str]:
        if number % 10 == 5:
            assert client.post("/v1/model/reload", headers=OPERATOR).status_code == 409
        response = client.post("/v1/predictions", json={"observed": [NERVOUS_TERMS[number % 12]]})
        return response.status_code, response.json()["model_version"]

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(30))) == {(200, first)}


def test_a_package_under_another_versions_name_is_refused(client: TestClient, own_models: Path) -> None:
    first, second = versions(own_models)
    shutil.rmtree(own_models / second)
    shutil.copytree(own_models / first, own_models / second)
    PackageStore(str(own_models)).point("latest", second)
    assert client.post("/v1/model/reload", headers=OPERATOR).status_code == 409


def test_an_unchanged_pointer_changes_nothing(client: TestClient) -> None:
    assert client.post("/v1/model/reload", headers=OPERATOR).json()["is_changed"] is False


def test_terms_are_found(client: TestClient) -> None:
    found = client.get("/v1/terms", params={"q": "term 10000", "limit": 2}).json()["terms"]
    assert [each["term_id"] for each in found] == ["HP:1000000", "HP:1000001"]
    assert set(found[0]) == {"term_id", "label_en", "label_es", "matched"}


def test_an_explanation_names_what_speaks_for_and_against(client: TestClient) -> None:
    case = {"observed": list(NERVOUS_TERMS[:3]), "excluded": [NERVOUS_TERMS[5]]}
    wanted = {"case": case, "disorder_ids": ["ORPHA:100", "OMIM:6"]}
    told = client.post("/v1/explanations", json=wanted).json()
    first, other = told["differential"]
    assert (first["disorder_id"], first["rank"]) == ("OMIM:0", 1)
    assert first["likelihood_score"] == pytest.approx(sum(each["nats"] for each in first["contributions"]))
    assert first["likelihood_score"] > other["likelihood_score"]
    assert first["contributions"][0]["label_es"].endswith(" es")
    assert len(client.post("/v1/explanations", json={"case": case, "disorders": 3}).json()["differential"]) == 3


def test_an_explanation_of_nothing_known_is_refused(client: TestClient) -> None:
    response = client.post("/v1/explanations", json={"case": {}, "disorder_ids": ["OMIM:0", "Jane Doe"]})
    assert [each["field"] for each in response.json()["errors"]] == ["disorder_ids.1"]
    assert "Jane" not in response.text
    missing = client.post("/v1/explanations", json={"case": {"sex": "x"}})
    assert missing.json()["errors"][0]["field"] == "sex"


def test_a_moved_pointer_is_followed_without_a_request(own_models: Path) -> None:
    _, second = versions(own_models)
    with TestClient(build_application(parts(own_models, model_poll_seconds=0.05)), headers=bearer()) as client:
        PackageStore(str(own_models)).point("latest", second)
        deadline = time.monotonic() + 120
        while client.get("/v1/model").json()["model_version"] != second and time.monotonic() < deadline:
            time.sleep(0.05)
        assert client.get("/v1/model").json()["model_version"] == second
