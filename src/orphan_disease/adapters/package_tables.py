"""The tables of facts that travel inside the package, as Kedro datasets."""

from importlib.resources import files
from typing import Any, NoReturn

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from orphan_disease.contracts.package_tables import TABLE_TYPES, PackageTable

__all__ = ["PackageTableDataset", "read_package_table"]

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


class PackageTableDataset(AbstractDataset[NoReturn, pd.DataFrame]):
    """One table of the package, read-only.

    Args:
        name: one of `PackageTable`, e.g. `orphan_disorders`.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(self, *, name: str, metadata: dict[str, Any] | None = None) -> None:
        """Keep the settings; nothing is read yet."""
        self._name = name
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Read the table."""
        try:
            return read_package_table(self._name)
        except ValueError as error:
            raise DatasetError(str(error)) from error

    def save(self, data: NoReturn) -> None:
        """Refuse: the package's tables are not written by a run.

        Raises:
            DatasetError: always.
        """
        raise DatasetError(f"{self._name} is part of the package and read-only")

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name}
