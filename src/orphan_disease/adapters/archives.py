"""Fitted objects as plain files: a frozen dataclass of arrays, tables and settings becomes a folder, without pickle.

`write_archive` writes `index.json` (what each field is) beside one file per array (`.npy`), sparse matrix (`.npz`) and
table (`.parquet`). `read_archive` rebuilds the object from those files and from a closed set of classes: the one asked
for, those that its annotations name, and those passed by the caller. Nothing in an archive can name code to run.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel
from scipy import sparse

__all__ = ["ArchiveError", "ForeignFormat", "read_archive", "write_archive"]

INDEX_FILE = "index.json"
_KIND = "$"

_Object = TypeVar("_Object")


class ArchiveError(ValueError):
    """An archive that cannot be written or read; the message names the field."""


@dataclasses.dataclass(frozen=True)
class ForeignFormat:
    """How objects of a library that has a format of its own (a booster, a network) become one file.

    Attributes:
        name: the tag that the index keeps.
        suffix: the file's suffix, with its dot.
        accepts: whether an object is of this format.
        write: writes the object to a path.
        read: reads it back.
    """

    name: str
    suffix: str
    accepts: Callable[[object], bool]
    write: Callable[[Any, Path], None]
    read: Callable[[Path], Any]


def write_archive(instance: object, folder: Path, *, formats: Sequence[ForeignFormat] = ()) -> None:
    """Write a dataclass instance to a folder.

    Args:
        instance: a dataclass instance whose fields are scalars, text, enums, dates, containers of these, arrays,
            sparse matrices, data frames, pydantic models, other such dataclasses, or what one of `formats` accepts.
        folder: created if missing; files of the same names are replaced.
        formats: formats for further kinds of objects, the first that accepts wins.

    Raises:
        ArchiveError: if a field holds something else.
    """
    if not dataclasses.is_dataclass(instance) or isinstance(instance, type):
        msg = f"{type(instance).__name__} is not a dataclass instance; only those can be archived"
        raise ArchiveError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    index = _Writer(folder, formats).encode(instance, "")
    (folder / INDEX_FILE).write_bytes(orjson.dumps(index))


def read_archive(
    cls: type[_Object], folder: Path, *, classes: Iterable[type] = (), formats: Sequence[ForeignFormat] = ()
) -> _Object:
    """Read what `write_archive` wrote.

    Args:
        cls: the class of the instance.
        folder: the archive.
        classes: further classes that fields may hold, beyond those that the annotations of `cls` name.
        formats: as for writing.

    Raises:
        ArchiveError: if the archive holds another class or one that is not allowed.
        FileNotFoundError: if a file is missing.
    """
    allowed = {known.__name__: known for root in (cls, *classes) for known in _named_classes(root)}
    value = _Reader(folder, allowed, formats).decode(orjson.loads((folder / INDEX_FILE).read_bytes()))
    if not isinstance(value, cls):
        msg = f"{folder}: holds a {type(value).__name__}, not a {cls.__name__}"
        raise ArchiveError(msg)
    return value


def _named_classes(root: type) -> set[type]:
    """The archivable classes that a class's annotations name, itself included."""
    found: set[type] = set()
    waiting: list[Any] = [root]
    while waiting:
        hint = waiting.pop()
        waiting.extend(get_args(hint))
        if isinstance(hint, types.GenericAlias) or not isinstance(hint, type) or hint in found:
            continue
        if dataclasses.is_dataclass(hint):
            found.add(hint)
            waiting.extend(get_type_hints(hint).values())
        elif issubclass(hint, BaseModel | Enum):
            found.add(hint)
    return found


