"""The commands of deploy/load count what they claim to count."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from fsspec.implementations.memory import MemoryFileSystem

from deploy.load import kill_service
from deploy.load.batch_choice import Policy, expected, latencies
from deploy.load.http_client import Answer, Client, request_bytes
from deploy.load.kill_service import Outcome
from deploy.load.open_loop import Outcome as Asked
from deploy.load.open_loop import describe as describe_latency
from deploy.load.open_loop import percentile, send_at_rate
from deploy.load.overload import describe as describe_overload

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


def talk(answers: list[bytes | None], script: Callable[[Client], Awaitable[object]]) -> object:
    """Run a script against a server that answers each request by the next of these; None hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answers:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
            answer = answers.pop(0)
            if answer is None:
                break
            for start in range(0, len(answer), 7):  # in pieces, as networks do
                writer.write(answer[start : start + 7])
                await writer.drain()
        writer.close()

    async def main() -> object:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            client = Client("127.0.0.1", server.sockets[0].getsockname()[1])
            try:
                return await script(client)
            finally:
                client.close()

    return asyncio.run(main())


REQUEST = request_bytes("x", "/v1/predictions", "key", b"{}", idempotency_key="k")


def test_a_request_is_whole() -> None:
    head, _, body = REQUEST.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /v1/predictions HTTP/1.1"
    assert {b"x-api-key: key", b"idempotency-key: k", b"content-length: 2"} <= set(head.split(b"\r\n"))
    assert body == b"{}"


def test_answers_come_whole_by_length_and_in_chunks_and_a_broken_one_is_told() -> None:
    chunked = b"HTTP/1.1 503 Busy\r\nretry-after: 2\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"

    async def script(client: Client) -> list[Answer]:
        return [await client.ask(REQUEST) for _ in range(4)]

    first, second, broken, last = talk([OK, chunked, None, OK], script)  # type: ignore[misc]
    assert (first.status, first.body) == (200, b"{}")
    assert (second.status, second.header("retry-after")) == (503, "2")
    assert broken.status == 0
    assert last.status == 200


def test_every_request_of_an_open_loop_is_counted() -> None:
    async def script(client: Client) -> list[Asked]:
        return await send_at_rate(client, [REQUEST], rate=1_000, seconds=0.02)

    outcomes = talk([OK] * 20, script)
    assert [each.status for each in outcomes] == [200] * 20  # type: ignore[attr-defined]
    assert "statuses {200: 20}" in describe_latency(outcomes)  # type: ignore[arg-type]


def test_percentiles_are_of_the_ordered_values() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.99, 1)] == [50, 99, 100]


def test_a_refusal_that_does_not_say_when_to_come_back_is_counted() -> None:
    polite = Answer(503, b"HTTP/1.1 503 x\r\nRetry-After: 1")
    told = describe_overload("over", [(0.1, Answer(200)), (0.1, polite), (0.1, Answer(429, b"HTTP/1.1 429 x"))])
    assert "statuses {200: 1, 429: 1, 503: 1}, refusals without Retry-After 1" in told
    assert "p99 100 ms" in told


@pytest.mark.parametrize(("lost", "doubled", "exit_code"), [(0, 0, 0), (1, 0, 1), (0, 1, 1)])
def test_a_lost_or_doubled_answer_is_an_error(
    lost: int, doubled: int, exit_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outcome_of(_folder: Path, kills: int, store: object) -> Outcome:
        del store
        return Outcome(kills, 9, 1, 9, lost, doubled, 0, 1.0)

    @contextmanager
    def no_store(folder: Path, with_s3: bool):  # type: ignore[no-untyped-def]
        assert not with_s3
        yield folder

    monkeypatch.setattr(kill_service, "kill_under_load", outcome_of)
    monkeypatch.setattr(kill_service, "_store", no_store)
    ended = CliRunner().invoke(kill_service.main, ["--kills", "3"])
    assert (ended.exit_code, json.loads(ended.stdout)["kills"]) == (exit_code, 3)


def test_an_empty_archive_holds_no_row() -> None:
    assert kill_service._Store("/nothing", {}, MemoryFileSystem()).rows() == []


def test_a_batch_closes_when_it_is_full_when_its_time_is_over_or_when_the_one_before_ends() -> None:
    # 0.0 and 0.1 fill the first batch at 0.1. 0.3 waits for company until 0.8, gets that of 0.7 and fills the second
    # when the first ends, at 1.1; 2.9 waits in vain until 3.4, and its batch has a stall of 2 s.
    found = latencies(lambda size: 0.5 * size, Policy(2, 0.5), [0.0, 0.1, 0.3, 0.7, 2.9], iter([0.0, 0.0, 2.0]))
    assert found == [1.1, 1.0, 1.8, 1.4, 3.0]


def test_a_batch_that_may_not_grow_cannot_keep_up() -> None:
    costs = {1: 0.02, 16: 0.05}
    assert expected(costs, Policy(1, 0.0), 100.0, 1.0)[0] > 10_000  # 20 ms a case, one every 10 ms
    assert expected(costs, Policy(16, 0.0), 100.0, 1.0)[0] < 100
