"""Several times more than the service can answer, and what comes after: it says no in time, and recovers.

    python deploy/load/overload.py --times 5 --seconds 20

The capacity is measured first, by clients that each wait for their answer. Then requests leave at `times` that rate,
whether answers come or not; then at half the capacity. Every refusal must be a 429 or 503 with Retry-After.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import uvloop

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.load.http_client import Answer, Client, request_bytes
from deploy.load.open_loop import HISTORIES, percentile, read_cases
from deploy.load.running_service import running_service

OK: Final = 200
REFUSALS: Final = (429, 503)
CLIENTS: Final = 32


async def closed_loop(
    client: Client, requests: Sequence[bytes], clients: int, seconds: float
) -> list[tuple[float, int]]:
    """Clients that each wait for their answer before they ask again: seconds and status of each request.

    Args:
        client: of the service.
        requests: whole requests, in turn.
        clients: how many ask at one time.
        seconds: how long.
    """
    seen: list[tuple[float, int]] = []
    end = time.perf_counter() + seconds

    async def ask(first: int) -> None:
        number = first
        while time.perf_counter() < end:
            started = time.perf_counter()
            answer = await client.ask(requests[number % len(requests)])
            seen.append((time.perf_counter() - started, answer.status))
            number += clients

    await asyncio.gather(*(ask(number) for number in range(clients)))
    return seen


async def flood(client: Client, requests: Sequence[bytes], rate: float, seconds: float) -> list[tuple[float, Answer]]:
    """Requests at a rate: the seconds that each took, and its answer."""
    seen: list[tuple[float, Answer]] = []

    async def ask(number: int) -> None:
        started = time.perf_counter()
        answer = await client.ask(requests[number % len(requests)])
        seen.append((time.perf_counter() - started, answer._replace(body=b"")))

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(start + number / rate - time.perf_counter(), 0))
            group.create_task(ask(number))
    return seen


def describe(name: str, seen: Sequence[tuple[float, Answer]]) -> str:
    """Statuses, refusals that do not say when to come back, and the latency of what was answered."""
    statuses = dict(sorted(Counter(answer.status for _, answer in seen).items()))
    mute = sum(answer.status in REFUSALS and answer.header("retry-after") is None for _, answer in seen)
    told = f"{name}: {len(seen)} requests, statuses {statuses}, refusals without Retry-After {mute}"
    answered = sorted(seconds * 1_000 for seconds, answer in seen if answer.status == OK)
    if not answered:
        return told
    return f"{told}; of the answered p50 {percentile(answered, 0.5):.0f} ms, p99 {percentile(answered, 0.99):.0f} ms"


async def _show(host: str, port: int, key: str, times: float, seconds: float) -> bool:
    client = Client(host, port)
    requests = [request_bytes(f"{host}:{port}", "/v1/predictions", key, each) for each in read_cases(HISTORIES, 300)]
    await closed_loop(client, requests, 8, 5)
    seen = await closed_loop(client, requests, CLIENTS, seconds)
    capacity = sum(status == OK for _, status in seen) / seconds
    click.echo(f"capacity: {capacity:.0f} answers a second to {CLIENTS} clients")
    over = await flood(client, requests, times * capacity, seconds)
    click.echo(describe(f"{times:g} times that", over))
    after = await flood(client, requests, capacity / 2, seconds)
    click.echo(describe("half of it, at once after", after))
    client.close()
    refused = [answer for _, answer in over if answer.status != OK]
    is_polite = all(each.status in REFUSALS and each.header("retry-after") for each in refused)
    return is_polite and all(answer.status == OK for _, answer in after[len(after) // 4 :])


@click.command()
@click.option("--times", default=5.0, show_default=True, help="How many times the capacity.")
@click.option("--seconds", default=20.0, show_default=True, help="Of each of the three parts.")
def main(times: float, seconds: float) -> None:
    """Overload a service of its own; ends with an error if it refuses without saying when, or does not recover."""
    limits = {"ORPHAN_DISEASE_REQUESTS_PER_SECOND": "100000", "ORPHAN_DISEASE_BURST_REQUESTS": "100000"}
    with tempfile.TemporaryDirectory() as folder, running_service(Path(folder), limits) as service:
        is_well = uvloop.run(_show("127.0.0.1", service.port, service.key, times, seconds))
    sys.exit(0 if is_well else 1)


if __name__ == "__main__":
    main()