class _Writer:
    """Turns values into index entries, writing arrays and tables aside."""

    def __init__(self, folder: Path, formats: Sequence[ForeignFormat]) -> None:
        self._folder = folder
        self._formats = formats

    def encode(self, value: Any, path: str) -> Any:
        """Return the index entry of a value found at a dotted `path` below the root."""
        for foreign in self._formats:
            if foreign.accepts(value):
                name = self._file(path, foreign.suffix)
                foreign.write(value, self._folder / name)
                return {_KIND: "foreign", "format": foreign.name, "file": name}
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, Enum):
            return {_KIND: "enum", "class": type(value).__name__, "value": value.value}
        if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and isfinite(value)):
            return value
        if isinstance(value, float):
            return {_KIND: "float", "value": str(value)}
        if isinstance(value, datetime):
            return {_KIND: "datetime", "value": value.isoformat()}
        return self._encode_large(value, path)

    def _encode_large(self, value: Any, path: str) -> Any:
        if isinstance(value, np.ndarray):
            return self._encode_array(value, path)
        if sparse.issparse(value):
            name = self._file(path, ".npz")
            sparse.save_npz(self._folder / name, typing.cast(Any, value), compressed=False)
            return {_KIND: "sparse", "file": name}
        if isinstance(value, pd.DataFrame):
            name = self._file(path, ".parquet")
            value.to_parquet(self._folder / name)
            return {_KIND: "frame", "file": name}
        if isinstance(value, BaseModel):
            return {_KIND: "model", "class": type(value).__name__, "value": value.model_dump(mode="json")}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {
                field.name: self.encode(getattr(value, field.name), f"{path}.{field.name}" if path else field.name)
                for field in dataclasses.fields(value)
                if field.init
            }
            return {_KIND: "object", "class": type(value).__name__, "fields": fields}
        return self._encode_container(value, path)

    def _encode_array(self, value: np.ndarray[Any, Any], path: str) -> dict[str, Any]:
        if value.dtype.hasobject:
            return {_KIND: "objects", "shape": list(value.shape), "items": self._items(value.ravel().tolist(), path)}
        name = self._file(path, ".npy")
        np.save(self._folder / name, value, allow_pickle=False)
        return {_KIND: "array", "file": name}

    def _encode_container(self, value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            keys = self._items(value.keys(), path)
            return {_KIND: "mapping", "keys": keys, "items": self._items(value.values(), path)}
        if isinstance(value, list):
            return self._items(value, path)
        if isinstance(value, tuple):
            return {_KIND: "tuple", "items": self._items(value, path)}
        if isinstance(value, set | frozenset):
            return {_KIND: "set", "items": self._items(sorted(value), path)}
        msg = f"field {path}: a {type(value).__name__} has no form in an archive"
        raise ArchiveError(msg)

    def _items(self, values: Iterable[Any], path: str) -> list[Any]:
        return [
            value if type(value) is str else self.encode(value, f"{path}.{position}")
            for position, value in enumerate(values)
        ]

    @staticmethod
    def _file(path: str, suffix: str) -> str:
        return f"{path or 'root'}{suffix}"


class _Reader:
    """Turns index entries into values again."""

    def __init__(self, folder: Path, allowed: Mapping[str, type], formats: Sequence[ForeignFormat]) -> None:
        self._folder = folder
        self._allowed = allowed
        self._formats = {foreign.name: foreign for foreign in formats}

    def decode(self, entry: Any) -> Any:
        """Return the value of an index entry."""
        if isinstance(entry, list):
            return [self.decode(item) for item in entry]
        if not isinstance(entry, dict):
            return entry
        decoder = getattr(self, f"_decode_{entry.get(_KIND)}", None)
        if decoder is None:
            msg = f"{self._folder}: unknown kind {entry.get(_KIND)!r} in {INDEX_FILE}"
            raise ArchiveError(msg)
        return decoder(entry)

    def _place(self, entry: Mapping[str, Any]) -> Path:
        """The file of an entry: directly inside the archive, and no link out of it."""
        name = str(entry["file"])
        place = self._folder / name
        if Path(name).name != name or name in {"", ".", ".."} or place.is_symlink():
            msg = f"{self._folder}: {INDEX_FILE} names the file {name!r}, which is outside the archive"
            raise ArchiveError(msg)
        return place

    def _class(self, entry: Mapping[str, Any]) -> Any:
        try:
            return self._allowed[entry["class"]]
        except KeyError:
            msg = f"{self._folder}: class {entry['class']!r} is not one of {', '.join(sorted(self._allowed))}"
            raise ArchiveError(msg) from None

    def _decode_float(self, entry: Mapping[str, Any]) -> float:
        return float(entry["value"])

    def _decode_datetime(self, entry: Mapping[str, Any]) -> datetime:
        return datetime.fromisoformat(entry["value"])

    def _decode_enum(self, entry: Mapping[str, Any]) -> Any:
        return self._class(entry)(entry["value"])

    def _decode_model(self, entry: Mapping[str, Any]) -> Any:
        return self._class(entry).model_validate(entry["value"])

    def _decode_object(self, entry: Mapping[str, Any]) -> Any:
        return self._class(entry)(**{name: self.decode(item) for name, item in entry["fields"].items()})

    def _decode_array(self, entry: Mapping[str, Any]) -> Any:
        return np.load(self._place(entry), allow_pickle=False)

    def _decode_objects(self, entry: Mapping[str, Any]) -> Any:
        values = np.empty(len(entry["items"]), dtype=object)
        for position, item in enumerate(entry["items"]):
            values[position] = self.decode(item)
        return values.reshape(entry["shape"])

    def _decode_sparse(self, entry: Mapping[str, Any]) -> Any:
        return sparse.load_npz(self._place(entry))

    def _decode_frame(self, entry: Mapping[str, Any]) -> pd.DataFrame:
        table = pq.read_table(self._place(entry))
        frame = typing.cast(pd.DataFrame, table.to_pandas())
        lists = {
            field.name: pd.Series(table[field.name].to_pylist(), index=frame.index, dtype=object)
            for field in table.schema
            if field.name in frame.columns and pa.types.is_list(field.type)
        }
        return frame.assign(**lists)

    def _decode_mapping(self, entry: Mapping[str, Any]) -> dict[Any, Any]:
        return dict(zip(self.decode(entry["keys"]), self.decode(entry["items"]), strict=True))

    def _decode_tuple(self, entry: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(self.decode(entry["items"]))

    def _decode_set(self, entry: Mapping[str, Any]) -> frozenset[Any]:
        return frozenset(self.decode(entry["items"]))

    def _decode_foreign(self, entry: Mapping[str, Any]) -> Any:
        foreign = self._formats.get(entry["format"])
        if foreign is None:
            msg = f"{self._folder}: no reader for format {entry['format']!r}"
            raise ArchiveError(msg)
        return foreign.read(self._place(entry))
