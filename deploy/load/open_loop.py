"""Open-loop load: requests leave at fixed times, and a late answer delays no other request.

Latency counts from the moment at which a request was due, so that a service that stalls cannot hide it by slowing the
client down. Cases are the JSON files of a zip archive, in turn; by default the fabricated hospital's histories.

    python deploy/load/open_loop.py --rate 100 --seconds 300
"""

import argparse
import asyncio
import json
import math
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import uvloop

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.load.http_client import Client, request_bytes

SERVING = Path("data/07_model_output/serving")
HISTORIES = Path("data/01_raw/histories.zip")


class Outcome(NamedTuple):
    """One request: seconds after the start at which it was due, seconds that it took from then on, and its status."""

    due: float
    seconds: float
    status: int


def read_cases(archive: Path, most: int) -> list[bytes]:
    """Documents of an archive that are JSON objects with phenotypic features, at most so many."""
    cases: list[bytes] = []
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if len(cases) == most:
                break
            try:
                content = json.loads(opened.read(name))
            except ValueError:
                continue  # the fabricated hospital has damaged files on purpose
            if isinstance(content, dict) and content.get("phenotypicFeatures") and content.get("subject"):
                cases.append(json.dumps(content).encode())
    return cases


async def send_at_rate(client: Client, requests: Sequence[bytes], rate: float, seconds: float) -> list[Outcome]:
    """Send requests, in turn, at a rate for a time.

    Args:
        client: of the service.
        requests: whole requests.
        rate: requests a second.
        seconds: how long.
    """
    outcomes: list[Outcome] = []
    start = time.perf_counter()

    async def ask(number: int) -> None:
        due = number / rate
        answer = await client.ask(requests[number % len(requests)])
        outcomes.append(Outcome(due, time.perf_counter() - start - due, answer.status))

    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(start + number / rate - time.perf_counter(), 0))
            group.create_task(ask(number))
    return outcomes


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that this share of the ordered values does not exceed.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    return ordered[min(math.ceil(share * len(ordered)), len(ordered)) - 1]


def describe(outcomes: Sequence[Outcome]) -> str:
    """Statuses (0 is a broken connection), and percentiles of the latency of what was answered by 200."""
    lines = [f"statuses {dict(sorted(Counter(each.status for each in outcomes).items()))}"]
    answered = sorted(each.seconds * 1_000 for each in outcomes if each.status == 200)  # noqa: PLR2004  # OK
    if answered:
        shares = (0.5, 0.9, 0.99, 0.999)
        told = [f"p{100 * share:g} {percentile(answered, share):.0f} ms" for share in shares]
        lines.append(", ".join([*told, f"max {answered[-1]:.0f} ms"]))
    return "\n".join(lines)


async def run(options: argparse.Namespace) -> list[Outcome]:
    """Send cases at the rate for the time, and give what became of each."""
    address = urlsplit(options.url)
    client = Client(str(address.hostname), address.port or 80)
    key = options.key.read_text().strip()
    bodies = read_cases(options.cases, 500)
    requests = [request_bytes(address.netloc, "/v1/predictions", key, body) for body in bodies]
    for content in requests[: options.warm]:
        await client.ask(content)
    try:
        return await send_at_rate(client, requests, options.rate, options.seconds)
    finally:
        client.close()


def main() -> None:
    """Read the options, send, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--warm", type=int, default=50, help="requests sent one by one before, which do not count")
    parser.add_argument("--key", type=Path, default=SERVING / "development_key", help="file with the API key")
    parser.add_argument("--cases", type=Path, default=HISTORIES, help="zip of phenopackets")
    sys.stdout.write(f"{describe(uvloop.run(run(parser.parse_args())))}\n")


if __name__ == "__main__":
    main()
