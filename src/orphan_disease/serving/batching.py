"""Gathering: requests that arrive within a few milliseconds are answered as one batch, on one thread.

Scoring 64 cases costs far less than 64 times one, and one thread keeps every library's own threads from fighting. The
queue is bounded: what does not fit is refused at once, so that an overload ends when its cause does.
"""

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from threadpoolctl import threadpool_limits

__all__ = ["Batcher", "Overloaded"]

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")
_Result = TypeVar("_Result")

MOST_RETRY_SECONDS = 30


class Overloaded(Exception):  # noqa: N818  # a state, not a fault
    """The queue is full, or an answer took too long; `retry_after` seconds from now it may work."""

    def __init__(self, retry_after: int) -> None:
        """Keep the delay."""
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


@dataclass(eq=False)
class _Waiting:
    """One case, or one job that stands alone, in the queue."""

    item: Any
    job: Callable[[], Any] | None
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    since: float

    def settle(self, result: Any, error: BaseException | None = None) -> None:
        """Hand the result to the loop that waits for it, which may be gone or may have given up."""

        def tell() -> None:
            if self.future.done():
                return
            if error is None:
                self.future.set_result(result)
            else:
                self.future.set_exception(error)

        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(tell)


class Batcher(Generic[_Item, _Answer]):
    """A queue of cases and the one thread that answers them.

    Args:
        answer: answers several cases at once, in their order; an exception concerns all of them, one in place of an
            answer that case alone.
        largest: cases of one batch.
        wait_seconds: how long the first case of a batch waits for others.
        longest_queue: cases that may wait.
        longest_wait_seconds: the longest that a new case may have to wait by the speed of now.
        timeout_seconds: how long a case may take.
        on_batch: told the size of each batch and the seconds it took.
        clock: seconds that only grow.
    """

    def __init__(  # noqa: PLR0913  # settings of one queue
        self,
        answer: Callable[[Sequence[_Item]], Sequence[_Answer | Exception]],
        *,
        largest: int,
        wait_seconds: float,
        longest_queue: int,
        longest_wait_seconds: float,
        timeout_seconds: float,
        on_batch: Callable[[int, float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the settings; the thread runs from `start` to `stop`."""
        self._answer = answer
        self._largest = largest
        self._wait = wait_seconds
        self._longest = longest_queue
        self._longest_wait = longest_wait_seconds
        self._timeout = timeout_seconds
        self._on_batch = on_batch
        self._clock = clock
        self._queue: deque[_Waiting] = deque()
        self._change = threading.Condition()
        self._is_stopping = False
        self._thread: threading.Thread | None = None
        self._seconds_a_case = 0.01

    @property
    def queued(self) -> int:
        """Cases that wait."""
        return len(self._queue)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer what waits, and end the thread."""
        with self._change:
            self._is_stopping = True
            self._change.notify()
        if self._thread is not None:
            self._thread.join(self._timeout)

    async def submit(self, item: _Item) -> _Answer:
        """The answer to one case.

        Raises:
            Overloaded: if the queue is full, or no answer came in time.
            Exception: whatever this case led to.
        """
        answer: _Answer = await self._enqueue(item, None)
        return answer

    async def run(self, job: Callable[[], _Result]) -> _Result:
        """The result of a job that is no part of a batch, on the same thread; raises as `submit` does."""
        result: _Result = await self._enqueue(None, job)
        return result

    async def _enqueue(self, item: Any, job: Callable[[], Any] | None) -> Any:
        loop = asyncio.get_running_loop()
        waiting = _Waiting(item, job, loop, loop.create_future(), self._clock())
        with self._change:
            if self._is_stopping or self.is_full:
                raise Overloaded(self.retry_after)
            self._queue.append(waiting)
            self._change.notify()
        try:
            return await asyncio.wait_for(waiting.future, self._timeout)
        except TimeoutError:
            raise Overloaded(self.retry_after) from None

    @property
    def is_full(self) -> bool:
        """Whether a case that came now would not fit, or wait too long."""
        return len(self._queue) >= self._longest or len(self._queue) * self._seconds_a_case > self._longest_wait

    @property
    def retry_after(self) -> int:
        """Seconds until the queue of now is answered, whole and at least 1."""
        return min(max(math.ceil(len(self._queue) * self._seconds_a_case), 1), MOST_RETRY_SECONDS)

    def _run(self) -> None:
        # Libraries that each start a thread a core wait for each other in spinning loops: beside the requests' own
        # thread that cost nearly twice the processor time for 16 cases.
        with threadpool_limits(limits=1):
            self._answer_all()

    def _answer_all(self) -> None:
        while (batch := self._next_batch()) is not None:
            wanted = [each for each in batch if not each.future.cancelled()]
            if not wanted:
                continue
            if (job := wanted[0].job) is not None:
                self._run_job(wanted[0], job)
            else:
                self._run_batch(wanted)

    def _next_batch(self) -> list[_Waiting] | None:
        """The next cases, or one job; None at the end."""
        with self._change:
            while not self._queue:
                if self._is_stopping:
                    return None
                self._change.wait()
            first = self._queue.popleft()
            batch = [first]
            while first.job is None and len(batch) < self._largest:
                left = first.since + self._wait - self._clock()
                if not self._queue and (left <= 0 or self._is_stopping or not self._change.wait(left)):
                    break
                if not self._queue:
                    continue
                if self._queue[0].job is not None:
                    break
                batch.append(self._queue.popleft())
            return batch

    @staticmethod
    def _run_job(waiting: _Waiting, job: Callable[[], Any]) -> None:
        try:
            result = job()
        except Exception as error:  # it belongs to whoever waits, and must not end the thread
            waiting.settle(None, error)
        else:
            waiting.settle(result)

    def _run_batch(self, batch: Sequence[_Waiting]) -> None:
        started = self._clock()
        answers = self._answers([each.item for each in batch])
        seconds = self._clock() - started
        self._seconds_a_case += 0.2 * (seconds / len(batch) - self._seconds_a_case)
        for waiting, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Exception):
                waiting.settle(None, answer)
            else:
                waiting.settle(answer)
        self._on_batch(len(batch), seconds)

    def _answers(self, items: Sequence[_Item]) -> Sequence[_Answer | Exception]:
        """The answers; where the batch fails as a whole, each case stands alone, so that only the bad one fails."""
        try:
            return self._answer(items)
        except Exception as error:
            if len(items) == 1:
                return [error]
        return [answer for item in items for answer in self._answers([item])]
