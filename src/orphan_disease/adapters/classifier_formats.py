"""How a fitted classifier lies inside an archive: a folder of its own, in its library's own format."""

from pathlib import Path
from typing import Final

from orphan_disease.adapters.archives import ForeignFormat
from orphan_disease.adapters.classifier_files import deserialise_classifier, serialise_classifier
from orphan_disease.domain.classifiers import Classifier

__all__ = ["CLASSIFIER_FORMATS"]


def _is_classifier(value: object) -> bool:
    return isinstance(value, Classifier)


def _write(classifier: Classifier, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in serialise_classifier(classifier).items():
        (folder / name).write_bytes(content)


def _read(folder: Path) -> Classifier:
    return deserialise_classifier({path.name: path.read_bytes() for path in sorted(folder.iterdir())})


CLASSIFIER_FORMATS: Final = (ForeignFormat("classifier", "", _is_classifier, _write, _read),)
