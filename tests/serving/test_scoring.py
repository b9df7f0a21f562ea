"""The process that scores: it answers as the model does, comes back when it dies, and ends with the service."""

import os
import pickle
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts import columns
from orphan_disease.domain.prediction import Predictor
from orphan_disease.serving.answering import AskedCase, answer_cases
from orphan_disease.serving.application import build_application
from orphan_disease.serving.case_documents import CaseDocument
from orphan_disease.serving.scoring import ScoringError, ScoringProcess, ScoringStoppedError, score_until_gone
from orphan_disease.serving.settings import Settings
from tests.domain.small_predictor import NERVOUS_TERMS, small_predictor
from tests.serving.parts_in_memory import bearer, parts


def asked(*numbers: int) -> list[AskedCase]:
    def row(number: int) -> dict[str, object]:
        return {columns.CASE_ID: f"case-{number}", columns.OBSERVED_TERMS: [NERVOUS_TERMS[number]], columns.SEX: "male"}

    return [AskedCase(f"id-{number}", CaseDocument(row(number))) for number in numbers]


@pytest.fixture(scope="module")
def predictor(models: Path) -> Predictor:
    return small_predictor()


@pytest.fixture
def scoring(models: Path) -> Iterator[ScoringProcess]:
    process = ScoringProcess(Settings(model=str(models)), (models / "latest").read_text().strip())
    process.begin()
    process.wait_until_ready()
    yield process
    process.stop()


def test_it_answers_as_the_model_does_and_comes_back_when_it_dies(
    scoring: ScoringProcess, predictor: Predictor
) -> None:
    varying = {columns.PREDICTED_AT, columns.MODEL_VERSION}

    def steady(answers: list[dict[str, object]]) -> list[dict[str, object]]:
        told = orjson.loads(orjson.dumps(answers))  # as a client reads them
        return [{name: value for name, value in each.items() if name not in varying} for each in told]

    expected = steady(answer_cases(predictor, asked(0, 1)))
    assert steady(scoring.answer(asked(0, 1))) == expected

    first = scoring.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ScoringError, match="lost"):
        scoring.answer(asked(0))
    assert steady(scoring.answer(asked(0, 1))) == expected
    assert scoring.process_id != first


def test_it_ends_when_the_service_is_gone(predictor: Predictor) -> None:
    ours, theirs = socket.socketpair()
    service, connection = Connection(ours.detach()), Connection(theirs.detach())
    thread = threading.Thread(target=score_until_gone, args=(predictor, connection))
    thread.start()
    assert pickle.loads(service.recv_bytes()) == ("ready", None)  # noqa: S301  # our own
    service.close()
    thread.join(300)
    assert not thread.is_alive()


def test_a_batch_that_it_cannot_answer_leaves_it_alive(scoring: ScoringProcess) -> None:
    broken = AskedCase("id", CaseDocument({columns.CASE_ID: "c", columns.AGE_DAYS: "Jane Doe"}))
    before = scoring.process_id
    with pytest.raises(ScoringError) as told:
        scoring.answer([broken])
    assert "Jane" not in str(told.value)
    assert len(scoring.answer(asked(2))) == 1
    assert scoring.process_id == before


def test_once_stopped_it_does_not_start_again(scoring: ScoringProcess) -> None:
    scoring.stop()
    with pytest.raises(ScoringStoppedError):
        scoring.answer(asked(0))
    assert scoring.process_id is None


def test_a_version_that_is_not_there_is_told(models: Path) -> None:
    process = ScoringProcess(Settings(model=str(models)), "0" * 12)
    process.begin()
    with pytest.raises(ScoringError):
        process.wait_until_ready()
    assert process.process_id is None


def test_a_service_with_one_answers_and_recovers_when_it_dies(models: Path) -> None:
    services = parts(models, scoring_process=True)
    form = {"observed": list(NERVOUS_TERMS[:3])}
    with TestClient(build_application(services), headers=bearer()) as client:
        answer = client.post("/v1/predictions", json=form)
        assert (answer.status_code, answer.json()["category"]) == (200, "nerve")
        assert answer.json()["model_version"] == services.model.version
        assert services._scoring is not None
        os.kill(services._scoring.process_id or 0, signal.SIGKILL)
        lost = client.post("/v1/predictions", json=form)
        assert (lost.status_code, lost.headers["retry-after"]) == (503, "10")
        assert client.post("/v1/predictions", json=form).json()["category"] == "nerve"
        asked_at = {"case": form, "questions": 2}
        assert client.post("/v1/explanations", json=asked_at).status_code == 200
        told = client.get("/metrics", headers=bearer("olga", "operator")).text
        (held,) = (line.split()[1] for line in told.splitlines() if line.startswith("orphan_disease_scoring_memory"))
        assert float(held) > 10_000_000


def test_a_promoted_model_takes_over_with_a_process_of_its_own(models: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(models, tmp_path / "models"))
    store = PackageStore(str(folder))
    second = store.write(replace(small_predictor(), data_fingerprints={"cases": "1" * 64}))
    services = parts(folder, scoring_process=True)
    with TestClient(build_application(services), headers=bearer()) as client:
        before = services._scoring
        store.point("latest", second)
        assert client.post("/v1/model/reload", headers=bearer("olga", "operator")).json()["is_changed"]
        assert client.post("/v1/predictions", json={}).json()["model_version"] == second
        assert before is not None
        assert before.process_id is None
