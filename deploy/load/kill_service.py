"""Kill the running service again and again under load, and count what was lost or doubled of its answers.

    python deploy/load/kill_service.py --kills 50
    python deploy/load/kill_service.py --kills 50 --s3

Clients ask meanwhile, each request with an idempotency key of its own, and send a request that broke off again with the
same key until it is answered. Every process of the service is killed (SIGKILL) at a random moment, and it is started
again. In the end every 200 must stand exactly once in the shipped Parquet. With `--s3` answers are shipped to an S3
server on loopback over a connection that is down, resets, is slow or loses acknowledgements, in turn.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import SystemRandom
from typing import Final
from uuid import uuid4

import click
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.load.http_client import Client, request_bytes
from deploy.load.open_loop import HISTORIES, read_cases
from deploy.load.running_service import RunningService
from tests.adapters.faulty_connection import FaultyConnection, faulty_connection
from tests.e2e.s3_server import s3_server

CLIENTS: Final = 16
PAUSE_SECONDS: Final = 0.05
FAULT_SECONDS: Final = 60.0  # the process that ships starts slowly, being of the lowest priority
LONGEST_LIFE_SECONDS: Final = 1.5  # under load, before each kill
SHIP_SECONDS: Final = 240.0
FAULTS: Final = ("down", "reset", "slow", "lost", None)
OK: Final = 200
_chance: Final = SystemRandom()


@dataclass(frozen=True)
class Outcome:
    """What the rounds left behind.

    Attributes:
        kills: how often all processes were killed.
        answered: answers of status 200 that clients hold.
        repeated: of these, answers to requests that were sent again after the service died on them.
        archived: rows of the archive.
        lost: answers that the archive lacks.
        doubled: predictions that the archive holds more than once, or that two keys were given.
        faults_met: how often the connection to the store failed.
        start_seconds: median time from start to ready.
    """

    kills: int
    answered: int
    repeated: int
    archived: int
    lost: int
    doubled: int
    faults_met: int
    start_seconds: float


class _Clients:
    """Clients that ask without end, and never give a request up."""

    def __init__(self, service: RunningService, bodies: Sequence[bytes]) -> None:
        self.answered: list[str] = []
        self.repeated = 0
        self._service, self._bodies = service, bodies
        self._client = Client("127.0.0.1", service.port, timeout_seconds=20)
        self._is_ending = False

    async def ask_for_ever(self) -> None:
        while not self._is_ending:
            await self._ask_until_answered(_chance.choice(self._bodies), uuid4().hex)

    async def _ask_until_answered(self, body: bytes, key: str) -> None:
        content = request_bytes(self._service.host, "/v1/predictions", self._service.key, body, idempotency_key=key)
        attempts = 0
        while True:
            answer = await self._client.ask(content)
            attempts += 1
            if answer.status == OK:
                self.answered.append(json.loads(answer.body)["prediction_id"])
                self.repeated += attempts > 1
                return
            await asyncio.sleep(PAUSE_SECONDS)

    def end(self) -> None:
        self._is_ending = True


@dataclass(frozen=True)
class _Store:
    """Where answers are shipped, how the service reaches it, and how this command does."""

    archive: str
    variables: dict[str, str]
    filesystem: AbstractFileSystem
    door: FaultyConnection | None = None

    def rows(self) -> list[str]:
        """The prediction id of every row of every object."""
        found = []
        for path in self.filesystem.find(self.archive.removeprefix("s3://")):
            if path.endswith(".parquet"):
                with self.filesystem.open(path) as stream:
                    found += pq.read_table(stream)["prediction_id"].to_pylist()
        return found

    def fail_by(self, fault: str | None) -> None:
        """Let the connection to it fail in this way from now on."""
        if self.door is not None:
            self.door.fault = fault

    async def until_fault_is_met(self, seconds: float) -> None:
        """Wait until the process that ships has met the fault of now; at once where there is none."""
        if self.door is None or self.door.fault is None:
            return
        before, end = self.door.met, time.monotonic() + seconds
        while self.door.met == before and time.monotonic() < end:
            await asyncio.sleep(PAUSE_SECONDS)


async def _rounds(
    service: RunningService, bodies: Sequence[bytes], kills: int, store: _Store
) -> tuple[_Clients, float]:
    starts = [await asyncio.to_thread(service.start)]
    clients = _Clients(service, bodies)
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(clients.ask_for_ever())
        for number in range(kills):
            store.fail_by(FAULTS[number % len(FAULTS)])
            before = len(clients.answered)
            while len(clients.answered) == before:
                await asyncio.sleep(PAUSE_SECONDS)
            await store.until_fault_is_met(FAULT_SECONDS)
            await asyncio.sleep(_chance.uniform(0, LONGEST_LIFE_SECONDS))
            await asyncio.to_thread(service.kill)
            starts.append(await asyncio.to_thread(service.start))
        clients.end()
    return clients, sorted(starts)[len(starts) // 2]


def kill_under_load(folder: Path, kills: int, store: _Store) -> Outcome:
    """Kill a service `kills` times under load, let it ship what is left, and count.

    Args:
        folder: an empty one, for the service's files.
        kills: how often.
        store: where answers are shipped.
    """
    settings = {"ORPHAN_DISEASE_ARCHIVE": store.archive, "ORPHAN_DISEASE_SHIP_SECONDS": "0.5"}
    service = RunningService(folder, {**settings, **store.variables, "ORPHAN_DISEASE_REQUESTS_PER_SECOND": "10000"})
    try:
        clients, start_seconds = asyncio.run(_rounds(service, read_cases(HISTORIES, 200), kills, store))
        store.fail_by(None)
        rows = _wait_until_shipped(store, set(clients.answered))
    finally:
        service.stop()
    counts = Counter(rows)
    return Outcome(
        kills=kills,
        answered=len(clients.answered),
        repeated=clients.repeated,
        archived=len(rows),
        lost=len(set(clients.answered) - set(counts)),
        doubled=sum(count > 1 for count in counts.values()) + len(clients.answered) - len(set(clients.answered)),
        faults_met=store.door.met if store.door is not None else 0,
        start_seconds=round(start_seconds, 2),
    )


def _wait_until_shipped(store: _Store, wanted: set[str]) -> list[str]:
    deadline = time.monotonic() + SHIP_SECONDS
    while True:
        rows = store.rows()
        if wanted <= set(rows) or time.monotonic() > deadline:
            return rows
        time.sleep(1)


@contextmanager
def _store(folder: Path, with_s3: bool) -> Iterator[_Store]:
    if not with_s3:
        yield _Store(str(folder / "archive"), {}, LocalFileSystem())
        return
    with s3_server(folder / "s3") as server:
        with faulty_connection(int(server.endpoint.rpartition(":")[2])) as door:
            variables = {**server.variables, "AWS_ENDPOINT_URL": door.url}
            yield _Store(f"s3://{server.bucket}/predictions", variables, server.filesystem(), door)


@click.command()
@click.option("--kills", default=50, show_default=True, help="How often all processes of the service are killed.")
@click.option("--s3", "with_s3", is_flag=True, help="Ship to an S3 server over a connection that fails.")
def main(kills: int, with_s3: bool) -> None:
    """Kill the running service under load, and print what was lost (nothing) or doubled (nothing)."""
    with tempfile.TemporaryDirectory() as place, _store(Path(place), with_s3) as store:
        outcome = kill_under_load(Path(place) / "serving", kills, store)
    click.echo(json.dumps(asdict(outcome)))
    sys.exit(1 if outcome.lost or outcome.doubled else 0)


if __name__ == "__main__":
    main()
