"""An object store in memory that fails on demand, in the ways that a network does."""

import time
from collections.abc import Iterable
from typing import Any

from fsspec.implementations.memory import MemoryFileSystem


class FailingStore(MemoryFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """Keeps objects of its own, and meets each put with the next of `failures`, then with success.

    `down`: refused, nothing arrives. `reset`: the connection breaks, nothing arrives. `lost`: the object arrives and
    its acknowledgement does not. `slow`: it arrives late.
    """

    cachable = False

    def __init__(self, failures: Iterable[str] = ()) -> None:
        super().__init__()
        self.store: dict[str, Any] = {}  # of this instance, where fsspec's is the process's
        self.pseudo_dirs = [""]
        self.failures = list(failures)
        self.puts: list[str] = []

    def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
        failure = self.failures.pop(0) if self.failures else None
        self.puts.append(path)
        if failure == "down":
            raise ConnectionRefusedError("the store is down")
        if failure == "reset":
            raise ConnectionResetError("the store hung up")
        if failure == "slow":
            time.sleep(0.05)
        super().pipe_file(path, value, **options)
        if failure == "lost":
            raise TimeoutError("no acknowledgement came")
