"""A lock that the processes of one machine share."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["ProcessLock"]


class ProcessLock:
    """A lock among processes of one machine, by `flock` on a file; it ends with the process that holds it.

    Two instances exclude each other, in one process too; one instance does not exclude its own threads.

    Args:
        path: the file, created where it is absent. It stays empty.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, ProcessLock(Path(folder, "lock")) as held:
    ...     other = ProcessLock(Path(folder, "lock"))
    ...     other.try_acquire()
    False
    """

    def __init__(self, path: Path) -> None:
        """Open the file; nothing is locked yet."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Self:
        """Wait for the lock."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        self.release()

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back; without effect where it is not held."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file, and give the lock back with it."""
        os.close(self._descriptor)
