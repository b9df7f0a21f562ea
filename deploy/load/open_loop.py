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
from pathlib import Path

import httpx

SERVING = Path("data/07_model_output/serving")


def read_cases(archive: Path, most: int) -> list[bytes]:
    """Documents of an archive that are JSON objects with phenotypic features, at most so many."""
    cases = []
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


async def ask(client: httpx.AsyncClient, body: bytes, due: float, seen: list[tuple[float, str]]) -> None:
    """Send one case, and note the seconds since it was due and the status."""
    try:
        response = await client.post("/v1/predictions", content=body)
        outcome = str(response.status_code)
    except httpx.HTTPError as error:
        outcome = type(error).__name__
    seen.append((time.perf_counter() - due, outcome))


async def run(options: argparse.Namespace) -> list[tuple[float, str]]:
    """Send cases at the rate for the time, and give what became of each."""
    cases = read_cases(options.cases, 500)
    headers = {"X-API-Key": options.key.read_text().strip(), "Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    seen: list[tuple[float, str]] = []
    async with httpx.AsyncClient(base_url=options.url, headers=headers, limits=limits, timeout=30) as client:
        await ask(client, cases[0], time.perf_counter(), [])
        tasks, start = set(), time.perf_counter()
        for number in range(int(options.rate * options.seconds)):
            due = start + number / options.rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            task = asyncio.create_task(ask(client, cases[number % len(cases)], due, seen))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
    return seen


def percentile(ordered: list[float], share: float) -> float:
    """The value that this share of the ordered values does not exceed."""
    return ordered[min(math.ceil(share * len(ordered)), len(ordered)) - 1]


def main() -> None:
    """Read the options, send, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--key", type=Path, default=SERVING / "development_key", help="file with the API key")
    parser.add_argument("--cases", type=Path, default=Path("data/01_raw/histories.zip"), help="zip of phenopackets")
    seen = asyncio.run(run(parser.parse_args()))
    answered = sorted(seconds * 1_000 for seconds, outcome in seen if outcome == "200")
    lines = [f"outcomes {dict(sorted(Counter(outcome for _, outcome in seen).items()))}"]
    if answered:
        shares = (0.5, 0.9, 0.99, 0.999)
        lines += [f"p{100 * share:g} {percentile(answered, share):.0f} ms" for share in shares]
        lines.append(f"max {answered[-1]:.0f} ms")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
