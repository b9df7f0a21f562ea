"""Memory of a process that holds a model for long."""

import gc
from typing import Final

__all__ = ["settle_memory"]

# An answer is made of a thousand small containers, none of them in a cycle: at Python's 700, the collector would look
# for garbage several times an answer.
YOUNGEST: Final = 50_000


def settle_memory() -> None:
    """Take what is loaded out of the garbage collector's sight (0.2 s at a time), and let it look less often."""
    gc.unfreeze()
    gc.collect()  # what the model before it left
    gc.freeze()
    gc.set_threshold(YOUNGEST, 10, 10)
