"""Group commit: what many threads want to make durable at one time shares one flush to the disk."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

__all__ = ["GroupCommitter"]

_Item = TypeVar("_Item")


class GroupCommitter(Generic[_Item]):
    """One thread that commits whatever has queued up while it committed what came before.

    Nothing waits for company: a lone item is committed at once, and under load a commit takes all that has arrived.

    Args:
        commit: makes items durable, all in one; gives for each None, or the error that is this item's own. An error
            that it raises is every item's.
        name: of the thread.
        limit: the most items of one commit.

    >>> kept = []
    >>> committer = GroupCommitter(lambda items: kept.extend(items) or [None] * len(items), name="example")
    >>> committer.submit("a").result()
    >>> committer.close()
    >>> kept
    ['a']
    """

    def __init__(
        self, commit: Callable[[Sequence[_Item]], Sequence[Exception | None]], *, name: str, limit: int = 256
    ) -> None:
        """Start the thread. It ends with `close`, or with the process."""
        self._commit = commit
        self._limit = limit
        self._queue: SimpleQueue[tuple[_Item, Future[None]] | None] = SimpleQueue()
        self._is_closed = False
        self._closing = Lock()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, item: _Item) -> Future[None]:
        """Queue an item; the future ends when it is durable, or with the error that kept it from being so.

        Raises:
            RuntimeError: after `close`.
        """
        future: Future[None] = Future()
        with self._closing:
            if self._is_closed:
                raise RuntimeError(f"{self._thread.name} is closed and takes no more")
            self._queue.put((item, future))
        return future

    def close(self) -> None:
        """Commit what is queued, then end the thread; without effect when called again."""
        with self._closing:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_open = True
        while is_open:
            taken = [self._queue.get()]
            while len(taken) < self._limit and taken[-1] is not None:
                try:
                    taken.append(self._queue.get_nowait())
                except Empty:
                    break
            is_open = taken[-1] is not None
            self._settle([each for each in taken if each is not None])

    def _settle(self, batch: Sequence[tuple[_Item, "Future[None]"]]) -> None:
        wanted = [(item, future) for item, future in batch if future.set_running_or_notify_cancel()]
        if not wanted:
            return
        try:
            outcomes = self._commit([item for item, _ in wanted])
        except Exception as error:  # handed to everyone who waits, none of whom is told otherwise
            outcomes = [error] * len(wanted)
        for (_, future), outcome in zip(wanted, outcomes, strict=True):
            if outcome is None:
                future.set_result(None)
            else:
                future.set_exception(outcome)
