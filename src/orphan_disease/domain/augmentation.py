"""Which further patients to make: scarce categories first, and within them the scarce disorders.

Some are simulated from annotations, some are copies of confirmed training patients (see `domain.copied_cases`).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import AugmentationParams
from orphan_disease.contracts.parameters.modelling import LearnFrom
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY, Provenance, Split
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.validation import may_teach

__all__ = [
    "category_counts",
    "choose_disorders",
    "choose_parents",
    "drawable_disorders",
    "label_augmented",
    "label_copies",
    "labels_of_origin",
]


def category_counts(labels: pd.DataFrame, split: pd.DataFrame, categories: Sequence[str]) -> dict[str, int]:
    """Training cases of each category."""
    training = split.loc[split[columns.SPLIT] == Split.TRAIN.value, columns.CASE_ID]
    found = labels.loc[labels[columns.CASE_ID].isin(training), columns.CATEGORY].value_counts()
    return {name: int(found.get(name, 0)) for name in categories}


def choose_disorders(
    labels: pd.DataFrame,
    split: pd.DataFrame,
    drawable: pd.DataFrame,
    params: AugmentationParams,
) -> pd.DataFrame:
    """Draw the disorders of the patients simulated from annotations, one row a patient.

    Each category gets what it lacks to the largest one, and all share the rest of the pool evenly. A disorder is never
    drawn if it belongs to a group that is held out for testing: those stay unseen.

    Args:
        labels: columns case_id, category, disorder_id.
        split: columns case_id, split.
        drawable: disorders that patients can be simulated of, columns disorder_id and category (known ones only).
        params: size of the pool, what counts as scarce, seed of the draw.

    Returns:
        Columns disorder_id and category.
    """
    joined = labels.merge(split, on=columns.CASE_ID)
    training = joined[columns.SPLIT] == Split.TRAIN.value
    held_out = set(joined.loc[joined[columns.SPLIT] == Split.TEST_DISORDERS.value, columns.DISORDER_ID])
    seen = joined.loc[training, columns.DISORDER_ID].value_counts()
    allowed = drawable[~drawable[columns.DISORDER_ID].isin(held_out)].sort_values(columns.DISORDER_ID)
    patients = allowed[columns.DISORDER_ID].map(seen).fillna(0)
    counts = category_counts(labels, split, sorted(allowed[columns.CATEGORY].unique()))
    sizes = {name: size - _copies(size, params) for name, size in _sizes(counts, params.maximum_cases).items()}
    return _drawn(allowed, patients <= params.scarce_disorder_cases, sizes, params)


def choose_parents(
    labels: pd.DataFrame, split: pd.DataFrame, params: AugmentationParams, learn_from: LearnFrom
) -> pd.DataFrame:
    """Draw the training patients that are copied, one row a copy.

    Each category gets copies as it gets simulated patients; within it a disorder is drawn, and one of its patients. A
    category without a patient to copy gets none.

    Args:
        labels: columns case_id, category, disorder_id, provenance.
        split: columns case_id, split.
        params: size of the pool, share of copies, what counts as scarce, seed of the draw.
        learn_from: whose patients may teach, and so be copied.

    Returns:
        Columns case_id, disorder_id, category and provenance, of the parents.
    """
    training = split.loc[split[columns.SPLIT] == Split.TRAIN.value, columns.CASE_ID]
    known = labels[columns.CATEGORY].notna() & (labels[columns.CATEGORY] != UNKNOWN_CATEGORY)
    confirmed = labels[labels[columns.CASE_ID].isin(training) & known]
    counts = category_counts(labels, split, sorted(confirmed[columns.CATEGORY].unique()))
    usable = confirmed[may_teach(confirmed[columns.PROVENANCE], learn_from)]
    parents = usable.sort_values([columns.DISORDER_ID, columns.CASE_ID], ignore_index=True)
    disorders = parents.drop_duplicates(columns.DISORDER_ID)[[columns.DISORDER_ID, columns.CATEGORY]]
    patients = disorders[columns.DISORDER_ID].map(parents[columns.DISORDER_ID].value_counts())
    sizes = {name: _copies(size, params) for name, size in _sizes(counts, params.maximum_cases).items()}
    drawn = _drawn(disorders, patients <= params.scarce_disorder_cases, sizes, params)
    owner = pd.Index(disorders[columns.DISORDER_ID]).get_indexer(pd.Index(drawn[columns.DISORDER_ID]))
    chance = np.random.default_rng(params.seed + 1).random(len(drawn))
    within = np.floor(chance * patients.to_numpy(dtype=np.float64)[owner]).astype(np.intp)
    places = disorders.index.to_numpy()[owner] + within  # a disorder's patients follow each other
    shown = [columns.CASE_ID, columns.DISORDER_ID, columns.CATEGORY, columns.PROVENANCE]
    chosen: pd.DataFrame = parents[shown].iloc[places].reset_index(drop=True)
    return chosen


def _copies(size: int, params: AugmentationParams) -> int:
    return round(size * params.copied_share)


def _drawn(
    disorders: pd.DataFrame, scarce: "pd.Series[bool]", sizes: Mapping[str, int], params: AugmentationParams
) -> pd.DataFrame:
    """So many disorders of each category, with replacement, the scarce ones oftener."""
    generator = np.random.default_rng(params.seed)
    parts = [disorders[:0]]
    for name, size in sizes.items():
        own = disorders[columns.CATEGORY] == name
        if not own.any():
            continue
        rare = own & scarce
        first = round(size * params.scarce_share) if rare.any() else 0
        parts += [
            disorders[rare].iloc[generator.integers(0, rare.sum(), first)] if first else disorders[:0],
            disorders[own].iloc[generator.integers(0, own.sum(), size - first)],
        ]
    return pd.concat(parts, ignore_index=True)[[columns.DISORDER_ID, columns.CATEGORY]]


def drawable_disorders(knowledge: KnowledgeBase, disorders: pd.DataFrame) -> pd.DataFrame:
    """The annotated disorders with a known category, columns disorder_id and category."""
    annotated = {name for name, known in zip(knowledge.disorder_ids, knowledge.annotated, strict=True) if known}
    chosen = disorders[columns.DISORDER_ID].isin(annotated) & (disorders[columns.CATEGORY] != UNKNOWN_CATEGORY)
    return disorders.loc[chosen, [columns.DISORDER_ID, columns.CATEGORY]]


def label_augmented(cases: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Labels of simulated cases.

    Args:
        cases: one case for each row of `chosen`, in order.
        chosen: columns disorder_id and category.
    """
    return pd.DataFrame(
        {
            columns.CASE_ID: cases[columns.CASE_ID].to_numpy(),
            columns.DISORDER_ID: chosen[columns.DISORDER_ID].to_numpy(),
            columns.CATEGORY: chosen[columns.CATEGORY].to_numpy(),
            columns.PROVENANCE: Provenance.SIMULATED.value,
            columns.PARENT_CASE_ID: pd.Series(None, index=range(len(cases)), dtype="str"),
            columns.PARENT_PROVENANCE: pd.Series(None, index=range(len(cases)), dtype="str"),
        }
    )


