"""The archive of stored predictions: Parquet objects partitioned by date, on S3 or on a disk, each put whole.

Its folder is a predictions path: the monitoring pipeline reads it as it reads the file of a batch run.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.json as pa_json
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from pydantic import BaseModel

from orphan_disease.adapters.atomic_files import atomic_open
from orphan_disease.contracts import columns
from orphan_disease.contracts.ledger_entry import LedgerEntry
from orphan_disease.contracts.records import DifferentialEntry, PredictionRecord, prediction_schema, probability_column

__all__ = ["PredictionArchive", "shipped_bytes"]

# A store that hangs is one that is down: the attempt ends, and a later one takes its place.
_S3_OPTIONS: Final[Mapping[str, Any]] = {
    "config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 1}}
}


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    """What stands for each field that a record may leave out."""
    return {name: field.default for name, field in model.model_fields.items() if not field.is_required()}


_OF_RECORD: Final = _defaults(PredictionRecord)
_OF_DISORDER: Final = _defaults(DifferentialEntry)


class PredictionArchive:
    """A folder of objects.

    Args:
        url: a local folder, or a URL such as `s3://bucket/prefix`. Credentials come from the environment or the
            machine's role.
        filesystem: used instead of the URL's own when given, with `url` as a path in it.
    """

    def __init__(self, url: str, filesystem: AbstractFileSystem | None = None) -> None:
        """Keep the address; nothing is read or written yet."""
        options = dict(_S3_OPTIONS) if url.startswith("s3://") else {}
        opened: tuple[AbstractFileSystem, str] = (filesystem, url) if filesystem else url_to_fs(url, **options)
        self._filesystem, self._root = opened

    def put(self, path: str, content: bytes) -> None:
        """Write one object, whole or not at all; what had its name is replaced.

        Args:
            path: below the archive's root.
            content: the object's bytes.
        """
        target = f"{self._root.rstrip('/')}/{path}"
        if "file" in _protocols(self._filesystem):
            with atomic_open(target) as stream:
                stream.write(content)
        else:
            self._filesystem.pipe_file(target, content)


def _protocols(filesystem: AbstractFileSystem) -> tuple[str, ...]:
    protocol = filesystem.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)


def shipped_bytes(entries: Sequence[LedgerEntry]) -> bytes:
    """Entries as one Parquet object: the columns of the prediction record, and `prediction_id` after them.

    Equal entries give equal bytes, with the same version of pyarrow. A category of another record's scheme is null.

    Args:
        entries: at least one, as the ledger has taken them: each holds a whole prediction record.
    """
    probabilities = [entry.record[columns.CATEGORY_PROBABILITIES] for entry in entries]
    categories = list(dict.fromkeys(name for each in probabilities for name in each))
    schema = prediction_schema(categories).append(pa.field(columns.PREDICTION_ID, pa.string()))
    # Arrow's reader of JSON knows neither maps nor times with a zone.
    given = {
        columns.PREDICTED_AT: [datetime.fromisoformat(entry.record[columns.PREDICTED_AT]) for entry in entries],
        columns.CATEGORY_PROBABILITIES: [list(each.items()) for each in probabilities],
    }
    table = _read_rows(
        [_row(entry) for entry in entries], pa.schema([each for each in schema if each.name not in given])
    )
    arrays = [pa.array(given[field.name], field.type) if field.name in given else table[field.name] for field in schema]
    buffer = BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), buffer)
    return buffer.getvalue()


def _row(entry: LedgerEntry) -> dict[str, Any]:
    """A record with its probabilities flat beside, and with the defaults of what it leaves out."""
    record = _OF_RECORD | dict(entry.record)
    return {
        **record,
        **{probability_column(name): value for name, value in record[columns.CATEGORY_PROBABILITIES].items()},
        columns.DIFFERENTIAL: [_OF_DISORDER | each for each in record[columns.DIFFERENTIAL]],
        columns.PREDICTION_ID: entry.prediction_id,
    }


def _read_rows(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table. Arrow reads them outside the interpreter's lock, which requests need meanwhile."""
    lines = b"\n".join(orjson.dumps(row) for row in rows)
    return pa_json.read_json(
        BytesIO(lines),
        read_options=pa_json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        parse_options=pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )
