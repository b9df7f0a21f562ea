"""Memory of a process that holds a model for long."""

import gc
import os
from pathlib import Path
from typing import Final

__all__ = ["resident_bytes", "settle_memory"]

# An answer is made of a thousand small containers, none of them in a cycle: at Python's 700, the collector would look
# for garbage several times an answer.
YOUNGEST: Final = 50_000


def settle_memory() -> None:
    """Take what is loaded out of the garbage collector's sight (0.2 s at a time), and let it look less often."""
    gc.unfreeze()
    gc.collect()  # what the model before it left
    gc.freeze()
    gc.set_threshold(YOUNGEST, 10, 10)


def resident_bytes(process_id: int | None) -> int:
    """Memory that a process holds; 0 where there is none, or no `/proc` to ask."""
    try:
        pages = int(Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