def label_copies(cases: pd.DataFrame, parents: pd.DataFrame) -> pd.DataFrame:
    """Labels of copies: the parents', whom they name.

    Args:
        cases: one copy for each row of `parents`, in order.
        parents: columns case_id, disorder_id, category, provenance.
    """
    own = label_augmented(cases, parents)
    named = {
        columns.PARENT_CASE_ID: parents[columns.CASE_ID].astype("str").to_numpy(),
        columns.PARENT_PROVENANCE: parents[columns.PROVENANCE].astype("str").to_numpy(),
    }
    return own.assign(**named)


def labels_of_origin(labels: pd.DataFrame) -> pd.DataFrame:
    """The labels with the provenance of what each patient was made from.

    A simulated patient fits the annotations that it was drawn from; a copy fits them as its parent does.

    Args:
        labels: of augmented cases.
    """
    origin = labels[columns.PARENT_PROVENANCE].fillna(labels[columns.PROVENANCE])
    return labels.assign(**{columns.PROVENANCE: origin})


def _sizes(counts: dict[str, int], maximum: int) -> dict[str, int]:
    """Patients to simulate of each category: what it lacks to the largest, scaled to fit, then even shares."""
    lacking = {name: max(counts.values()) - count for name, count in counts.items()}
    total = sum(lacking.values())
    if total >= maximum:
        return {name: maximum * lack // total for name, lack in lacking.items()}
    rest = (maximum - total) // max(len(counts), 1)
    return {name: lack + rest for name, lack in lacking.items()}
