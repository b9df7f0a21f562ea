import gzip

import pytest

from orphan_disease.adapters.gzipped import UnpackError, unpacked


def test_a_file_of_several_members_is_unpacked_whole() -> None:
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b")) == b"ab"


def test_a_file_that_unpacks_to_more_than_the_limit_is_refused_and_one_at_the_limit_is_not() -> None:
    packed = gzip.compress(b"x" * 1_000)
    assert len(unpacked(packed, limit=1_000)) == 1_000
    with pytest.raises(UnpackError, match="more than 999 bytes"):
        unpacked(packed, limit=999)


@pytest.mark.parametrize(
    "torn",
    [b"plain", gzip.compress(b"x" * 1_000, mtime=0)[:-9], b"\x1f\x8b\x08\x00" + b"\xff" * 40],
    ids=["plain", "cut off", "damaged"],
)
def test_what_is_not_whole_is_refused(torn: bytes) -> None:
    with pytest.raises(UnpackError, match="cannot be unpacked"):
        unpacked(torn)
