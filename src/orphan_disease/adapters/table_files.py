"""The tables of facts that travel inside the package (`adapters/tables/*.csv`), as frames."""

from importlib.resources import files

import pandas as pd

from orphan_disease.contracts.package_tables import TABLE_TYPES, PackageTable

__all__ = ["read_package_table"]

_FOLDER = "orphan_disease.adapters.tables"


def read_package_table(name: str) -> pd.DataFrame:
    """Read one table; an empty cell is an empty text in a text column, and an error in a number column.

    Args:
        name: one of `PackageTable`.

    Raises:
        ValueError: if there is no such table, or its file does not have the columns and types that the contract names.
    """
    if name not in set(PackageTable):
        raise ValueError(f"no table {name!r} in the package; there are {', '.join(PackageTable)}")
    types = TABLE_TYPES[PackageTable(name)]
    with files(_FOLDER).joinpath(f"{name}.csv").open(encoding="utf-8") as stream:
        text = pd.read_csv(stream, dtype="str", keep_default_na=False)
    if list(text.columns) != list(types):
        raise ValueError(f"{name}.csv has the columns {list(text.columns)}; expected {list(types)}")
    try:
        return text.astype(dict(types))
    except ValueError as error:
        raise ValueError(f"{name}.csv: a cell of a number column holds no number ({error})") from error
