"""The tables of facts that travel inside the package, as Kedro datasets."""

from typing import Any, NoReturn

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from orphan_disease.adapters.table_files import read_package_table

__all__ = ["PackageTableDataset", "read_package_table"]


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
