"""The predictions file: Parquet in the schema of the prediction record, readable by any tool."""

from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import Version

from orphan_disease.adapters.atomic import AtomicDataset
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

    Nested columns are written as Arrow's own, without pandas' metadata: pandas cannot read its own note of them back.
    """

    def __init__(
        self, *, filepath: str, target_path: str | None = None, version: Version | None = None, **settings: Any
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        super().__init__(filepath=target_path or filepath, version=None if target_path else version, **settings)

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
