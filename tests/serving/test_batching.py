"""Gathering: waiting cases become one batch, a bad one fails alone, and the queue has an end."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from orphan_disease.serving.batching import Batcher, Overloaded

PATIENCE_SECONDS = 300.0  # nothing here may hang on how fast the machine is


class Work:
    """Doubles numbers; fails as a whole where 13 is among them, and waits while it is held."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.now = 0.0
        self.slowness = 0.0  # seconds that a batch takes, on a clock of our own
        self.is_asked = threading.Event()
        self.may_go = threading.Event()
        self.may_go.set()
        self.threads: set[str] = set()

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.is_asked.set()
        self.may_go.wait(PATIENCE_SECONDS)
        self.now += self.slowness
        self.threads.add(threading.current_thread().name)
        self.batches.append(list(numbers))
        if 13 in numbers:
            raise ValueError("unlucky")
        return [KeyError("seven") if number == 7 else 2 * number for number in numbers]


def batcher(work: Work, **settings: float) -> Batcher[int, int]:
    chosen: dict[str, float] = {"largest": 64, "wait_seconds": 0.0, "longest_queue": 256}
    chosen |= {"timeout_seconds": PATIENCE_SECONDS, "longest_wait_seconds": 60.0} | settings
    return Batcher(work, on_batch=lambda _size, _seconds: None, clock=lambda: work.now, **chosen)  # type: ignore[arg-type]


async def hold(queue: Batcher[int, int], work: Work) -> "asyncio.Task[int]":
    """A case that is in work until `may_go` is set: whatever comes meanwhile waits in the queue."""
    work.may_go.clear()
    first = asyncio.create_task(queue.submit(0))
    assert await asyncio.to_thread(work.is_asked.wait, PATIENCE_SECONDS)
    return first


def run(work: Work, script: Callable[[Batcher[int, int]], object], **settings: float) -> object:
    async def main() -> object:
        queue = batcher(work, **settings)
        queue.start()
        try:
            return await script(queue)  # type: ignore[misc]
        finally:
            work.may_go.set()
            await asyncio.to_thread(queue.stop)

    return asyncio.run(main())


def test_cases_that_wait_together_are_answered_together() -> None:
    work = Work()

    async def script(queue: Batcher[int, int]) -> list[int]:
        first = await hold(queue, work)
        tasks = [asyncio.create_task(queue.submit(number)) for number in range(1, 7)]
        await asyncio.sleep(0)  # each of them has come to the queue
        work.may_go.set()
        return [await first, *(await asyncio.gather(*tasks))]

    assert run(work, script) == [0, 2, 4, 6, 8, 10, 12]
    assert work.batches == [[0], [1, 2, 3, 4, 5, 6]]
    assert work.threads == {"inference"}


def test_no_batch_is_larger_than_the_largest() -> None:
    work = Work()

    async def script(queue: Batcher[int, int]) -> list[int]:
        return await asyncio.gather(*(queue.submit(100 + number) for number in range(10)))

    assert run(work, script, largest=4) == [2 * (100 + number) for number in range(10)]
    assert max(map(len, work.batches)) == 4


def test_a_bad_case_fails_alone() -> None:
    work = Work()

    async def script(queue: Batcher[int, int]) -> list[object]:
        numbers = (1, 13, 7, 4)
        return list(await asyncio.gather(*map(queue.submit, numbers), return_exceptions=True))

    first, unlucky, seven, last = run(work, script)  # type: ignore[misc]
    assert (first, last) == (2, 8)
    assert isinstance(unlucky, ValueError)
    assert isinstance(seven, KeyError)


def test_a_full_queue_refuses_at_once_and_recovers() -> None:
    work = Work()

    async def script(queue: Batcher[int, int]) -> tuple[list[object], int]:
        first = await hold(queue, work)
        tasks = [asyncio.create_task(queue.submit(number)) for number in range(20, 30)]
        await asyncio.sleep(0)
        work.may_go.set()
        answers = await asyncio.gather(first, *tasks, return_exceptions=True)
        return list(answers), await queue.submit(50)

    answers, later = run(work, script, largest=1, longest_queue=3)  # type: ignore[misc]
    refused = [each for each in answers if isinstance(each, Overloaded)]
    assert len(refused) == 7  # one is in work, three wait
    assert all(1 <= each.retry_after <= 30 for each in refused)
    assert later == 100


def test_an_answer_that_takes_too_long_is_given_up_and_its_case_left_out() -> None:
    work = Work()

    async def script(queue: Batcher[int, int]) -> int:
        first = await hold(queue, work)
        with pytest.raises(Overloaded):
            await queue.submit(2)  # waits behind the first, too long
        with pytest.raises(Overloaded):
            await first
        work.may_go.set()
        while True:  # until the machine answers within the time
            with suppress(Overloaded):
                return await queue.submit(3)

    assert run(work, script, timeout_seconds=0.3, largest=1) == 6
    assert [2] not in work.batches


def test_a_job_stands_alone_on_the_same_thread() -> None:
    work = Work()

    async def script(queue: Batcher[int, int]) -> list[object]:
        jobs = [queue.submit(1), queue.run(lambda: threading.current_thread().name), queue.submit(2)]
        return list(await asyncio.gather(*jobs))

    assert run(work, script) == [2, "inference", 4]
    assert work.batches == [[1], [2]]


def test_a_job_that_fails_ends_nothing() -> None:
    work = Work()

    def fail() -> None:
        raise RuntimeError

    async def script(queue: Batcher[int, int]) -> int:
        with pytest.raises(RuntimeError):
            await queue.run(fail)
        return await queue.submit(4)

    assert run(work, script) == 8


def test_stopping_answers_what_waits_and_refuses_what_comes() -> None:
    work = Work()

    async def main() -> tuple[int, int]:
        queue = batcher(work)
        queue.start()
        asked = asyncio.create_task(queue.submit(5))
        await asyncio.sleep(0)
        await asyncio.to_thread(queue.stop)
        with pytest.raises(Overloaded):
            await queue.submit(6)
        return await asked, int(queue.is_alive)

    assert asyncio.run(main()) == (10, 0)


def test_a_case_that_would_wait_too_long_is_refused() -> None:
    work = Work()

    async def script(queue: Batcher[int, int]) -> tuple[int, int]:
        await queue.submit(1)
        work.slowness = 0.2  # a case takes so long now, which the queue learns by answering
        for number in range(2, 8):
            await queue.submit(number + 100)
        work.is_asked.clear()
        first = await hold(queue, work)
        tasks = [asyncio.create_task(queue.submit(number)) for number in range(200, 210)]
        await asyncio.sleep(0)
        work.may_go.set()
        answers = await asyncio.gather(first, *tasks, return_exceptions=True)
        return sum(isinstance(each, Overloaded) for each in answers), sum(isinstance(each, int) for each in answers)

    refused, answered = run(work, script, largest=1, longest_wait_seconds=0.4)  # type: ignore[misc]
    # A case takes 0.15 s as the queue has learned: the fourth that waits would wait 0.45 s.
    assert (refused, answered) == (7, 4)
