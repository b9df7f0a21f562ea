"""Gzipped files, unpacked up to a limit, so that a small file cannot fill the memory."""

import gzip
import zlib
from io import BytesIO
from typing import Final

__all__ = ["GZIP", "MAX_UNPACKED_BYTES", "UnpackError", "unpacked"]

GZIP: Final = ".gz"
MAX_UNPACKED_BYTES: Final = 1024**3


class UnpackError(ValueError):
    """A file that is not gzip, is torn, or unpacks to more than is read."""


def unpacked(content: bytes, limit: int = MAX_UNPACKED_BYTES) -> bytes:
    """The bytes that a gzipped file holds.

    Args:
        content: the file's bytes.
        limit: the most bytes that it may unpack to.

    Raises:
        UnpackError: if it cannot be unpacked within the limit; the text quotes nothing of it.
    """
    try:
        with gzip.GzipFile(fileobj=BytesIO(content)) as stream:
            plain = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnpackError(f"it cannot be unpacked ({type(error).__name__})") from None
    if len(plain) > limit:
        raise UnpackError(f"it unpacks to more than {limit:,} bytes")
    return plain
