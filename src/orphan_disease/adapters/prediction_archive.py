"""The archive of stored predictions: Parquet objects partitioned by date, on S3 or on a disk, each put whole.

Its folder is a predictions path: the monitoring pipeline reads it as it reads the file of a batch run.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from orphan_disease.adapters.atomic_files import atomic_open
from orphan_disease.contracts import columns
from orphan_disease.contracts.ledger_entry import LedgerEntry
from orphan_disease.contracts.records import PredictionRecord, prediction_schema, probability_column

__all__ = ["PredictionArchive", "shipped_bytes"]

# A store that hangs is one that is down: the attempt ends, and a later one takes its place.
_S3_OPTIONS: Final[Mapping[str, Any]] = {
    "config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 1}}
}


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
    """
    records = [PredictionRecord.from_row(entry.record) for entry in entries]
    categories = list(dict.fromkeys(name for record in records for name in record.category_probabilities))
    schema = prediction_schema(categories).append(pa.field(columns.PREDICTION_ID, pa.string()))
    rows = [_row(entry.prediction_id, record) for entry, record in zip(entries, records, strict=True)]
    buffer = BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer)
    return buffer.getvalue()


def _row(prediction_id: str, record: PredictionRecord) -> dict[str, Any]:
    """A record as Arrow takes it: the map as pairs, and flat beside."""
    probabilities = dict(record.category_probabilities)
    flat = {probability_column(name): value for name, value in probabilities.items()}
    pairs = {columns.CATEGORY_PROBABILITIES: list(probabilities.items()), columns.PREDICTION_ID: prediction_id}
    return record.model_dump() | pairs | flat
