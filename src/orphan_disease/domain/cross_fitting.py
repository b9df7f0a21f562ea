"""Decisions on the training cases as a new hospital would get them: out of fold in the classifier and in the rule.

The classifier's out-of-fold probabilities fit calibration and prediction sets; measured on the same answers, both would
keep their promise by construction. So each fold of whole disorders is decided by a rule that was fitted on the others.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.records import probability_column
from orphan_disease.domain.decision import DecisionRule
from orphan_disease.domain.decision_fitting import HeadAnswers

__all__ = ["cross_fitted_decisions"]


def cross_fitted_decisions(
    category: HeadAnswers, orphan: HeadAnswers, fit: Callable[[HeadAnswers, HeadAnswers], DecisionRule]
) -> pd.DataFrame:
    """Decide every training case by a rule that was fitted without its fold.

    Args:
        category: answers of the category head, each out of fold.
        orphan: answers of the orphan head, each out of fold.
        fit: fits a rule on the answers of the other folds.

    Returns:
        The table `cross_fitted_decisions`, ordered by case: orphan probability, decision, category probabilities and
        prediction set. What a head was not asked is missing.
    """
    folds = np.union1d(category.folds, orphan.folds)
    parts = []
    for fold in folds:
        rule = fit(category.part(category.folds != fold), orphan.part(orphan.folds != fold))
        parts.append(_decided(category.part(category.folds == fold), orphan.part(orphan.folds == fold), rule))
    return pd.concat(parts).sort_index().rename_axis(columns.CASE_ID).reset_index()


def _decided(category: HeadAnswers, orphan: HeadAnswers, rule: DecisionRule) -> pd.DataFrame:
    """The rule's decisions on the cases of either head, the index being the case."""
    cases = category.training.features.index.union(orphan.training.features.index)
    orphan_raw, orphan_asked = _aligned(orphan, cases)
    category_raw, category_asked = _aligned(category, cases)
    novelty = category.novelty_of(cases).fillna(orphan.novelty_of(cases))
    decisions = rule.decide(orphan_raw, category_raw, novelty.to_numpy(dtype=np.float64))
    shares = np.where(category_asked[:, None], decisions.category_probabilities, np.nan)
    sets = [[name for name, held in zip(rule.categories, row, strict=True) if held] for row in decisions.inside]
    return pd.DataFrame(
        {
            columns.ORPHAN_PROBABILITY: np.where(orphan_asked, decisions.orphan_probability, np.nan),
            columns.CATEGORY: list(decisions.category),
            **{probability_column(name): shares[:, place] for place, name in enumerate(rule.categories)},
            columns.PREDICTION_SET: pd.Series(sets, index=cases, dtype=object),
        },
        index=cases,
    )


def _aligned(answers: HeadAnswers, cases: pd.Index) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Raw probabilities of these cases, equal where the head was not asked, and whether it was."""
    places = answers.training.features.index.get_indexer(cases)
    asked = places >= 0
    classes = len(answers.training.classes)
    raw = np.full((len(cases), classes), 1 / classes)
    raw[asked] = answers.probabilities[places[asked]]
    return raw, asked
