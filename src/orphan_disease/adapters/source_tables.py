"""One file with a table, read as text whatever its cells look like: CSV (also gzipped), Excel or Parquet.

A row that cannot be read is a row that says so (UNREADABLE), so that it costs no other row.
"""

import csv
import re
import zipfile
import zlib
from io import BytesIO, StringIO
from pathlib import PurePosixPath
from typing import Final

import pandas as pd
import pyarrow as pa

from orphan_disease.adapters.gzipped import GZIP, UnpackError, unpacked
from orphan_disease.contracts import columns

__all__ = ["TABLE_SUFFIXES", "TableFileError", "holds_table", "read_table"]

TABLE_SUFFIXES: Final = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".xlsx")
_FIRST_DATA_LINE: Final = 2
_TOO_MANY_CELLS: Final = "more cells than the header, or an open quote"
# What the readers of other projects raise on bytes that are torn or made up, beyond their own errors.
_TORN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,  # of pandas and openpyxl for most things
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    SyntaxError,  # of XML
    NotImplementedError,  # a zip of a later version
    RuntimeError,  # an encrypted zip
)
_MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2}) 00:00:00$")


def holds_table(name: str) -> bool:
    """Whether a file of a folder is one to read, by its name.

    >>> holds_table("date=2024-03-05/form.csv.gz"), holds_table("_SUCCESS")
    (True, False)
    """
    return name.lower().removesuffix(GZIP).endswith(TABLE_SUFFIXES)


class TableFileError(ValueError):
    """A file that holds no table that can be read; the text quotes no cell."""


def read_table(name: str, content: bytes) -> pd.DataFrame:
    """The table of one file: cells are text or missing (an empty cell), and keep their spelling.

    Args:
        name: the file's name; its suffix says what it is (CSV where it says nothing), and whether it is gzipped.
        content: its bytes.

    Returns:
        The file's columns, SOURCE_FILE, SOURCE_LINE (1 is the header), and UNREADABLE, which is missing in every row
        that could be read; without rows and columns for an empty file.

    Raises:
        TableFileError: if the file is no table of its kind.
    """
    if name.lower().endswith(GZIP):
        try:
            content = unpacked(content)
        except UnpackError as error:
            raise TableFileError(f"{name} is not a gzipped file that can be read: {error}") from None
    suffix = PurePosixPath(name.lower().removesuffix(GZIP)).suffix
    if suffix in {".parquet", ".pq"}:
        table = _parquet(name, content)
    elif suffix == ".xlsx":
        table = _excel(name, content)
    else:
        table = _csv(content)
    if columns.UNREADABLE not in table.columns:
        table = table.assign(**{columns.UNREADABLE: pd.Series(None, index=table.index, dtype="str")})
    lines = pd.Series(range(_FIRST_DATA_LINE, len(table) + _FIRST_DATA_LINE), index=table.index, dtype="Int64")
    return pd.concat([table, pd.DataFrame({columns.SOURCE_FILE: name, columns.SOURCE_LINE: lines})], axis=1)


def _parquet(name: str, content: bytes) -> pd.DataFrame:
    try:
        return pd.read_parquet(BytesIO(content)).reset_index(drop=True).astype("str")
    except (pa.ArrowException, *_TORN) as error:
        raise TableFileError(f"{name} is not a Parquet file that can be read ({type(error).__name__})") from None


def _excel(name: str, content: bytes) -> pd.DataFrame:
    """The first sheet; a date cell without a time is its date."""
    try:
        sheet = pd.read_excel(BytesIO(content), dtype="str", keep_default_na=False, na_values=[""], engine="openpyxl")
    except _TORN as error:
        raise TableFileError(
            f"{name} is not an Excel workbook (.xlsx) that can be read ({type(error).__name__})"
        ) from None
    filled = sheet.dropna(how="all")
    dates = {name: filled[name].astype("str").str.replace(_MIDNIGHT, r"\1", regex=True) for name in filled}
    return pd.DataFrame(dates, index=filled.index)


def _csv(content: bytes) -> pd.DataFrame:
    """A CSV whose separator is a comma, semicolon or tab, as its first line shows; UTF-8, UTF-16 or Windows-1252."""
    text = _decoded(content)
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        return pd.read_csv(
            StringIO(text),
            dtype="str",
            sep=separator,
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            on_bad_lines="error",
        )
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except pd.errors.ParserError:
        return _csv_by_line(text, separator)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _csv_by_line(text: str, separator: str) -> pd.DataFrame:
    """A CSV with broken rows: each line for itself, those with too many cells marked.

    A cell that holds a line break is broken here: its row's pieces are short rows, and typed as such.
    """
    lines = text.splitlines()
    header = _cells(lines[0], separator) or []
    rows: list[list[str | None]] = []
    for line in lines[1:]:
        cells = _cells(line, separator)
        is_bad = cells is None or len(cells) > len(header)
        kept = [None] * len(header) if is_bad or cells is None else [*cells, *[None] * (len(header) - len(cells))]
        rows.append([*(cell or None for cell in kept), _TOO_MANY_CELLS if is_bad else None])
    return pd.DataFrame(rows, columns=[*header, columns.UNREADABLE], dtype="str")


def _cells(line: str, separator: str) -> list[str] | None:
    """The cells of one line; None where a quote stays open or a cell is beyond what the reader takes."""
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return None
