"""Kedro dataset that keeps a version's validation beside its package, where a change board finds it years later."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from kedro.io import AbstractDataset

from orphan_disease.adapters.package_store import LATEST, PackageStore
from orphan_disease.contracts.validation import VALIDATION_REPORT_FILE, VALIDATION_RESULTS_FILE

__all__ = ["ValidationArchiveDataset"]

_OPTIONS: Final = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE


class ValidationArchiveDataset(AbstractDataset[Mapping[str, Any], dict[str, Any]]):
    """Results (JSON) and report (Markdown) of a version, below the packages' folder.

    Args:
        filepath: the folder or URL that holds the packages.
        load_version_or_pointer: whose results a load gives.
        credentials: given by Kedro when the catalog names credentials.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(
        self,
        *,
        filepath: str,
        load_version_or_pointer: str = LATEST,
        credentials: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        self._store = PackageStore(filepath, credentials)
        self._wanted = load_version_or_pointer
        self.metadata = metadata

    def load(self) -> dict[str, Any]:
        """`results` and `report` of the wanted version.

        Raises:
            FileNotFoundError: if it was not validated.
        """
        version = self._store.resolve(self._wanted)
        results = self._store.evidence(version, VALIDATION_RESULTS_FILE)
        report = self._store.evidence(version, VALIDATION_REPORT_FILE)
        if results is None or report is None:
            raise FileNotFoundError(f"{self._store.root}: no validation beside {version}")
        return {"results": orjson.loads(results), "report": report.decode("utf-8")}

    def save(self, data: Mapping[str, Any]) -> None:
        """Keep `results` and `report` beside the version that the results name."""
        version = data["results"]["model_version"]
        self._store.keep_evidence(version, VALIDATION_REPORT_FILE, data["report"].encode("utf-8"))
        self._store.keep_evidence(version, VALIDATION_RESULTS_FILE, orjson.dumps(data["results"], option=_OPTIONS))

    def _exists(self) -> bool:
        if not self._store.has(self._wanted):
            return False
        return self._store.evidence(self._store.resolve(self._wanted), VALIDATION_RESULTS_FILE) is not None

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._store.root, "load": self._wanted}
