"""Champion and challenger on the same held-out cases, and whether the challenger takes the champion's place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.promotion import PromotionParams
from orphan_disease.contracts.vocabulary import Provenance, Split
from orphan_disease.domain.evaluation import ACTUAL, AnsweredCases, categories_of
from orphan_disease.domain.gates import CheckStatus
from orphan_disease.domain.metrics import GroupTallies, group_tallies
from orphan_disease.domain.monitoring import Action
from orphan_disease.domain.paired_test import macro_f1, paired_difference, permutation_p_value

__all__ = ["Verdict", "challenge_record", "compare_answers", "decisive_rows", "judge_promotion"]

HELD_OUT: Final = (Split.TEST_DISORDERS.value, Split.TEST_PATIENTS.value)  # the first that has cases decides


@dataclass(frozen=True)
class Verdict:
    """Whether a challenger is taken, and why."""

    promoted: bool
    reason: str


def compare_answers(champion: pd.DataFrame, candidate: pd.DataFrame, params: PromotionParams) -> dict[str, Any]:
    """Champion and challenger on the same held-out cases.

    Unseen disorders decide, or new patients where no disorder was held out; real cases, or simulated where there is
    none. The interval is that of the difference over resamples of the same groups; the p-value that of a permutation
    test that exchanges the two models' answers for whole groups.

    Args:
        champion: joined answers of the model that is served (see `domain.evaluation.join_truth`).
        candidate: joined answers of the new model, to the same cases.
        params: resampling, seed, least lead.

    Returns:
        Versions and, where both can be compared, whose cases decided, each macro-F1, `difference` and `p_value`;
        otherwise `incomparable`, which says why.
    """
    record: dict[str, Any] = {
        "champion_version": _version(champion),
        "candidate_version": _version(candidate),
        "note": "cases held out now may have taught the champion, which flatters it",
    }
    categories = categories_of(candidate)
    if categories_of(champion) != categories:
        return record | {"incomparable": "the two models speak of different categories"}
    if record["champion_version"] == record["candidate_version"]:
        return record | {"incomparable": "the challenger is the very model that is served"}
    old, new = (_tallies(answers, categories) for answers in (champion, candidate))
    if not len(new.size):
        return record | {"incomparable": "no held-out case of a known category to compare them on"}
    part, chosen = decisive_rows(candidate), params.measurement
    lead = paired_difference(old, new, samples=chosen.bootstrap_samples, level=chosen.interval, seed=chosen.seed)
    return record | {
        "split": str(part[columns.SPLIT].iloc[0]),
        "provenance": str(part[columns.PROVENANCE].iloc[0]),
        "cases": int(new.size.sum()),
        "groups": len(new.size),
        "champion_macro_f1": macro_f1(old),
        "candidate_macro_f1": macro_f1(new),
        "difference": {"value": lead.value, "low": lead.low, "high": lead.high},
        "p_value": permutation_p_value(old, new, permutations=params.permutations, seed=chosen.seed),
    }


def judge_promotion(
    comparison: Mapping[str, Any], params: PromotionParams, *, champion_failed: str | None = None
) -> Verdict:
    """Whether the challenger takes the champion's place.

    It does when it is better by the paired test and leads by the least gain, or when the champion breaks a floor and
    the challenger leads without breaking it.

    Args:
        comparison: see `compare_answers`.
        params: cut-offs.
        champion_failed: what the champion failed at elsewhere, such as in a monitored month; None where nothing did.
    """
    if "incomparable" in comparison:
        return Verdict(False, str(comparison["incomparable"]))
    gain, p_value = comparison["difference"]["value"], comparison["p_value"]
    old, new = comparison["champion_macro_f1"], comparison["candidate_macro_f1"]
    lead = f"macro-F1 {new:.3f} against {old:.3f}, p = {p_value:.3f}"
    if gain < params.minimum_gain_macro_f1:
        return Verdict(False, f"{lead}: the lead is below {params.minimum_gain_macro_f1:g}")
    if p_value <= params.significance:
        return Verdict(True, f"{lead}: better by the paired test")
    floor = params.champion_floor_macro_f1
    if old < floor <= new:
        return Verdict(True, f"{lead}: the champion is below its floor of {floor:g}")
    if champion_failed is not None:
        return Verdict(True, f"{lead}: no worse, and the champion failed ({champion_failed})")
    return Verdict(False, f"{lead}: not better by the paired test at {params.significance:g}, and no floor is broken")


def challenge_record(
    champion: pd.DataFrame,
    candidate: pd.DataFrame,
    order: Mapping[str, Any],
    validation: Mapping[str, Any],
    params: PromotionParams,
) -> dict[str, Any]:
    """The comparison after an ordered retraining, with `promoted` and `verdict`.

    A monitored month that called for the training counts as a floor that the champion broke. Where a person must
    approve, the verdict only proposes.

    Args:
        champion: as in `compare_answers`.
        candidate: as in `compare_answers`.
        order: see `domain.retraining.order_retraining`.
        validation: the candidate's gates, see `domain.gates.check_gates`.
        params: cut-offs.
    """
    comparison = compare_answers(champion, candidate, params)
    failed = str(order.get("reason")) if order.get("action") == Action.RETRAIN.value else None
    verdict = judge_promotion(comparison, params, champion_failed=failed)
    if verdict.promoted and params.gates_required and not validation["passed"]:
        failed_gates = [check["name"] for check in validation["checks"] if check["status"] == CheckStatus.FAILED]
        verdict = Verdict(False, f"{verdict.reason}; but it fails its gates: {', '.join(failed_gates)}")
    if verdict.promoted and params.approval_required:
        verdict = Verdict(False, f"{verdict.reason}; awaits a person's approval by `orphan-disease promote`")
    return {**order, **comparison, "promoted": verdict.promoted, "verdict": verdict.reason}


def decisive_rows(answers: pd.DataFrame) -> pd.DataFrame:
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


def _tallies(answers: pd.DataFrame, categories: tuple[str, ...]) -> GroupTallies:
    rows = decisive_rows(answers).sort_values(columns.CASE_ID)
    answered = AnsweredCases.from_frame(rows, categories)
    return group_tallies(answered.actual, answered.probabilities, answered.groups)


def _version(answers: pd.DataFrame) -> str | None:
    return str(answers[columns.MODEL_VERSION].iloc[0]) if len(answers) else None
