"""Where Optuna keeps the trials of searches, so that one that was killed goes on."""

from pathlib import Path
from typing import Any, Final, NoReturn

import optuna
from kedro.io import AbstractDataset, DatasetError

__all__ = ["StudyStorageDataset"]

SQLITE: Final = "sqlite:///"


class StudyStorageDataset(AbstractDataset[NoReturn, optuna.storages.RDBStorage]):
    """Optuna's storage of studies; loading opens it, and each trial is written as it is over.

    Args:
        url: of a database that SQLAlchemy knows, such as `sqlite:///tuning.db`.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(self, *, url: str, metadata: dict[str, Any] | None = None) -> None:
        """Keep the settings; nothing is opened yet."""
        self._url = url
        self.metadata = metadata

    def load(self) -> optuna.storages.RDBStorage:
        """Open the storage; a SQLite file is made if missing."""
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        if self._url.startswith(SQLITE):
            Path(self._url.removeprefix(SQLITE)).parent.mkdir(parents=True, exist_ok=True)
        return optuna.storages.RDBStorage(self._url)

    def save(self, data: NoReturn) -> None:
        """Refused: searches write their trials themselves."""
        raise DatasetError(f"{self._url}: searches write their trials themselves")

    def _describe(self) -> dict[str, Any]:
        return {"url": self._url.rpartition("@")[2]}  # without a password
