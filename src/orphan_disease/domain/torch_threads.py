"""Torch in one thread: for networks this small, waking further threads costs more than they bring."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["single_torch_thread"]


@contextmanager
def single_torch_thread() -> Iterator[None]:
    """Let torch use one thread inside the block, and as many as before after it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
