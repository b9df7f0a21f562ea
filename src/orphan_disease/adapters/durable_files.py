"""Local files that survive a sudden end: written aside, flushed, renamed; and a lock that processes share.

Nothing here knows Kedro, so that the service can start without it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from uuid import uuid4

__all__ = ["ProcessLock", "aside", "atomic_open", "create_folder", "fsync_directory"]


def fsync_directory(folder: Path) -> None:
    """Make the names inside `folder` durable, as fsync of a file alone does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create_folder(folder: Path) -> None:
    """Create `folder` with its parents, and make each new name durable."""
    if folder.is_dir():
        return
    create_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    fsync_directory(folder.parent)


def aside(target: Path) -> Path:
    """Return a hidden, unique name beside `target`; no reader looks for it, and no two writers share it."""
    return target.with_name(f".{target.name}.{uuid4().hex}.partial")


@contextmanager
def atomic_open(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a local file for writing bytes; it takes its name only when the block ends without an error.

    Args:
        path: the file to create or replace; missing folders are created.

    Yields:
        A binary stream.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with atomic_open(f"{folder}/a/b.txt") as stream:
    ...         _ = stream.write(b"whole")
    ...     Path(folder, "a", "b.txt").read_bytes()
    b'whole'
    """
    target = Path(path)
    create_folder(target.parent)
    partial = aside(target)
    try:
        with partial.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    fsync_directory(target.parent)


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
