"""Kedro dataset of an object made of tables, arrays and settings: one zip of its archive, saved whole or not at all."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from orphan_disease.adapters.archives import read_archive, write_archive
from orphan_disease.adapters.atomic import AtomicDataset
from orphan_disease.domain.case_evidence import CategoryEvidence
from orphan_disease.domain.demographic_evidence import DemographicEvidence
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.modelling import TrainingHeads
from orphan_disease.domain.reranker_training import FittedReranker

__all__ = ["ArchiveDataset"]

_KINDS: Final[dict[str, type]] = {
    "knowledge_base": KnowledgeBase,
    "category_evidence": CategoryEvidence,
    "demographic_evidence": DemographicEvidence,
    "fitted_reranker": FittedReranker,
    "training_heads": TrainingHeads,
}
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # of the zip format: equal objects give equal bytes


class ArchiveDataset(AtomicDataset[Any, Any]):
    """An object of a closed list of kinds.

    Args:
        kind: one of `_KINDS`, such as `knowledge_base` or `training_heads`.
        filepath: a local path, or a URL such as `s3://bucket/key`.
        **settings: as for `AtomicDataset`.
    """

    def __init__(self, *, kind: str, filepath: str, **settings: Any) -> None:
        """Keep the settings.

        Raises:
            ValueError: if the kind is not listed.
        """
        if kind not in _KINDS:
            raise ValueError(f"kind {kind!r}: expected one of {sorted(_KINDS)}")
        self._kind = _KINDS[kind]
        super().__init__(filepath=filepath, **settings)

    def _write(self, data: Any, stream: IO[bytes]) -> None:
        if not isinstance(data, self._kind):
            raise TypeError(f"{self._filepath}: expected a {self._kind.__name__}, got a {type(data).__name__}")
        with TemporaryDirectory() as folder, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            write_archive(data, Path(folder))
            for path in sorted(Path(folder).iterdir()):
                archive.writestr(zipfile.ZipInfo(path.name, _FIRST_DAY), path.read_bytes())

    def _read(self, stream: IO[bytes]) -> Any:
        with TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(stream.read())) as archive:
            archive.extractall(folder)  # flat names, all of them written above
            return read_archive(self._kind, Path(folder))
