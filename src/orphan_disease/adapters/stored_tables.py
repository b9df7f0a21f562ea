"""Tables that grow part by part: one Parquet file, or a folder of them, such as the service's ledger ships.

A folder is searched to any depth (`date=2026-10-01/part-0.parquet`); names that begin with a dot or an underscore are a
writer's own and are passed over. Parts that were shipped twice are harmless: equal rows count once.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import Version
from kedro.io.core import DatasetError, get_filepath_str

from orphan_disease.adapters.atomic import AtomicDataset
from orphan_disease.contracts import columns
from orphan_disease.domain.prediction_records import as_frame

__all__ = ["StoredPredictionsDataset", "StoredTableDataset"]


class StoredTableDataset(AtomicDataset[pd.DataFrame, pd.DataFrame]):
    """A table of one or many Parquet files; it is read only.

    Args:
        filepath: the default place.
        target_path: read instead when given; a file or a folder.
        optional: an absent table is read as an empty one with a case id.
        version: given by Kedro when the catalog says `versioned: true`.
        settings: further settings of `AtomicDataset`.
    """

    def __init__(
        self,
        *,
        filepath: str,
        target_path: str | None = None,
        optional: bool = False,
        version: Version | None = None,
        **settings: Any,
    ) -> None:
        """Keep the settings; nothing is read yet."""
        super().__init__(filepath=target_path or filepath, version=None if target_path else version, **settings)
        self._optional = optional

    def load(self) -> pd.DataFrame:
        """Read the file, or every part of the folder in the order of their names."""
        if self._optional and not self._is_there():
            return pd.DataFrame({columns.CASE_ID: pd.Series([], dtype="str")})
        path = get_filepath_str(self._get_load_path(), self._protocol)
        return self._framed(self._table(path))

    def save(self, data: pd.DataFrame) -> None:
        """Refuse: what was answered is written where answers are given."""
        raise DatasetError(f"{self._filepath} is only read here")

    def _framed(self, table: pa.Table) -> pd.DataFrame:
        frame: pd.DataFrame = table.to_pandas()
        lists = {
            field.name: pd.Series(table[field.name].to_pylist(), index=frame.index, dtype=object)
            for field in table.schema
            if pa.types.is_list(field.type) or pa.types.is_large_list(field.type)
        }
        return frame.assign(**lists)

    def _table(self, path: str) -> pa.Table:
        self._fs.invalidate_cache()
        if not self._fs.isdir(path):
            return self._part(path)
        parts = [self._part(name) for name in self._parts(path)]
        if not parts:
            raise DatasetError(
                f"{path} holds no Parquet file: expected one, or folders such as date=2026-10-01 of them"
            )
        return pa.concat_tables(parts, promote_options="permissive").combine_chunks()

    def _parts(self, folder: str) -> Iterator[str]:
        for name in sorted(self._fs.find(folder)):
            inside = PurePosixPath(name).relative_to(folder).parts
            if name.endswith(".parquet") and not any(part.startswith((".", "_")) for part in inside):
                yield name

    def _part(self, path: str) -> pa.Table:
        """One file by itself, so that a folder's name adds no column."""
        with self._fs.open(path, "rb") as stream:
            return pq.ParquetFile(stream).read(**self._load_args)

    def _is_there(self) -> bool:
        try:
            path = get_filepath_str(self._get_load_path(), self._protocol)
        except DatasetError:
            return False
        return bool(self._fs.exists(path))

    def _exists(self) -> bool:
        return self._optional or self._is_there()

    def _read(self, stream: IO[bytes]) -> pd.DataFrame:
        raise NotImplementedError

    def _write(self, data: pd.DataFrame, stream: IO[bytes]) -> None:
        raise NotImplementedError


class StoredPredictionsDataset(StoredTableDataset):
    """Prediction records as they were stored: nested columns stay Arrow's, and a record that came twice counts once."""

    def _framed(self, table: pa.Table) -> pd.DataFrame:
        frame = as_frame(table)
        repeated = frame.duplicated([columns.CASE_ID, columns.MODEL_VERSION, columns.PREDICTED_AT], keep="last")
        return frame[~repeated].reset_index(drop=True)
