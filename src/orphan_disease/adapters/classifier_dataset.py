"""The Kedro dataset of a fitted classifier: its plain files (see `adapters.classifier_files`) in one zip."""

import io
import zipfile
from typing import IO

from orphan_disease.adapters.atomic import AtomicDataset
from orphan_disease.adapters.classifier_files import deserialise_classifier, serialise_classifier, zip_files
from orphan_disease.domain.classifiers import Classifier

__all__ = ["ClassifierDataset"]


class ClassifierDataset(AtomicDataset[Classifier, Classifier]):
    """A classifier as one zip of its files, saved whole or not at all."""

    def _write(self, data: Classifier, stream: IO[bytes]) -> None:
        stream.write(zip_files(serialise_classifier(data)))

    def _read(self, stream: IO[bytes]) -> Classifier:
        with zipfile.ZipFile(io.BytesIO(stream.read())) as archive:
            return deserialise_classifier({name: archive.read(name) for name in archive.namelist()})
