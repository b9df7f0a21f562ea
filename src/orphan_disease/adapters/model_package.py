"""Kedro datasets of the model package: the fitted predictor, and the pointer that says which version is served."""

import logging
from typing import Any

from kedro.io import AbstractDataset

from orphan_disease.adapters.package_files import read_package
from orphan_disease.adapters.package_store import LATEST, PackageStore
from orphan_disease.domain.prediction import Predictor

__all__ = ["LATEST", "ModelPackageDataset", "ModelPointerDataset"]

_logger = logging.getLogger(__name__)


class ModelPackageDataset(AbstractDataset[Predictor, Predictor]):
    """Packages under one folder or prefix, each in a folder named by its version, and a pointer to one of them.

    Args:
        filepath: the folder or URL that holds the versions.
        load_version_or_pointer: a version, or the name of a pointer such as `latest` or `champion`.
        fallback: the pointer that a load follows where no champion has been promoted yet.
        pointer: the pointer that a save moves to the version it has written.
        credentials: given by Kedro when the catalog names credentials.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(  # noqa: PLR0913  # one argument per setting of a catalog entry
        self,
        *,
        filepath: str,
        load_version_or_pointer: str = LATEST,
        fallback: str | None = None,
        pointer: str = LATEST,
        credentials: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        self._store = PackageStore(filepath, credentials)
        self._wanted = load_version_or_pointer
        self._fallback = fallback
        self._pointer = pointer
        self.metadata = metadata

    def load(self) -> Predictor:
        """Load the wanted version, every file verified."""
        version = self._store.resolve(self._wanted, self._fallback)
        with self._store.local_copy(version) as folder:
            return read_package(folder, version)

    def save(self, data: Predictor) -> None:
        """Write a version and move the pointer to it."""
        version = self._store.write(data)
        self._store.point(self._pointer, version)
        _logger.info("model package %s saved; %s points to it", version, self._pointer)

    def _exists(self) -> bool:
        return self._store.has(self._wanted, self._fallback)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._store.root, "load": self._wanted, "pointer": self._pointer}


class ModelPointerDataset(AbstractDataset[str, str]):
    """One pointer of a package folder: the version that it names.

    Args:
        filepath: the folder or URL that holds the versions.
        pointer: the pointer's name.
        fallback: the pointer that a load follows where no champion has been promoted yet.
        credentials: given by Kedro when the catalog names credentials.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(
        self,
        *,
        filepath: str,
        pointer: str = LATEST,
        fallback: str | None = None,
        credentials: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        self._store = PackageStore(filepath, credentials)
        self._pointer = pointer
        self._fallback = fallback
        self.metadata = metadata

    def load(self) -> str:
        """The version that the pointer names."""
        return self._store.resolve(self._pointer, self._fallback)

    def save(self, data: str) -> None:
        """Move the pointer to a version that exists."""
        self._store.point(self._pointer, data)

    def _exists(self) -> bool:
        return self._store.has(self._pointer, self._fallback)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._store.root, "pointer": self._pointer}
