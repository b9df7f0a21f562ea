"""Atomic saves: whatever kills the process, a reader sees the old file or the new one."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError, Version
from matplotlib.figure import Figure

from orphan_disease.adapters import atomic
from orphan_disease.adapters.atomic import (
    AtomicCSVDataset,
    AtomicJSONDataset,
    AtomicParquetDataset,
    AtomicPlotDataset,
    AtomicTextDataset,
    atomic_folder,
    atomic_open,
)

ROWS = 300_000
KILLS = 20
STEPS = ("open", "fsync", "replace")


def _frame(value: int) -> pd.DataFrame:
    return pd.DataFrame({"value": np.full(ROWS, value), "noise": np.random.default_rng(value).random(ROWS)})


def _save_for_ever(path: str, saves: "multiprocessing.sharedctypes.Synchronized[int]") -> None:
    frames = [_frame(1), _frame(2)]
    while True:
        AtomicParquetDataset(filepath=path).save(frames[saves.value % 2])
        saves.value += 1


def _save_and_die_at(path: str, step: str) -> None:
    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if step == "open":
        AtomicTextDataset._write = (
            lambda _self, data, stream: (  # type: ignore[method-assign,assignment]
                stream.write(data.encode()[:1000]),
                stream.flush(),
                die(),
            )
        )
    elif step == "fsync":
        os.fsync = die  # type: ignore[assignment]
    else:
        Path.replace = die  # type: ignore[assignment,method-assign]
    AtomicTextDataset(filepath=path).save("new" * 1000)


def _partials(folder: Path) -> list[Path]:
    return list(folder.rglob("*.partial"))


def test_a_process_killed_twenty_times_in_mid_save_never_leaves_a_torn_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    path = tmp_path / "table.parquet"
    AtomicParquetDataset(filepath=str(path)).save(_frame(1))
    for kill in range(KILLS):
        saves = context.Value("i", kill)
        child = context.Process(target=_save_for_ever, args=(str(path), saves))
        child.start()
        while saves.value == kill:
            time.sleep(0.001)
        time.sleep(0.004 * kill)
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        assert child.exitcode == -signal.SIGKILL
        value = int(AtomicParquetDataset(filepath=str(path)).load()["value"].iloc[0])
        pd.testing.assert_frame_equal(AtomicParquetDataset(filepath=str(path)).load(), _frame(value))
    assert _partials(tmp_path), "no kill fell into a save: the test shows nothing"


@pytest.mark.parametrize("step", STEPS)
def test_a_process_killed_at_any_step_of_a_save_leaves_the_old_file(tmp_path: Path, step: str) -> None:
    path = tmp_path / "note.txt"
    AtomicTextDataset(filepath=str(path)).save("old")
    child = multiprocessing.get_context("fork").Process(target=_save_and_die_at, args=(str(path), step))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert AtomicTextDataset(filepath=str(path)).load() == "old"


def test_a_partial_version_is_never_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    AtomicTextDataset(filepath=str(path), version=Version(None, "2026-01-01T00.00.00.000Z")).save("whole")
    later = path / "2026-02-01T00.00.00.000Z"
    later.mkdir()
    (later / ".note.txt.0123.partial").write_text("torn")
    assert AtomicTextDataset(filepath=str(path), version=Version(None, None)).load() == "whole"


def test_versions_are_kept_and_the_newest_is_loaded(tmp_path: Path) -> None:
    path = str(tmp_path / "record.json")
    for month in (1, 2):
        AtomicJSONDataset(filepath=path, version=Version(None, f"2026-0{month}-01T00.00.00.000Z")).save(
            {"month": month}
        )
    dataset = AtomicJSONDataset(filepath=path, version=Version(None, None))
    assert dataset.load() == {"month": 2}
    assert dataset.list_versions(full_path=False) == ["2026-02-01T00.00.00.000Z", "2026-01-01T00.00.00.000Z"]


def _figure() -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, 1], [1, 0])
    return figure


@pytest.mark.parametrize(
    ("dataset", "make"),
    [
        (AtomicParquetDataset, lambda: pd.DataFrame({"id": ["a", "b"], "terms": [["HP:1"], []], "age": [1.0, None]})),
        (AtomicCSVDataset, lambda: pd.DataFrame({"id": ["a", "ñ"], "age": [1.5, None]})),
        (AtomicJSONDataset, lambda: {"b": [1, 2.5], "a": None}),
        (AtomicTextDataset, lambda: "línea\n"),
        (AtomicPlotDataset, _figure),
    ],
)
def test_equal_data_give_equal_bytes(
    tmp_path: Path, dataset: type[atomic.AtomicDataset[object, object]], make: Callable[[], object]
) -> None:
    for name in ("one", "two"):
        dataset(filepath=str(tmp_path / name)).save(make())
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_parquet_gives_lists_back_as_lists(tmp_path: Path) -> None:
    frame = pd.DataFrame({"terms": [["HP:1", "HP:2"], [], None], "records": [[{"id": 1}], [], []]}, index=[3, 4, 5])
    dataset = AtomicParquetDataset(filepath=str(tmp_path / "t.parquet"))
    dataset.save(frame)
    loaded = dataset.load()
    assert loaded["terms"].tolist() == [["HP:1", "HP:2"], [], None]
    assert loaded["records"].tolist() == [[{"id": 1}], [], []]
    assert loaded.index.tolist() == [3, 4, 5]


def test_json_takes_numpy_numbers_and_writes_nan_as_null(tmp_path: Path) -> None:
    dataset = AtomicJSONDataset(filepath=str(tmp_path / "m.json"))
    dataset.save({"f1": np.float64(0.5), "count": np.int64(3), "undefined": float("nan")})
    assert dataset.load() == {"f1": 0.5, "count": 3, "undefined": None}


def test_a_save_that_fails_keeps_the_old_file_and_leaves_nothing_behind(tmp_path: Path) -> None:
    dataset = AtomicJSONDataset(filepath=str(tmp_path / "m.json"))
    dataset.save({"old": True})
    with pytest.raises(DatasetError):
        dataset.save({"not JSON": object()})
    assert dataset.load() == {"old": True}
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.json"]


def test_a_plot_is_a_png(tmp_path: Path) -> None:
    dataset = AtomicPlotDataset(filepath=str(tmp_path / "p.png"))
    dataset.save(_figure())
    assert dataset.load().startswith(b"\x89PNG")


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "package") as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "weights").write_bytes(b"1")
    assert (tmp_path / "package" / "inner" / "weights").read_bytes() == b"1"
    with pytest.raises(RuntimeError, match="in mid-save"), atomic_folder(tmp_path / "other") as folder:
        (folder / "weights").write_bytes(b"1")
        raise RuntimeError("in mid-save")
    assert [entry.name for entry in tmp_path.iterdir()] == ["package"]
    with pytest.raises(FileExistsError), atomic_folder(tmp_path / "package"):
        pass


def test_an_object_store_is_written_by_one_put() -> None:
    dataset = AtomicJSONDataset(filepath="memory://bucket/prefix/record.json")
    with pytest.raises(DatasetError):
        dataset.save(object())
    assert not dataset.exists()
    dataset.save({"a": 1})
    assert dataset.exists()
    assert dataset.load() == {"a": 1}


def test_atomic_open_replaces_only_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    with atomic_open(path) as stream:
        stream.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
