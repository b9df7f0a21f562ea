"""More than can be answered: refused at once with a time to come back, and over when its cause is over."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest
from starlette.testclient import TestClient

from orphan_disease.domain.prediction import Predictor
from orphan_disease.serving.application import build_application
from orphan_disease.serving.services import Services
from tests.domain.small_predictor import NERVOUS_TERMS
from tests.serving.parts_in_memory import bearer, parts

FORM = {"observed": [NERVOUS_TERMS[0]]}
CLIENTS = 24
PATIENCE_SECONDS = 300  # nothing here may hang on how fast the machine is


@pytest.fixture
def services(models: Path) -> Services:
    patient = {"answer_timeout_seconds": PATIENCE_SECONDS, "queue_seconds": PATIENCE_SECONDS}
    return parts(models, queue_cases=3, batch_cases=1, batch_wait_ms=0, requests_in_work=16, **patient)


@pytest.fixture
def is_asked() -> threading.Semaphore:
    """Released when the model is asked."""
    return threading.Semaphore(0)


@pytest.fixture
def may_answer(monkeypatch: pytest.MonkeyPatch, is_asked: threading.Semaphore) -> Iterator[threading.Event]:
    """Holds every prediction until it is set."""
    event = threading.Event()
    event.set()
    predict = Predictor.predict_records

    def held(self: Predictor, cases: pd.DataFrame) -> list[dict[str, Any]]:
        is_asked.release()
        event.wait(PATIENCE_SECONDS)
        return predict(self, cases)

    monkeypatch.setattr(Predictor, "predict_records", held)
    yield event
    event.set()


def test_an_overload_is_refused_and_ends(
    services: Services, may_answer: threading.Event, is_asked: threading.Semaphore
) -> None:
    refused = threading.Semaphore(0)

    with TestClient(build_application(services), headers=bearer()) as client, ThreadPoolExecutor(CLIENTS) as pool:
        may_answer.clear()
        while is_asked.acquire(blocking=False):  # the model answered a case when it was loaded
            pass

        def ask(_: int) -> tuple[int, str, str]:
            response = client.post("/v1/predictions", json=FORM)
            if response.status_code != 200:
                refused.release()
            return response.status_code, response.headers.get("retry-after", ""), response.json().get("type", "")

        asked = [pool.submit(ask, 0)]
        assert is_asked.acquire(timeout=PATIENCE_SECONDS)  # the first one is in work: the queue is empty
        asked += [pool.submit(ask, number) for number in range(1, CLIENTS)]
        for _ in range(CLIENTS - 4):  # one in work and three in the queue are kept
            assert refused.acquire(timeout=PATIENCE_SECONDS)
        assert client.get("/v1/health/ready").status_code == 200
        unknown = client.post("/v1/predictions", json=FORM, headers={"Authorization": "Bearer nobody"})
        assert unknown.status_code == 503  # before anybody looks who asks
        may_answer.set()
        answers = [each.result() for each in asked]
        after = client.post("/v1/predictions", json=FORM)

    assert sum(status == 200 for status, _, _ in answers) == 4
    for status, wait, kind in answers:
        if status != 200:
            assert (status, kind) == (503, "urn:orphan-disease:problem:overloaded")
            assert int(wait) >= 1
    assert after.status_code == 200


def test_a_batch_that_was_taken_on_waits_for_room(services: Services, may_answer: threading.Event) -> None:
    del may_answer
    body = b"\n".join([orjson.dumps(FORM)] * 20)
    with TestClient(build_application(services), headers=bearer()) as client:
        response = client.post("/v1/predictions/batch", content=body)
    lines = [orjson.loads(line) for line in response.content.splitlines()]
    assert [line["status"] for line in lines] == [200] * 20
