"""The history of champions on a real S3 server: a conditional put lets exactly one of many writers have a number."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.promotion_history import PromotionConflictError, Request
from orphan_disease.contracts.promotion import PromotionAction
from tests.e2e.s3_server import S3Server

WRITERS = 8
SECONDS = 60


@pytest.fixture(autouse=True)
def _reach_the_server(server: S3Server) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        yield


def test_of_eight_promotions_at_once_exactly_one_wins(server: S3Server) -> None:
    root = f"s3://{server.bucket}/promotions"
    together = threading.Barrier(WRITERS)

    def promote(version: str) -> str:
        store = PackageStore(root)
        start = store.history.state()
        together.wait(SECONDS)
        try:
            store.history.append(Request(PromotionAction.PROMOTED, version, by="tester", reason="a test"), start)
        except PromotionConflictError as error:
            return str(error)
        return "promoted"

    names = [f"version-{number}" for number in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        answers = dict(zip(names, pool.map(promote, names), strict=True))

    winners = [name for name, answer in answers.items() if answer == "promoted"]
    history = PackageStore(root).history
    assert [history.champion()] == winners
    assert len(history.events()) == 1
    assert all(winners[0] in answer for name, answer in answers.items() if name not in winners)
