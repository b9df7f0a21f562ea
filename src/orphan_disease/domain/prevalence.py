"""How rare a disorder is: Orphanet's prevalence classes, and the one class that speaks for a disorder."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.knowledge import RarityThresholds, Tier

__all__ = ["PREVALENCE_CLASSES", "PrevalenceBounds", "choose_prevalence_classes", "rarity_tier"]


class PrevalenceBounds(NamedTuple):
    """Patients per 100,000 inhabitants: at least `low`, at most `high`."""

    low: float
    high: float


PREVALENCE_CLASSES: Final[Mapping[str, PrevalenceBounds]] = {
    ">1 / 1000": PrevalenceBounds(100.0, 100_000.0),
    "6-9 / 10 000": PrevalenceBounds(60.0, 100.0),
    "1-5 / 10 000": PrevalenceBounds(10.0, 50.0),
    "1-9 / 100 000": PrevalenceBounds(1.0, 10.0),
    "1-9 / 1 000 000": PrevalenceBounds(0.1, 1.0),
    "<1 / 1 000 000": PrevalenceBounds(0.0, 0.1),
}
"""Orphanet's classes, commonest first. "no data", "Unknown" and "Not yet documented" are no class: they are missing."""

# The order in which records speak for a disorder: what is asked at a visit is how many people live with it.
_TYPES: Final = ("Point prevalence", "Prevalence at birth", "Lifetime Prevalence", "Annual incidence")
_PLACES: Final = ("Worldwide", "Europe")


def choose_prevalence_classes(prevalences: pd.DataFrame) -> dict[str, str]:
    """The class that speaks for each disorder.

    Point prevalence goes before prevalence at birth, lifetime prevalence and annual incidence; within a type, worldwide
    before Europe before single countries; then the commonest class, so that no disorder looks rarer than it was found.
    Counts of cases or families have no class.

    Args:
        prevalences: rows of `domain.orphanet`: orpha_code, prevalence_type, prevalence_class, geography.

    Returns:
        prevalence_class by orpha_code, for the codes that have one.

    >>> rows = pd.DataFrame({"orpha_code": ["1", "1"], "prevalence_type": ["Annual incidence", "Point prevalence"],
    ...     "prevalence_class": ["1-9 / 100 000", "1-5 / 10 000"], "geography": ["Europe", "Spain"]})
    >>> choose_prevalence_classes(rows)
    {'1': '1-5 / 10 000'}
    """
    known = prevalences.loc[prevalences[columns.PREVALENCE_CLASS].isin(list(PREVALENCE_CLASSES))]
    order = pd.DataFrame(
        {
            columns.ORPHA_CODE: known[columns.ORPHA_CODE],
            "type": _ranks(known[columns.PREVALENCE_TYPE], _TYPES),
            "place": _ranks(known[columns.GEOGRAPHY], _PLACES),
            "class": _ranks(known[columns.PREVALENCE_CLASS], tuple(PREVALENCE_CLASSES)),
        }
    ).sort_values([columns.ORPHA_CODE, "type", "place", "class"], kind="stable")
    first = order.drop_duplicates(columns.ORPHA_CODE).index
    chosen = known.loc[first]
    return dict(zip(chosen[columns.ORPHA_CODE], chosen[columns.PREVALENCE_CLASS], strict=True))


def _ranks(values: pd.Series, order: tuple[str, ...]) -> pd.Series:
    """Place of each value in the order; what the order does not name comes last."""
    return values.map({value: rank for rank, value in enumerate(order)}).fillna(len(order)).astype("int64")


def rarity_tier(
    prevalence_class: str | None, heads: Collection[str], neglected_heads: Collection[str], thresholds: RarityThresholds
) -> Tier | None:
    """The tier of a disorder in one jurisdiction; None where no prevalence is known.

    Args:
        prevalence_class: a key of `PREVALENCE_CLASSES`, or None.
        heads: ORPHAcodes of the disorder's classification heads.
        neglected_heads: heads whose disorders count as neglected, whatever their prevalence.
        thresholds: the jurisdiction's lines, in patients per 100,000.

    >>> rarity_tier("<1 / 1 000 000", [], [], RarityThresholds(orphan_per_100000=50, ultra_orphan_per_100000=2))
    'ultra_orphan'
    """
    if not set(heads).isdisjoint(neglected_heads):
        return "neglected"
    bounds = PREVALENCE_CLASSES.get(prevalence_class or "")
    if bounds is None:
        return None
    if bounds.low >= thresholds.orphan_per_100000:
        return "non_orphan"
    return "ultra_orphan" if bounds.high <= thresholds.ultra_orphan_per_100000 else "rare"
