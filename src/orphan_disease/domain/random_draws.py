"""Random numbers that belong to a record: each is a function of the seed, the record, the purpose and the position.

A patient is the same whether drawn alone or among thousands, and in whichever order. The mixing function is SplitMix64
(Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", doi:10.1145/2660193.2660195).
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

__all__ = ["normals", "record_keys", "round_randomly", "uniforms"]

_GOLDEN: Final = 0x9E3779B97F4A7C15
_STREAM: Final = 0xD1342543DE82EF95
_SHIFTS: Final = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))

Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


def _mixed(values: Keys) -> Keys:
    """SplitMix64's finaliser, elementwise, modulo 2^64."""
    for shift, factor in _SHIFTS:
        values = (values ^ (values >> np.uint64(shift))) * np.uint64(factor)
    return values ^ (values >> np.uint64(31))


def record_keys(seed: int, count: int, first: int = 0) -> Keys:
    """One key per record: records `first` to `first + count - 1` of a seed.

    >>> bool((record_keys(7, 3)[1:] == record_keys(7, 2, first=1)).all())
    True
    """
    start = np.array([seed % 2**64], dtype=np.uint64)
    numbers = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    return _mixed(_mixed(start + np.uint64(_GOLDEN)) + numbers * np.uint64(_GOLDEN))


def uniforms(keys: Keys, stream: int, positions: npt.ArrayLike = 0) -> Floats:
    """Uniform numbers in the open interval (0, 1).

    Args:
        keys: the records, any shape.
        stream: what the number is for; different streams are independent.
        positions: which number of the stream; broadcast against `keys`.
    """
    numbers = np.atleast_1d(np.asarray(positions, dtype=np.int64)).astype(np.uint64)  # an array wraps without warning
    offset = np.array([(stream + 1) * _STREAM % 2**64], dtype=np.uint64)
    bits = _mixed(_mixed(keys ^ _mixed(offset)) + (numbers + np.uint64(1)) * np.uint64(_GOLDEN))
    fractions: Floats = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
    return fractions


def normals(keys: Keys, stream: int, positions: npt.ArrayLike = 0) -> Floats:
    """Standard normal numbers, by inversion of `uniforms`."""
    values: Floats = ndtri(uniforms(keys, stream, positions))
    return values


def round_randomly(expected: Floats, chances: Floats) -> npt.NDArray[np.int64]:
    """Whole numbers whose mean is `expected`: rounded up where the chance falls below the fraction.

    >>> round_randomly(np.array([2.25, 2.25]), np.array([0.2, 0.3])).tolist()
    [3, 2]
    """
    return np.floor(expected + 1.0 - chances).astype(np.int64)
