"""Datasets whose save is all or nothing, on local disk and on S3.

A local save is written aside under a hidden name, flushed to the disk, and renamed over its target, so that a process
killed at any moment leaves the old file or the new one, never a torn one. An object of an S3 store is put whole by one
request (or one completed multipart upload), which is atomic by the protocol.

Bytes are deterministic: equal data give equal files, with the same versions of the libraries.
"""

from abc import abstractmethod
from io import BytesIO, TextIOWrapper
from pathlib import PurePosixPath
from typing import IO, Any, ClassVar, Generic, TypeVar, cast

import fsspec
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractVersionedDataset, DatasetError, Version
from kedro.io.core import get_filepath_str, get_protocol_and_path
from matplotlib.figure import Figure

from orphan_disease.adapters.atomic_files import atomic_folder, atomic_open

__all__ = [
    "AtomicCSVDataset",
    "AtomicDataset",
    "AtomicJSONDataset",
    "AtomicParquetDataset",
    "AtomicPlotDataset",
    "AtomicTextDataset",
    "atomic_folder",
    "atomic_open",
]

_Saved = TypeVar("_Saved")
_Loaded = TypeVar("_Loaded")


class AtomicDataset(AbstractVersionedDataset[_Saved, _Loaded], Generic[_Saved, _Loaded]):
    """One file or object, saved whole or not at all; a subclass says how data become bytes and back.

    Args:
        filepath: a local path, or a URL such as `s3://bucket/key`.
        load_args: keyword arguments for the reader.
        save_args: keyword arguments for the writer.
        version: given by Kedro when the catalog says `versioned: true`.
        credentials: given by Kedro when the catalog names credentials; S3 needs none beside the `AWS_*` variables.
        fs_args: keyword arguments for the fsspec filesystem.
        metadata: free metadata, ignored by Kedro.
    """

    DEFAULT_LOAD_ARGS: ClassVar[dict[str, Any]] = {}
    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {}

    def __init__(  # noqa: PLR0913  # Kedro's own constructor arguments for a file dataset
        self,
        *,
        filepath: str,
        load_args: dict[str, Any] | None = None,
        save_args: dict[str, Any] | None = None,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        self._protocol, path = get_protocol_and_path(filepath, version)
        self._fs = fsspec.filesystem(self._protocol, **(credentials or {}), **(fs_args or {}))
        self._load_args = {**self.DEFAULT_LOAD_ARGS, **(load_args or {})}
        self._save_args = {**self.DEFAULT_SAVE_ARGS, **(save_args or {})}
        self.metadata = metadata
        super().__init__(
            filepath=PurePosixPath(path),
            version=version,
            exists_function=self._fs.exists,
            glob_function=self._fs.glob,
        )

    @abstractmethod
    def _write(self, data: _Saved, stream: IO[bytes]) -> None:
        """Write `data` to `stream` as bytes."""

    @abstractmethod
    def _read(self, stream: IO[bytes]) -> _Loaded:
        """Read what `_write` wrote."""

    def load(self) -> _Loaded:
        """Read the file, or its newest version."""
        path = get_filepath_str(self._get_load_path(), self._protocol)
        with self._fs.open(path, "rb") as stream:
            return self._read(stream)

    def save(self, data: _Saved) -> None:
        """Write the file, or a new version, whole or not at all."""
        path = self._get_save_path()
        if self._protocol == "file":
            with atomic_open(path) as stream:
                self._write(data, stream)
        else:
            buffer = BytesIO()
            self._write(data, buffer)
            self._fs.pipe_file(get_filepath_str(path, self._protocol), buffer.getvalue())
        self._invalidate_cache()

    def _exists(self) -> bool:
        try:
            path = get_filepath_str(self._get_load_path(), self._protocol)
        except DatasetError:
            return False
        return bool(self._fs.isfile(path))

    def _describe(self) -> dict[str, Any]:
        return {
            "filepath": self._filepath,
            "protocol": self._protocol,
            "load_args": self._load_args,
            "save_args": self._save_args,
            "version": self._version,
        }

    def _release(self) -> None:
        super()._release()
        self._invalidate_cache()

    def _invalidate_cache(self) -> None:
        self._fs.invalidate_cache(get_filepath_str(self._filepath.parent, self._protocol))


class AtomicParquetDataset(AtomicDataset[pd.DataFrame, pd.DataFrame]):
    """A table as Parquet. A list stays a list when it comes back (plain pandas returns arrays)."""

    def _write(self, data: pd.DataFrame, stream: IO[bytes]) -> None:
        data.to_parquet(stream, engine="pyarrow", **self._save_args)

    def _read(self, stream: IO[bytes]) -> pd.DataFrame:
        table = pq.read_table(stream, **self._load_args)
        frame = cast(pd.DataFrame, table.to_pandas())
        lists = {
            field.name: pd.Series(table[field.name].to_pylist(), index=frame.index, dtype=object)
            for field in table.schema
            if field.name in frame.columns and (pa.types.is_list(field.type) or pa.types.is_large_list(field.type))
        }
        return frame.assign(**lists)


class AtomicCSVDataset(AtomicDataset[pd.DataFrame, pd.DataFrame]):
    """A table as CSV in UTF-8, without the index."""

    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {"index": False, "lineterminator": "\n"}

    def _write(self, data: pd.DataFrame, stream: IO[bytes]) -> None:
        text = TextIOWrapper(stream, encoding="utf-8", newline="")
        data.to_csv(text, **self._save_args)
        text.flush()
        text.detach()

    def _read(self, stream: IO[bytes]) -> pd.DataFrame:
        return cast(pd.DataFrame, pd.read_csv(stream, **self._load_args))


class AtomicJSONDataset(AtomicDataset[Any, Any]):
    """A JSON document: numpy scalars and dates are accepted, NaN becomes null, and keys keep their order."""

    def _write(self, data: Any, stream: IO[bytes]) -> None:
        option = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
        stream.write(orjson.dumps(data, option=option))

    def _read(self, stream: IO[bytes]) -> Any:
        return orjson.loads(stream.read())


class AtomicTextDataset(AtomicDataset[str, str]):
    """A text in UTF-8."""

    def _write(self, data: str, stream: IO[bytes]) -> None:
        stream.write(data.encode("utf-8"))

    def _read(self, stream: IO[bytes]) -> str:
        return stream.read().decode("utf-8")


class AtomicPlotDataset(AtomicDataset[Figure, bytes]):
    """A matplotlib figure as PNG; loading returns the picture's bytes."""

    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {"dpi": 120, "bbox_inches": "tight"}

    def _write(self, data: Figure, stream: IO[bytes]) -> None:
        data.savefig(stream, format="png", metadata={"Software": None}, **self._save_args)

    def _read(self, stream: IO[bytes]) -> bytes:
        return stream.read()
