"""Which further patients to simulate: scarce categories first, and within them the scarce disorders."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import AugmentationParams
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY, Provenance, Split
from orphan_disease.domain.knowledge_base import KnowledgeBase

__all__ = ["category_counts", "choose_disorders", "drawable_disorders", "label_augmented"]


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
    """Draw the disorders of the further patients, one row a patient.

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
    categories = sorted(allowed[columns.CATEGORY].unique())
    counts = category_counts(labels, split, categories)
    generator = np.random.default_rng(params.seed)
    parts = []
    for name, size in _sizes(counts, params.maximum_cases).items():
        own = allowed[columns.CATEGORY] == name
        scarce = own & (patients <= params.scarce_disorder_cases)
        first = round(size * params.scarce_share) if scarce.any() else 0
        parts += [
            allowed[scarce].iloc[generator.integers(0, scarce.sum(), first)] if first else allowed[:0],
            allowed[own].iloc[generator.integers(0, own.sum(), size - first)],
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
        }
    )


def _sizes(counts: dict[str, int], maximum: int) -> dict[str, int]:
    """Patients to simulate of each category: what it lacks to the largest, scaled to fit, then even shares."""
    lacking = {name: max(counts.values()) - count for name, count in counts.items()}
    total = sum(lacking.values())
    if total >= maximum:
        return {name: maximum * lack // total for name, lack in lacking.items()}
    rest = (maximum - total) // max(len(counts), 1)
    return {name: lack + rest for name, lack in lacking.items()}
