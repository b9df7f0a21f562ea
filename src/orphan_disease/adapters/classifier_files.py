"""A fitted classifier as plain files, without pickle.

Every family keeps the format of its own library: `.ubj` for boosted trees, `.skops` for scikit-learn's trees and
forests (only types of a closed list are built on loading), `.safetensors` for the perceptron. `classifier.json` beside
it names the family, the classes and the features. An ensemble is its members' files, each name behind its family's.
"""

import importlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

import numpy as np
import orjson
import safetensors.numpy
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from orphan_disease.contracts.parameters.modelling import Family, MlpParams
from orphan_disease.domain.classifiers import AveragedClassifier, Classifier, Estimator, XgboostClassifier
from orphan_disease.domain.perceptron import PerceptronClassifier

__all__ = ["deserialise_classifier", "serialise_classifier", "zip_files"]

INDEX_FILE: Final = "classifier.json"
BOOSTER_FILE: Final = "booster.ubj"
TREES_FILE: Final = "trees.skops"
WEIGHTS_FILE: Final = "weights.safetensors"
_SKLEARN_TYPES: Final = {Family.DECISION_TREE: DecisionTreeClassifier, Family.RANDOM_FOREST: RandomForestClassifier}
_TRUSTED: Final = ("sklearn.tree._tree.Tree",)  # the nodes of a tree, as arrays
_SCHEMA_FILE: Final = "schema.json"
_OBJECT_ID: Final = re.compile(r'(?<="__id__": )\d+|(?<="file": ")\d+(?=\.np[yz]")|^\d+(?=\.np[yz]$)')
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # of the zip format: equal classifiers give equal bytes


def serialise_classifier(classifier: Classifier) -> dict[str, bytes]:
    """The classifier as files by name; equal classifiers give equal bytes.

    Raises:
        TypeError: if the estimator is of no family of the registry.
    """
    index: dict[str, Any] = {
        "family": classifier.family.value,
        "classes": list(classifier.classes),
        "feature_names": list(classifier.feature_names),
    }
    estimator: Any = classifier.estimator
    if isinstance(estimator, XgboostClassifier):
        index["seed"] = estimator.seed
        content = {BOOSTER_FILE: bytes(estimator.booster_.save_raw("ubj"))}
    elif isinstance(estimator, PerceptronClassifier):
        index["seed"] = estimator.seed
        index["params"] = (estimator.params or MlpParams()).model_dump()
        arrays = {name: np.ascontiguousarray(value) for name, value in estimator.arrays().items()}
        content = {WEIGHTS_FILE: safetensors.numpy.save(arrays)}
    elif isinstance(estimator, tuple(_SKLEARN_TYPES.values())):
        content = {TREES_FILE: _repacked(_skops().dumps(estimator))}
    elif isinstance(estimator, AveragedClassifier):
        index["members"] = [family.value for family in estimator.members]
        content = _member_files(classifier, estimator)
    else:
        raise TypeError(f"{type(estimator).__name__} is of no registered family: {[family.value for family in Family]}")
    return {INDEX_FILE: orjson.dumps(index, option=orjson.OPT_INDENT_2), **content}


def deserialise_classifier(files: Mapping[str, bytes]) -> Classifier:
    """The inverse of `serialise_classifier`.

    Raises:
        ValueError: if a file names a type that its family does not need, or an unknown family.
        KeyError: if a file is missing.
    """
    index = orjson.loads(files[INDEX_FILE])
    family, classes = Family(index["family"]), tuple(index["classes"])
    estimator: Estimator
    match family:
        case Family.XGBOOST:
            estimator = _boosted(files[BOOSTER_FILE], len(classes), index["seed"])
        case Family.MLP:
            arrays = safetensors.numpy.load(files[WEIGHTS_FILE])
            estimator = PerceptronClassifier.from_arrays(
                MlpParams.model_validate(index["params"]), arrays, seed=index["seed"]
            )
        case Family.DECISION_TREE | Family.RANDOM_FOREST:
            estimator = _trees(files[TREES_FILE], family)
        case Family.ENSEMBLE:
            estimator = _averaged(files, index["members"])
    return Classifier(family, classes, tuple(index["feature_names"]), estimator)


def _member_files(classifier: Classifier, estimator: AveragedClassifier) -> dict[str, bytes]:
    """The files of every member, each as a classifier of its own."""
    return {
        f"{family.value}.{name}": content
        for family, member in estimator.members.items()
        for name, content in serialise_classifier(
            Classifier(family, classifier.classes, classifier.feature_names, member)
        ).items()
    }


def _averaged(files: Mapping[str, bytes], members: Sequence[str]) -> AveragedClassifier:
    """The inverse of `_member_files`."""
    own = {
        Family(name): {file.removeprefix(f"{name}."): files[file] for file in files if file.startswith(f"{name}.")}
        for name in members
    }
    restored = {family: deserialise_classifier(content) for family, content in own.items()}
    for family, member in restored.items():
        if member.family is not family or family is Family.ENSEMBLE:
            raise ValueError(f"{family.value}.{INDEX_FILE}: holds a {member.family.value}; nothing was loaded")
    return AveragedClassifier({family: member.estimator for family, member in restored.items()})


def _boosted(content: bytes, classes: int, seed: int) -> XgboostClassifier:
    restored = XgboostClassifier(seed=seed)
    restored.classes_ = np.arange(classes)
    restored.booster_ = xgboost.Booster({"nthread": 1}, model_file=bytearray(content))
    return restored


def _trees(content: bytes, family: Family) -> Any:
    skops = _skops()
    untrusted = set(skops.get_untrusted_types(data=content)) - set(_TRUSTED)
    if untrusted:
        raise ValueError(
            f"{TREES_FILE}: holds types that no {family.value} needs: {sorted(untrusted)}; nothing was loaded"
        )
    estimator = skops.loads(content, trusted=list(_TRUSTED))
    expected = _SKLEARN_TYPES[family]
    if not isinstance(estimator, expected):
        raise ValueError(f"{TREES_FILE}: holds a {type(estimator).__name__}, expected a {expected.__name__}")
    return estimator


def _skops() -> ModuleType:
    """skops, loaded where trees are read or written: it brings every estimator of scikit-learn, which takes seconds."""
    return importlib.import_module("skops.io")


def _repacked(content: bytes) -> bytes:
    """The same zip with fixed dates, its objects numbered in order instead of by their place in memory."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: _without_padding(name, archive.read(name)) for name in archive.namelist()}
    schema = files.pop(_SCHEMA_FILE).decode()
    numbers = {place: str(number) for number, place in enumerate(dict.fromkeys(_OBJECT_ID.findall(schema)))}
    renumbered = _OBJECT_ID.sub(lambda found: numbers[found.group()], schema)
    renamed = {_OBJECT_ID.sub(lambda found: numbers[found.group()], name): data for name, data in files.items()}
    return zip_files({_SCHEMA_FILE: renumbered.encode(), **renamed})


def _without_padding(name: str, content: bytes) -> bytes:
    """An array of records with zeros between its fields, where numpy leaves whatever was in memory; others as they are.

    A tree's nodes are 57 bytes of fields in records of 64.
    """
    if not name.endswith(".npy"):
        return content
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, dtype=array.dtype)
    for field in array.dtype.names:
        clean[field] = array[field]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Files as one zip; equal files give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
