"""Local files and folders that take their name only when they are whole.

What is written goes aside under a hidden name, is flushed to the disk, and is renamed over its target: a process killed
at any moment leaves the old file or the new one, never a torn one.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

__all__ = ["aside", "atomic_folder", "atomic_open", "create_exclusively", "create_folder"]


def _fsync_directory(folder: Path) -> None:
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
    _fsync_directory(folder.parent)


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
    _fsync_directory(target.parent)


@contextmanager
def atomic_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Fill a new local folder; it takes its name only when the block ends without an error.

    Args:
        path: the folder to create; it must not exist, as one call cannot replace a folder that holds files.

    Yields:
        The folder to fill, under a hidden name.

    Raises:
        FileExistsError: if `path` exists.
    """
    target = Path(path)
    if target.exists():
        msg = f"{target} exists; a folder is saved under a new name (a version) each time"
        raise FileExistsError(msg)
    create_folder(target.parent)
    partial = aside(target)
    partial.mkdir()
    try:
        yield partial
        for entry in sorted(partial.rglob("*"), reverse=True):
            if entry.is_dir():
                _fsync_directory(entry)
            else:
                with entry.open("rb") as stream:
                    os.fsync(stream.fileno())
        _fsync_directory(partial)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _fsync_directory(target.parent)


def create_exclusively(path: str | os.PathLike[str], content: bytes) -> None:
    """Create a local file with its whole content; of many that try at once, exactly one succeeds.

    Args:
        path: the file to create; missing folders are created.
        content: what it holds from the moment that it exists.

    Raises:
        FileExistsError: if the file exists; it is left as it is.
    """
    target = Path(path)
    create_folder(target.parent)
    partial = aside(target)
    try:
        with partial.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # A second name for a file that is whole already: unlike a rename, a link never replaces what is there.
        os.link(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    _fsync_directory(target.parent)
