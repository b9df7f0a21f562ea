"""The model that answers now, and its replacement by another one without a pause."""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from orphan_disease.adapters.package_files import PackageError, read_manifest, read_package
from orphan_disease.adapters.package_store import LATEST, PackageStore
from orphan_disease.contracts import columns
from orphan_disease.contracts.package_manifest import PackageManifest
from orphan_disease.domain.case_rows import assemble_cases
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.prediction import Predictor
from orphan_disease.serving.ports import TermIndex

__all__ = ["LoadedModel", "ModelHolder", "PackageError"]


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model that has answered once, and what is needed to read a case for it.

    Attributes:
        predictor: the model.
        manifest: what its package says of it.
        names: finds terms by their names.
        current_terms: current id of every HPO id that the model's release knows.
        vocabulary: what codes of other terminologies mean.
        loaded_at: UTC.
    """

    predictor: Predictor
    manifest: PackageManifest
    names: TermIndex
    current_terms: Mapping[str, str]
    vocabulary: ClinicalVocabulary
    loaded_at: datetime

    @property
    def version(self) -> str:
        """Version of the package."""
        return self.manifest.version


class ModelHolder:
    """Holds one model; a request keeps the one that it began with.

    Args:
        store: where the packages are.
        pointer: the pointer, or the version, that is served.
        build_names: builds the index of names for a model's ontology.
        vocabulary: what codes of other terminologies mean; by default only HPO, ORPHA and OMIM codes say something.
    """

    def __init__(
        self,
        store: PackageStore,
        pointer: str,
        build_names: Callable[[Ontology], TermIndex],
        vocabulary: ClinicalVocabulary | None = None,
    ) -> None:
        """Keep the settings; nothing is loaded yet."""
        self._vocabulary = vocabulary or ClinicalVocabulary()
        self._store = store
        self._pointer = pointer
        self._build_names = build_names
        self._loading = threading.Lock()
        self._current: LoadedModel | None = None

    @property
    def current(self) -> LoadedModel | None:
        """The model that answers; None before the first one is loaded."""
        return self._current

    def is_behind(self) -> bool:
        """Whether the pointer names another version than the one that answers.

        Raises:
            PackageError: if there is no such pointer.
        """
        return self._current is None or self._store.resolve(self._pointer, LATEST) != self._current.version

    def reload(self, beside: Callable[[str], AbstractContextManager[object]] = nullcontext) -> LoadedModel:
        """Load what the pointer names, unless it answers already; the old model answers until the new one has done so.

        Args:
            beside: of a version, what is done while it is loaded; it is entered before, and left before the new model
                takes over.

        Raises:
            PackageError: if the package is absent, damaged or changed, or cannot answer; the old model stays.
        """
        with self._loading:
            version = self._store.resolve(self._pointer, LATEST)
            if self._current is not None and self._current.version == version:
                return self._current
            with beside(version):
                loaded = self._load(version)
            self._current = loaded
            return loaded

    def _load(self, version: str) -> LoadedModel:
        with self._store.local_copy(version) as folder:
            manifest = read_manifest(folder)
            if manifest.version != version:
                msg = f"{self._store.root}: folder {version!r} holds version {manifest.version!r}; nothing is loaded"
                raise PackageError(msg)
            predictor = read_package(folder)
        ontology = predictor.knowledge.ontology
        _require_answer(predictor)
        return LoadedModel(
            predictor=predictor,
            manifest=manifest,
            names=self._build_names(ontology),
            current_terms={**ontology.replacements, **{term: term for term in ontology.term_ids}},
            vocabulary=self._vocabulary,
            loaded_at=datetime.now(UTC),
        )


def _require_answer(predictor: Predictor) -> None:
    """Let the model answer one case of one finding, so that its first patient does not wait for lazy parts.

    Raises:
        PackageError: if it cannot.
    """
    ontology = predictor.knowledge.ontology
    row = {columns.CASE_ID: "first", columns.OBSERVED_TERMS: [ontology.term_ids[-1]], columns.SEX: "unknown"}
    cases, _ = assemble_cases([row], ontology)
    try:
        answers: pd.DataFrame = predictor.predict(cases)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        msg = f"version {predictor.model_version}: whole, but cannot answer ({type(error).__name__}); nothing is loaded"
        raise PackageError(msg) from error
    if len(answers) != 1:
        msg = f"version {predictor.model_version}: gave {len(answers)} answers to one case; nothing is loaded"
        raise PackageError(msg)
