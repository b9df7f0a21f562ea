"""Doors for what hospitals and publications hand in: documents (phenopackets) and tables (triage form, truth file).

A source has a default place, which the fabricated hospital writes, and may be given another by a runtime parameter. Of
the three files of a hospital, the ones not given are empty as soon as one is given: a hospital's patients are never
completed by fabricated ones.
"""

import zipfile
from abc import abstractmethod
from collections.abc import Mapping
from io import BytesIO, TextIOWrapper
from pathlib import PurePosixPath
from typing import IO, Any, Final

import fsspec
import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from orphan_disease.adapters.atomic import atomic_open
from orphan_disease.adapters.document_files import documents_of, documents_of_archive, holds_documents
from orphan_disease.adapters.source_tables import TABLE_SUFFIXES, TableFileError, holds_table, read_table
from orphan_disease.contracts import columns

__all__ = ["DOCUMENT_COLUMNS", "DocumentsDataset", "SourceDataset", "TableSourceDataset"]

DOCUMENT_COLUMNS: Final = (columns.SOURCE_FILE, columns.SOURCE_LINE, columns.PAYLOAD)

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # a fixed time, so that equal documents give equal bytes


class SourceDataset(AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """A source that is read from `source_path` when given, else from `filepath`; saving writes `filepath`.

    Args:
        filepath: the default place, a local path or a URL such as `s3://bucket/key`.
        source_path: read this instead; a file, a folder or an archive.
        hospital_paths: the runtime paths of the hospital's files by name; if any is given while `source_path` is not,
            this source is empty.
        optional: without `source_path`, the source is empty rather than the default.
        fs_args: keyword arguments for the fsspec filesystem.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(  # noqa: PLR0913  # what a catalog entry may say
        self,
        *,
        filepath: str,
        source_path: str | None = None,
        hospital_paths: Mapping[str, str | None] | None = None,
        optional: bool = False,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        self._default = filepath
        self._source = source_path or None
        self._hospital = {name: path for name, path in (hospital_paths or {}).items() if path}
        self._optional = optional
        self._fs_args = dict(fs_args or {})
        self.metadata = metadata

    @abstractmethod
    def _read(self, fs: Any, path: str) -> pd.DataFrame:
        """Read the source at `path` of the filesystem `fs`."""

    @abstractmethod
    def _write(self, data: pd.DataFrame, stream: IO[bytes]) -> None:
        """Write `data` to `stream`, the same bytes for the same data."""

    @abstractmethod
    def _empty(self) -> pd.DataFrame:
        """A source without a record."""

    def load(self) -> pd.DataFrame:
        """Read the given source, or the default one, or nothing (see the class)."""
        if self._source is None and (self._hospital or self._optional):
            return self._empty()
        place = self._source or self._default
        fs, path = fsspec.core.url_to_fs(place, **self._fs_args)
        if not fs.exists(path):
            raise DatasetError(self._absent(place))
        return self._read(fs, path)

    def save(self, data: pd.DataFrame) -> None:
        """Write the default place, whole or not at all; what was given from outside is never written."""
        fs, path = fsspec.core.url_to_fs(self._default, **self._fs_args)
        if "file" in _protocols(fs):
            with atomic_open(path) as stream:
                self._write(data, stream)
        else:
            buffer = BytesIO()
            self._write(data, buffer)
            fs.pipe_file(path, buffer.getvalue())

    def _absent(self, place: str) -> str:
        if self._source is not None:
            return f"{place} does not exist: expected a file, a folder or an archive that can be read from here"
        return (
            f"{place} does not exist. Run `kedro run --pipeline=fabrication` to write the fabricated hospital, or give "
            "your own: --params=triage_path=...,histories_path=...,truth_path=..."
        )

    def _exists(self) -> bool:
        if self._source is None and (self._hospital or self._optional):
            return True
        fs, path = fsspec.core.url_to_fs(self._source or self._default, **self._fs_args)
        return bool(fs.exists(path))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._default, "source_path": self._source, "optional": self._optional}


class DocumentsDataset(SourceDataset):
    """JSON documents, one a row: SOURCE_FILE, SOURCE_LINE (of a JSON-lines file) and PAYLOAD, their text.

    Reads a zip archive, a folder (searched to any depth, archives in it too), a `.json` file, or a JSON-lines file,
    each plain or gzipped. A document whose bytes cannot be read has no payload: what to do with it is decided where
    documents are typed. Saving writes one archive.
    """

    def _empty(self) -> pd.DataFrame:
        return _documents([])

    def _read(self, fs: Any, path: str) -> pd.DataFrame:
        if fs.isdir(path):
            found = (name for name in sorted(fs.find(path)) if holds_documents(name))
            root = path.rstrip("/")
            return _documents(
                row for name in found for row in documents_of(name.removeprefix(root).lstrip("/"), fs.cat_file(name))
            )
        with fs.open(path, "rb") as stream:
            if zipfile.is_zipfile(stream):
                stream.seek(0)
                try:
                    return _documents(documents_of_archive(stream))
                except zipfile.BadZipFile as error:
                    raise DatasetError(f"{path} is not a readable zip archive: {error}") from error
            stream.seek(0)
            return _documents(documents_of(PurePosixPath(path).name, stream.read()))

    def _write(self, data: pd.DataFrame, stream: IO[bytes]) -> None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, payload in zip(data[columns.SOURCE_FILE], data[columns.PAYLOAD], strict=True):
                entry = zipfile.ZipInfo(name, date_time=_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, payload.encode("utf-8"))


class TableSourceDataset(SourceDataset):
    """A table read as text: CSV (also gzipped), Excel (`.xlsx`, its first sheet) or Parquet, in a file or a folder.

    A folder (searched to any depth, as one partitioned by day is) is one table: the files below it by name, with the
    columns of all. SOURCE_FILE and SOURCE_LINE say where a row lies, UNREADABLE why it could not be read.
    """

    def _empty(self) -> pd.DataFrame:
        return pd.DataFrame()

    def _read(self, fs: Any, path: str) -> pd.DataFrame:
        if not fs.isdir(path):
            try:
                return read_table(PurePosixPath(path).name, fs.cat_file(path))
            except TableFileError as error:
                raise DatasetError(str(error)) from None
        root = path.rstrip("/")
        found = [name for name in sorted(fs.find(path)) if holds_table(name)]
        if not found:
            raise DatasetError(f"{path} holds no table; expected files that end with {', '.join(TABLE_SUFFIXES)}")
        return pd.concat(
            [_part(name.removeprefix(root).lstrip("/"), fs.cat_file(name)) for name in found], ignore_index=True
        )

    def _write(self, data: pd.DataFrame, stream: IO[bytes]) -> None:
        text = TextIOWrapper(stream, encoding="utf-8", newline="")
        data.to_csv(text, index=False, lineterminator="\n")
        text.flush()
        text.detach()


def _part(name: str, content: bytes) -> pd.DataFrame:
    """One file of a folder; one that holds no table is one unreadable row, and costs no other file."""
    try:
        return read_table(name, content)
    except TableFileError as error:
        whole = {columns.SOURCE_FILE: name, columns.SOURCE_LINE: pd.NA, columns.UNREADABLE: str(error)}
        return pd.DataFrame([whole]).astype({columns.SOURCE_LINE: "Int64", columns.UNREADABLE: "str"})


def _protocols(fs: Any) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)


def _documents(rows: Any) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(list(rows), columns=list(DOCUMENT_COLUMNS))
    return frame.astype({columns.SOURCE_FILE: "str", columns.SOURCE_LINE: "Int64", columns.PAYLOAD: "object"})
