"""Closed-loop throughput of the service, and of `mlflow models serve` of the same model on the same machine.

    python deploy/load/beside_mlflow.py --seconds 30

Both are asked for the same phenopackets by clients that each wait for their answer. The service authenticates, audits
and keeps every answer; MLflow's server does none of this.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import mlflow
import uvloop

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.load.http_client import Client, request_bytes
from deploy.load.open_loop import HISTORIES, percentile, read_cases
from deploy.load.overload import closed_loop
from deploy.load.running_service import START_SECONDS, running_service

OK: Final = 200
PORT: Final = 8199


@contextmanager
def mlflow_server(model_uri: str, tracking_uri: str) -> Iterator[None]:
    """`mlflow models serve` in this environment, ready."""
    command = [str(Path(sys.executable).with_name("mlflow")), "models", "serve", "--model-uri", model_uri]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(PORT)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it starts uvicorn by its name
    environment = {**os.environ, "MLFLOW_TRACKING_URI": tracking_uri, "PATH": path}
    process = subprocess.Popen(  # noqa: S603  # our own
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(f"http://127.0.0.1:{PORT}/ping", process)
        yield
    finally:
        if process.poll() is None:  # else it has told why it did not answer, which must not be hidden
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # loopback
                return
        except OSError:
            time.sleep(0.2)
    ended = "" if process.poll() is None else f"; it ended with status {process.poll()} (run it by hand to see why)"
    raise RuntimeError(f"{url} did not answer{ended}")


def describe(name: str, clients: int, seconds: float, seen: Sequence[tuple[float, int]]) -> str:
    """Answers a second, their latency, and the statuses."""
    answered = sorted(1_000 * took for took, status in seen if status == OK)
    statuses = dict(Counter(status for _, status in seen))
    rate = len(answered) / seconds
    latency = f"p50 {percentile(answered, 0.5):.0f} ms, p99 {percentile(answered, 0.99):.0f} ms" if answered else "none"
    return f"{name}, {clients} clients: {rate:.1f} answers a second, {latency}, statuses {statuses}"


async def _measure(port: int, requests: Sequence[bytes], clients: int, seconds: float) -> list[tuple[float, int]]:
    client = Client("127.0.0.1", port)
    await closed_loop(client, requests, 4, 5)
    seen = await closed_loop(client, requests, clients, seconds)
    client.close()
    return seen


@click.command()
@click.option("--seconds", default=30.0, show_default=True, help="Of each measurement.")
@click.option("--clients", default=16, show_default=True, help="That ask at one time.")
@click.option("--tracking", default="sqlite:///mlflow.db", show_default=True, help="Where the model is registered.")
@click.option("--model", default="models:/orphan_disease@champion", show_default=True, help="What MLflow serves.")
def main(seconds: float, clients: int, tracking: str, model: str) -> None:
    """Measure both, one after the other."""
    bodies = read_cases(HISTORIES, 300)
    with tempfile.TemporaryDirectory() as folder:
        with running_service(Path(folder), {"ORPHAN_DISEASE_REQUESTS_PER_SECOND": "10000"}) as service:
            asked = [request_bytes(service.host, "/v1/predictions", service.key, body) for body in bodies]
            seen = uvloop.run(_measure(service.port, asked, clients, seconds))
    click.echo(describe("the service", clients, seconds, seen))
    mlflow.set_tracking_uri(tracking)
    rows = [json.dumps({"dataframe_records": [{"payload": body.decode()}]}).encode() for body in bodies]
    asked = [request_bytes(f"127.0.0.1:{PORT}", "/invocations", "none", row) for row in rows]
    with mlflow_server(model, tracking):
        seen = uvloop.run(_measure(PORT, asked, clients, seconds))
    click.echo(describe("mlflow models serve", clients, seconds, seen))


if __name__ == "__main__":
    main()
