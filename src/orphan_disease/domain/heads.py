"""The two questions, as training sets: is it an orphan disease at all, and if so, of which category?"""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames.features import feature_columns
from orphan_disease.contracts.parameters.modelling import HeadParams
from orphan_disease.contracts.vocabulary import Split
from orphan_disease.domain.decision import NON_ORPHAN, ORPHAN_CLASSES
from orphan_disease.domain.encoding import feature_group
from orphan_disease.domain.resampling import AugmentationPool
from orphan_disease.domain.validation import TrainingSet

__all__ = ["CATEGORY_HEAD", "ORPHAN_HEAD", "augmentation_pool", "category_training", "head_features", "orphan_training"]

CATEGORY_HEAD: Final = "category"
ORPHAN_HEAD: Final = "orphan"


def head_features(names: Sequence[str], params: HeadParams) -> list[str]:
    """The columns that a head may see, in their order.

    Args:
        names: feature columns.
        params: groups to take and expressions to leave out.

    >>> head_features(["profile__a", "profile__a_count", "vitals__b"],
    ...               HeadParams(feature_groups=("profile",), left_out=("_count$",)))
    ['profile__a']
    """
    return [
        name
        for name in names
        if feature_group(name) in params.feature_groups and not any(re.search(each, name) for each in params.left_out)
    ]


def category_training(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    split: pd.DataFrame,
    categories: Sequence[str],
    params: HeadParams,
) -> TrainingSet:
    """Training cases with an orphan disease of a known category.

    Args:
        features: columns case_id and the features.
        labels: columns case_id, category, disorder_id, provenance.
        split: columns case_id, group, split, fold.
        categories: K names.
        params: what the head sees.

    Raises:
        ValueError: if a category has no training case.
    """
    known = labels[labels[columns.CATEGORY].isin(list(categories))]
    rows = _joined(known, split)
    codes = pd.Index(list(categories)).get_indexer(pd.Index(rows[columns.CATEGORY]))
    return _training(features, rows, codes, tuple(categories), params)


def orphan_training(
    features: pd.DataFrame, labels: pd.DataFrame, split: pd.DataFrame, params: HeadParams
) -> TrainingSet:
    """Training cases with and without an orphan disease, of the sources that hold both.

    Published cases are all orphan diseases and are written up in a style of their own: a classifier given them beside a
    hospital's other patients would learn the style. So a source counts only if it holds both kinds.

    Args:
        features: columns case_id and the features.
        labels: columns case_id, is_orphan, disorder_id, provenance.
        split: columns case_id, group, split, fold.
        params: what the head sees.

    Raises:
        ValueError: if no source holds both kinds.
    """
    rows = _joined(labels, split)
    kinds = rows.groupby(columns.PROVENANCE)[columns.IS_ORPHAN].nunique()
    chosen = rows[rows[columns.PROVENANCE].isin(kinds.index[kinds == len(ORPHAN_CLASSES)])]
    codes = chosen[columns.IS_ORPHAN].to_numpy(dtype=bool).astype(np.intp)
    return _training(features, chosen, codes, ORPHAN_CLASSES, params)


def augmentation_pool(features: pd.DataFrame, labels: pd.DataFrame, training: TrainingSet) -> AugmentationPool:
    """Simulated patients in the columns of a training set.

    Args:
        features: columns case_id and the features, of the augmented cases.
        labels: columns case_id, category, disorder_id, in the order of `features`.
        training: whose columns and classes are used.
    """
    codes = pd.Index(list(training.classes)).get_indexer(pd.Index(labels[columns.CATEGORY]))
    return AugmentationPool(
        features[list(training.features.columns)].to_numpy(dtype=np.float32),
        codes,
        labels[columns.DISORDER_ID].to_numpy(dtype=object),
    )


def _joined(labels: pd.DataFrame, split: pd.DataFrame) -> pd.DataFrame:
    training = split[split[columns.SPLIT] == Split.TRAIN.value]
    joined = labels.merge(training, on=columns.CASE_ID, validate="one_to_one")
    return joined.sort_values(columns.CASE_ID, ignore_index=True)


def _training(
    features: pd.DataFrame,
    rows: pd.DataFrame,
    codes: npt.NDArray[np.intp],
    classes: tuple[str, ...],
    params: HeadParams,
) -> TrainingSet:
    counts = np.bincount(codes, minlength=len(classes))
    empty = [name for name, count in zip(classes, counts, strict=True) if not count]
    if empty:
        kind = "source with both kinds" if NON_ORPHAN in classes else "training case"
        raise ValueError(f"no {kind} for {', '.join(empty)}: the classifier needs patients of every class")
    names = head_features(feature_columns(features), params)
    chosen = features.set_index(columns.CASE_ID).loc[rows[columns.CASE_ID], names]
    return TrainingSet(chosen, rows.set_index(columns.CASE_ID), codes, classes, params.disorder_weight_exponent)
