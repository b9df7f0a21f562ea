"""When a model is trained again, and whether the new one takes the place of the one that is served."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.retraining import RetrainingParams
from orphan_disease.contracts.vocabulary import Provenance, Split
from orphan_disease.domain.evaluation import ACTUAL, AnsweredCases, categories_of
from orphan_disease.domain.metrics import Interval, f1_scores, group_tallies, resampled_macro_f1
from orphan_disease.domain.monitoring import Action

__all__ = ["RetrainingNotDueError", "compare_answers", "order_retraining"]

HELD_OUT: Final = (Split.TEST_DISORDERS.value, Split.TEST_PATIENTS.value)  # the first that has cases decides


class RetrainingNotDueError(RuntimeError):
    """Nothing calls for training again; the message says what would."""


def order_retraining(decision: Mapping[str, Any], champion_version: str, params: RetrainingParams) -> dict[str, Any]:
    """The order to train again, or a refusal.

    Args:
        decision: see `domain.monitoring.decide_action`.
        champion_version: the version that is served now.
        params: `force` and, if wanted, the month that the decision must be of.

    Raises:
        RetrainingNotDueError: if the monitoring does not call for it and it is not forced.
    """
    month, action = decision.get("month"), decision.get("action")
    if not params.force:
        if params.month is not None and params.month != month:
            raise RetrainingNotDueError(
                f"the last monitored month is {month}, not {params.month}: run `kedro run --pipeline=monitoring "
                f"--params=month={params.month}` first, or give force=true"
            )
        if action != Action.RETRAIN.value:
            raise RetrainingNotDueError(
                f"monitoring of {month} says {action}: {decision.get('reason')}. Nothing is trained; "
                "`kedro run --pipeline=retraining --params=force=true` trains all the same"
            )
    reason = "forced" if params.force else str(decision.get("reason"))
    return {"month": params.month or month, "action": action, "reason": reason, "champion_version": champion_version}


def compare_answers(
    champion: pd.DataFrame, candidate: pd.DataFrame, order: Mapping[str, Any], params: RetrainingParams
) -> dict[str, Any]:
    """Champion and candidate on the same held-out cases.

    Unseen disorders decide, or new patients where no disorder was held out; real cases, or simulated where there is
    none. Both models' resamples draw the same groups, so the interval is that of the difference.

    Args:
        champion: joined answers of the model that is served (see `domain.evaluation.join_truth`).
        candidate: joined answers of the new model, to the same cases.
        order: what was ordered.
        params: least lead and resampling.

    Returns:
        The record: versions, whose cases decided, each macro-F1, the difference with its interval, and `promoted`.
    """
    record = {
        **order,
        "champion_version": _version(champion),
        "candidate_version": _version(candidate),
        "minimum_gain_macro_f1": params.minimum_gain_macro_f1,
        "note": "cases held out now may have taught the champion, which flatters it",
    }
    categories = categories_of(candidate)
    if categories_of(champion) != categories:
        return record | {"promoted": False, "verdict": "the two models speak of different categories"}
    if record["champion_version"] == record["candidate_version"]:
        return record | {"promoted": False, "verdict": "training again gave the very model that is served"}
    old, new = _decisive(champion, categories), _decisive(candidate, categories)
    if not len(new):
        return record | {"promoted": False, "verdict": "no held-out case of a known category to compare them on"}
    difference = _difference(old, new, params)
    promoted = difference.value >= params.minimum_gain_macro_f1
    part = _decisive_rows(candidate)
    return record | {
        "split": str(part[columns.SPLIT].iloc[0]),
        "provenance": str(part[columns.PROVENANCE].iloc[0]),
        "cases": len(new),
        "champion_macro_f1": _macro_f1(old),
        "candidate_macro_f1": _macro_f1(new),
        "difference": asdict(difference),
        "promoted": bool(promoted),
        "verdict": f"the candidate is {'taken' if promoted else 'not taken'}",
    }


def _decisive_rows(answers: pd.DataFrame) -> pd.DataFrame:
    """The cases that decide: one split, one provenance."""
    known = answers[answers[columns.IS_ORPHAN].astype(bool) & answers[columns.CATEGORY + ACTUAL].notna()]
    for split in HELD_OUT:
        rows = known[known[columns.SPLIT] == split]
        real = rows[rows[columns.PROVENANCE] != Provenance.SIMULATED.value]
        if len(real):
            commonest = str(real[columns.PROVENANCE].mode().iloc[0])
            return real[real[columns.PROVENANCE] == commonest]
        if len(rows):
            return rows
    return known.iloc[:0]


def _decisive(answers: pd.DataFrame, categories: tuple[str, ...]) -> AnsweredCases:
    return AnsweredCases.from_frame(_decisive_rows(answers).sort_values(columns.CASE_ID), categories)


def _macro_f1(answered: AnsweredCases) -> float:
    confusion = group_tallies(answered.actual, answered.probabilities, answered.groups).confusion.sum(axis=0)
    return float(f1_scores(confusion)[2].mean())


def _difference(old: AnsweredCases, new: AnsweredCases, params: RetrainingParams) -> Interval:
    chosen = params.measurement
    drawn = [
        resampled_macro_f1(
            group_tallies(each.actual, each.probabilities, each.groups),
            samples=chosen.bootstrap_samples,
            seed=chosen.seed,
        )
        for each in (old, new)
    ]
    tails = [(1 - chosen.interval) / 2, (1 + chosen.interval) / 2]
    low, high = np.quantile(drawn[1] - drawn[0], tails)
    return Interval(_macro_f1(new) - _macro_f1(old), float(low), float(high))


def _version(answers: pd.DataFrame) -> str | None:
    return str(answers[columns.MODEL_VERSION].iloc[0]) if len(answers) else None
