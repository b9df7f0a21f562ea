"""What monitoring keeps by name under one folder: a record, a page or a decision each, every one saved whole.

Two runs on the same data write the same bytes, in any order, at once or one after a crash: each file is replaced as a
whole, and none holds the time of the run.
"""

from typing import Any, Final, Literal

import fsspec
import pandas as pd
from kedro.io import AbstractDataset
from kedro.io.core import get_protocol_and_path

from orphan_disease.adapters.atomic import AtomicDataset, AtomicJSONDataset, AtomicParquetDataset, AtomicTextDataset
from orphan_disease.contracts import columns

__all__ = ["NamedFilesDataset", "TrainingReferencesDataset"]

_KINDS: Final[dict[str, type[AtomicDataset[Any, Any]]]] = {
    "json": AtomicJSONDataset,
    "text": AtomicTextDataset,
    "parquet": AtomicParquetDataset,
}


class NamedFilesDataset(AbstractDataset[dict[str, Any], dict[str, Any]]):
    """Name -> content, as files `<folder>/<name><suffix>`.

    Args:
        filepath: the folder, a local path or a URL such as `s3://bucket/prefix`.
        suffix: what follows the name, such as `/record.json` or `.json`.
        kind: json, text or parquet.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(
        self,
        *,
        filepath: str,
        suffix: str,
        kind: Literal["json", "text", "parquet"] = "json",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        self._folder = filepath.rstrip("/")
        self._suffix = suffix
        self._kind = kind
        self.metadata = metadata

    def load(self) -> dict[str, Any]:
        """Every file by its name, in the order of the names; empty where there is none."""
        return {name: self._file(name).load() for name in self._names()}

    def save(self, data: dict[str, Any]) -> None:
        """Write each file; files of other names stay."""
        for name, content in data.items():
            self._file(name).save(content)

    def _file(self, name: str) -> AtomicDataset[Any, Any]:
        return _KINDS[self._kind](filepath=f"{self._folder}/{name}{self._suffix}")

    def _names(self) -> list[str]:
        protocol, path = get_protocol_and_path(self._folder)
        fs = fsspec.filesystem(protocol)
        fs.invalidate_cache()
        root = path.rstrip("/") + "/"
        found = (str(each) for each in fs.glob(f"{root}*{self._suffix}"))
        names = (each[each.index(root) + len(root) : -len(self._suffix)] for each in found)
        return sorted(name for name in names if not name.startswith("."))

    def _exists(self) -> bool:
        return bool(self._names())

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._folder, "suffix": self._suffix, "kind": self._kind}


class TrainingReferencesDataset(AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """What each model version was trained on, as drift sees it: one Parquet file a version, read as one table.

    Args:
        filepath: the folder or URL.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Keep the settings; nothing is read or written yet."""
        self._files = NamedFilesDataset(filepath=filepath, suffix=".parquet", kind="parquet")
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """The references of every version; empty where no version has one."""
        tables = list(self._files.load().values())
        nothing = pd.DataFrame({columns.MODEL_VERSION: pd.Series([], dtype="str"), columns.PROVENANCE: []})
        return pd.concat(tables, ignore_index=True) if tables else nothing

    def save(self, data: pd.DataFrame) -> None:
        """Write the reference of each version in the table; others stay."""
        self._files.save(
            {str(version): rows.reset_index(drop=True) for version, rows in data.groupby(columns.MODEL_VERSION)}
        )

    def _exists(self) -> bool:
        return self._files._exists()

    def _describe(self) -> dict[str, Any]:
        return self._files._describe()
