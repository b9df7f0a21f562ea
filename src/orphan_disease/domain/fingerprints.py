"""Fingerprints of tables: which data a model was trained on, without keeping or showing any of them."""

import hashlib

import pandas as pd
import pyarrow as pa

__all__ = ["fingerprint_frame"]


def fingerprint_frame(frame: pd.DataFrame) -> str:
    """SHA-256 of a table's column names, types and values, in hexadecimal.

    Equal tables give equal fingerprints with the same release of pyarrow; the index does not count. Columns of lists
    are allowed.

    >>> first = pd.DataFrame({"terms": [["HP:1"], []], "age": [1.0, None]})
    >>> fingerprint_frame(first) == fingerprint_frame(first.copy())
    True
    >>> fingerprint_frame(first) == fingerprint_frame(first.iloc[::-1])
    False
    """
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()
