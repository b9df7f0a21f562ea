"""Archives: what comes back equals what was written, and nothing else can come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pytest
from numpy.typing import NDArray
from pydantic import BaseModel
from scipy import sparse

from orphan_disease.adapters.archives import ArchiveError, ForeignFormat, read_archive, write_archive


class Colour(StrEnum):
    RED = "red"


class Settings(BaseModel):
    strength: float


@dataclass(frozen=True)
class Inner:
    names: tuple[str, ...]
    matrix: sparse.csr_matrix


@dataclass(frozen=True)
class Outer:
    inner: Inner | None
    settings: Settings
    colour: Colour
    weights: NDArray[np.float32]
    table: pd.DataFrame
    by_code: Mapping[int, tuple[str, float]]
    known: frozenset[str]
    limit: float


@dataclass(frozen=True)
class Stranger:
    anything: object


@pytest.fixture
def outer() -> Outer:
    return Outer(
        inner=Inner(names=("a", "b"), matrix=sparse.csr_matrix(np.eye(3, dtype=np.float32))),
        settings=Settings(strength=0.5),
        colour=Colour.RED,
        weights=np.arange(6, dtype=np.float32).reshape(2, 3),
        table=pd.DataFrame({"code": ["x", "y"], "terms": [["t1", "t2"], []]}),
        by_code={7: ("seven", 7.0)},
        known=frozenset({"q", "p"}),
        limit=float("inf"),
    )


def test_an_object_comes_back_equal(outer: Outer, tmp_path: Path) -> None:
    write_archive(outer, tmp_path)
    back = read_archive(Outer, tmp_path)

    assert back.inner is not None
    assert back.inner.names == ("a", "b")
    assert (back.inner.matrix != outer.inner.matrix).nnz == 0  # type: ignore[union-attr]  # set by the fixture
    assert back.inner.matrix.dtype == np.float32
    assert back.colour is Colour.RED
    assert (back.settings, back.by_code, back.known, back.limit) == (
        outer.settings,
        outer.by_code,
        outer.known,
        outer.limit,
    )
    np.testing.assert_array_equal(back.weights, outer.weights)
    pd.testing.assert_frame_equal(back.table, outer.table)
    assert back.table["terms"].tolist() == [["t1", "t2"], []]


def test_an_archive_cannot_bring_a_class_of_its_own_choice(outer: Outer, tmp_path: Path) -> None:
    write_archive(outer, tmp_path)
    index = orjson.loads((tmp_path / "index.json").read_bytes())
    index["fields"]["inner"]["class"] = "Popen"
    (tmp_path / "index.json").write_bytes(orjson.dumps(index))

    with pytest.raises(ArchiveError, match="'Popen' is not one of"):
        read_archive(Outer, tmp_path)


def test_a_field_behind_a_wide_annotation_needs_its_class_named(tmp_path: Path) -> None:
    write_archive(Stranger(anything=Settings(strength=1.0)), tmp_path)

    with pytest.raises(ArchiveError, match="'Settings' is not one of Stranger"):
        read_archive(Stranger, tmp_path)
    assert read_archive(Stranger, tmp_path, classes=[Settings]).anything == Settings(strength=1.0)


def test_another_class_than_asked_for_is_refused(outer: Outer, tmp_path: Path) -> None:
    write_archive(outer, tmp_path)
    with pytest.raises(ArchiveError, match="holds a Outer, not a Stranger"):
        read_archive(Stranger, tmp_path, classes=[Outer])


def test_what_has_no_form_is_refused_with_its_field(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"field anything\.0: a complex"):
        write_archive(Stranger(anything=[1j]), tmp_path)


def test_a_foreign_format_writes_its_own_file(tmp_path: Path) -> None:
    def write(value: bytes, path: Path) -> None:
        path.write_bytes(value)

    raw = ForeignFormat("raw", ".bin", lambda value: isinstance(value, bytes), write, Path.read_bytes)
    write_archive(Stranger(anything=b"\x00\x01"), tmp_path, formats=[raw])

    assert (tmp_path / "anything.bin").read_bytes() == b"\x00\x01"
    assert read_archive(Stranger, tmp_path, formats=[raw]).anything == b"\x00\x01"
    with pytest.raises(ArchiveError, match="no reader for format 'raw'"):
        read_archive(Stranger, tmp_path)
