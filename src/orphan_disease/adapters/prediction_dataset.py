"""The predictions file: Parquet in the schema of the prediction record, readable by any tool."""

from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import DatasetError, Version
from kedro.io.core import get_filepath_str

from orphan_disease.adapters.atomic import AtomicDataset
from orphan_disease.contracts import columns
from orphan_disease.contracts.records import PROBABILITY_PREFIX, prediction_schema
from orphan_disease.domain.prediction_records import as_frame

__all__ = ["PredictionsDataset"]


class PredictionsDataset(AtomicDataset[pd.DataFrame, pd.DataFrame]):
    """Prediction records, one row a case, saved whole or not at all.

    Args:
        filepath: the default place.
        target_path: used instead when given, as this one file without versions.
        version: given by Kedro when the catalog says `versioned: true`.
        settings: further settings of `AtomicDataset`.

    A folder is read as the service ships it: every Parquet file below it, each stored answer once, by its id.

    Nested columns are written as Arrow's own, without pandas' metadata: pandas cannot read its own note of them back.
    """

    def __init__(
        self, *, filepath: str, target_path: str | None = None, version: Version | None = None, **settings: Any
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        super().__init__(filepath=target_path or filepath, version=None if target_path else version, **settings)

    def load(self) -> pd.DataFrame:
        """Read the file, its newest version, or every file below a folder."""
        path = get_filepath_str(self._get_load_path(), self._protocol)
        self._fs.invalidate_cache(path)
        return self._read_folder(path) if self._fs.isdir(path) else super().load()

    def _read_folder(self, path: str) -> pd.DataFrame:
        files = sorted(name for name in self._fs.find(path) if name.endswith(".parquet"))
        if not files:
            msg = f"{path}: the folder holds no Parquet file; give one file of predictions, or a folder of shipped ones"
            raise DatasetError(msg)
        tables = [self._read_table(name) for name in files]
        # Models of different schemes have different categories: a column that a file lacks is null for its rows.
        frame = as_frame(pa.concat_tables(tables, promote_options="default"))
        if columns.PREDICTION_ID not in frame:
            return frame
        return frame.drop_duplicates(columns.PREDICTION_ID, ignore_index=True)

    def _read_table(self, name: str) -> pa.Table:
        with self._fs.open(name, "rb") as stream:
            return pq.read_table(stream, **self._load_args)

    def _write(self, data: pd.DataFrame, stream: IO[bytes]) -> None:
        prefix = PROBABILITY_PREFIX
        categories = [name.removeprefix(prefix) for name in data.columns if str(name).startswith(prefix)]
        schema = prediction_schema(categories)
        arrays = [
            pa.array(_values(data[name]), type=schema.field(name).type, from_pandas=True) for name in schema.names
        ]
        pq.write_table(pa.table([_whole(each) for each in arrays], schema=schema), stream, **self._save_args)

    def _read(self, stream: IO[bytes]) -> pd.DataFrame:
        return as_frame(pq.read_table(stream, **self._load_args))


def _values(column: pd.Series) -> Any:
    """The column in the form that Arrow takes as it is: a column of times loses its zone in any other."""
    return column.array if isinstance(column.dtype, pd.DatetimeTZDtype) else column


def _whole(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
