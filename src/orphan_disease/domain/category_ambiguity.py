"""Wrong answers that the classification itself would accept.

The scheme gives each disorder one category, by precedence (`domain.categories`). Orphanet files most disorders below
heads of several: a metabolic disease of the nervous system is metabolic by precedence, and neurological as well. An
answer that names such a second category is an error in every figure, though the findings, which are all that the model
sees, do not say what takes precedence.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.knowledge import CategoryScheme
from orphan_disease.domain.categories import categories_of_heads
from orphan_disease.domain.disorder_categories import orphanet_codes_by_entry
from orphan_disease.domain.evaluation import ACTUAL, AnsweredCases, categories_of
from orphan_disease.domain.resampled_figures import ratio, resampled_intervals

__all__ = ["filed_categories", "measure_ambiguity"]


def filed_categories(
    disorders: pd.DataFrame,
    orphanet_disorders: pd.DataFrame,
    cross_references: pd.DataFrame,
    scheme: CategoryScheme,
    group_types: Collection[str],
) -> dict[str, frozenset[str]]:
    """Every category that Orphanet files a disorder under, precedence left aside.

    Args:
        disorders: disorder_id, member_ids.
        orphanet_disorders: orpha_code, disorder_type, heads; without rows where the archive is absent.
        cross_references: orpha_code, reference_id.
        scheme: the scheme in use.
        group_types: disorder types that are groups of disorders.

    Returns:
        Categories by disorder id; disorders that Orphanet does not know are left out.
    """
    codes = orphanet_codes_by_entry(orphanet_disorders, cross_references, group_types)
    heads = dict(zip(orphanet_disorders[columns.ORPHA_CODE], orphanet_disorders[columns.HEADS], strict=True))
    found = {}
    for disorder_id, members in zip(disorders[columns.DISORDER_ID], disorders[columns.MEMBER_IDS], strict=True):
        above = {head for member in members for code in codes.get(member, ()) for head in heads[code]}
        if filed := categories_of_heads(above, scheme):
            found[str(disorder_id)] = filed
    return found


def measure_ambiguity(
    answers: pd.DataFrame, filed: Mapping[str, frozenset[str]], share: float, params: EvaluationParams
) -> dict[str, Any]:
    """How many wrong answers name a category that Orphanet files the disorder under as well.

    Of each split and provenance: `errors` and `errors_among_the_surest` (counts); the share of either that names a
    second category of the disorder; `by_chance`, the share that would if an error named any other category alike; and
    the accuracy if a second category counted as right, of all cases.

    Args:
        answers: `evaluated_answers`; cases whose disorder is not in `filed` are left out.
        filed: as `filed_categories` gives it.
        share: of the cases that are the surest.
        params: resampling; a part with fewer than `minimum_cases` is left out.
    """
    names = categories_of(answers)
    known = answers[columns.DISORDER_ID].isin(list(filed)) & answers[columns.CATEGORY + ACTUAL].isin(names)
    document: dict[str, Any] = {}
    for (split, provenance), rows in answers[known].groupby([columns.SPLIT, columns.PROVENANCE], sort=True):
        answered = AnsweredCases.from_frame(rows, names)
        if len(answered) >= params.minimum_cases:
            also = np.array([[name in filed[each] for name in names] for each in rows[columns.DISORDER_ID]])
            document.setdefault(str(split), {})[str(provenance)] = _measured(answered, also, share, params)
    return document


def _measured(
    answered: AnsweredCases, also: npt.NDArray[np.bool_], share: float, params: EvaluationParams
) -> dict[str, Any]:
    wrong, rows = ~answered.hit, np.arange(len(answered))
    second = wrong & also[rows, answered.probabilities.argmax(axis=1)]
    confidence = answered.probabilities.max(axis=1)
    surest = confidence >= np.quantile(confidence, 1 - share)
    others = (also.sum(axis=1) - also[rows, answered.actual]) / (also.shape[1] - 1)
    figures = {
        "errors_of_a_second_category": ratio(second, wrong),
        "the_same_among_the_surest": ratio(second & surest, wrong & surest),
        "by_chance": ratio(others * wrong, wrong),
        "accuracy": ratio(answered.hit),
        "accuracy_if_a_second_category_is_right": ratio(answered.hit | second),
    }
    intervals = resampled_intervals(figures, answered.groups, params)
    counts = {
        "cases": len(answered),
        "errors": int(wrong.sum()),
        "errors_among_the_surest": int((wrong & surest).sum()),
    }
    return counts | {name: asdict(each) for name, each in intervals.items()}
