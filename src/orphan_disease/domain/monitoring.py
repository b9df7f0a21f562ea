"""A month of stored answers against the diagnoses confirmed in it: figures, and what they call for.

A month is that of the confirmed diagnosis, in UTC, as a model is judged when the truth arrives. Simulated and real
cases are measured apart; the decision rests on real ones where there are any.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.monitoring import CutOffs
from orphan_disease.contracts.vocabulary import NOTHING_FOUND, UNKNOWN_CATEGORY, Provenance
from orphan_disease.domain import evaluation, labels, truth
from orphan_disease.domain.evaluation import ACTUAL
from orphan_disease.domain.knowledge_base import KnowledgeBase

__all__ = ["Action", "decide_action", "join_month", "known_disorders", "last_month", "measure_month"]

NO_MONTH: Final = "none"  # no diagnosis is dated


class Action(StrEnum):
    """What a month's figures call for."""

    OK = "ok"
    WATCH = "watch"
    RETRAIN = "retrain"
    NOT_ENOUGH_LABELS = "not_enough_labels"


def known_disorders(knowledge: KnowledgeBase) -> pd.DataFrame:
    """The disorders that the model knows: disorder_id, member_ids, category."""
    return pd.DataFrame(
        {
            columns.DISORDER_ID: list(knowledge.disorder_ids),
            columns.MEMBER_IDS: [list(members) for members in knowledge.facts.members],
            columns.CATEGORY: list(knowledge.facts.categories),
        }
    )


def last_month(outcomes: pd.DataFrame, minimum_labels: int = 1) -> str:
    """The last month with enough orphan cases of a known category, else the last with any diagnosis, else `none`.

    Args:
        outcomes: columns CONFIRMED_AT, IS_ORPHAN and CATEGORY.
        minimum_labels: what a decision needs.

    >>> dates = pd.to_datetime(["2026-01-30", "2026-01-31", "2026-03-01"], utc=True)
    >>> outcomes = pd.DataFrame({"confirmed_at": dates, "is_orphan": True, "category": "neurological"})
    >>> last_month(outcomes), last_month(outcomes, 2)
    ('2026-03', '2026-01')
    """
    dated = outcomes[outcomes[columns.CONFIRMED_AT].notna()]
    months = dated[columns.CONFIRMED_AT].dt.strftime("%Y-%m")
    known = dated[columns.IS_ORPHAN].astype(bool) & (dated[columns.CATEGORY] != UNKNOWN_CATEGORY)
    counts = months[known].value_counts()
    enough = counts.index[counts >= minimum_labels]
    return str(max(enough if len(enough) else months, default=NO_MONTH))


def join_month(
    predictions: pd.DataFrame,
    typed_truth: pd.DataFrame,
    disorders: pd.DataFrame,
    month: str | None = None,
    *,
    minimum_labels: int = 1,
) -> pd.DataFrame:
    """The answers whose diagnosis was confirmed in a month, with that diagnosis.

    A diagnosis belongs to an answer by its visit, else by its patient. Of several answers to one case the last counts.

    Args:
        predictions: prediction records.
        typed_truth: see `domain.truth`.
        disorders: see `known_disorders`.
        month: YYYY-MM; if None, the last one with enough labels among the answered cases, see `last_month`.
        minimum_labels: confirmed orphan cases that are enough.

    Returns:
        Joined answers as `domain.evaluation` measures them: `split` is the month, `group` the disorder.
    """
    flat = evaluation.answer_columns(predictions)
    last = flat.sort_values(columns.PREDICTED_AT, kind="stable").drop_duplicates(columns.CASE_ID, keep="last")
    answered = last.rename(columns={columns.PREDICTED_AT: columns.ENCOUNTER_AT})
    cases = answered[[columns.CASE_ID, columns.PATIENT_ID, columns.ENCOUNTER_AT]].assign(
        **{columns.PROVENANCE: _provenances(last)}
    )
    nobody = pd.DataFrame({columns.CASE_ID: [], columns.DIAGNOSIS_ID: []}, dtype="str")
    found, _ = labels.build_labels(cases, _with_patients(typed_truth), nobody, disorders)
    chosen = month or last_month(found, minimum_labels)
    in_month = found[found[columns.CONFIRMED_AT].dt.strftime("%Y-%m") == chosen]
    confirmed = in_month.rename(columns={columns.CATEGORY: columns.CATEGORY + ACTUAL})
    joined = last.merge(confirmed, on=columns.CASE_ID, validate="one_to_one")
    return joined.assign(**{columns.GROUP: _groups(joined)}).assign(**{columns.SPLIT: chosen})


def measure_month(outcomes: pd.DataFrame, params: EvaluationParams) -> dict[str, Any]:
    """Figures of a month: month -> provenance -> part -> metric; see `domain.evaluation.measure_answers`."""
    return evaluation.measure_answers(outcomes, params)


def decide_action(metrics: Mapping[str, Any], cut_offs: CutOffs, month: str | None = None) -> dict[str, Any]:
    """What the figures call for, and why.

    Args:
        metrics: of one month, as `measure_month` gives them.
        cut_offs: see there.
        month: the one that was asked for, named where nothing was found in it.

    Returns:
        `month`, `action`, `provenance` (whose cases decided), `reason`, `labels` and, where measured, `macro_f1`.
    """
    nothing: tuple[str, dict[str, Any]] = (month or NO_MONTH, {})
    looked_at, sections = next(iter(metrics.items()), nothing)
    provenance = _deciding(sections)
    section = sections.get(provenance, {})
    count = int(section.get("cases_of_known_category", 0))
    decision: dict[str, Any] = {"month": looked_at, "provenance": provenance, "labels": count}
    if count < cut_offs.minimum_labels or "category" not in section:
        reason = f"{count} confirmed orphan cases of a known category; a decision needs {cut_offs.minimum_labels}"
        return decision | {"action": Action.NOT_ENOUGH_LABELS.value, "reason": reason}
    macro_f1 = float(section["category"]["macro_f1"]["value"])
    action, reason = _judged(macro_f1, cut_offs)
    return decision | {"action": action.value, "macro_f1": macro_f1, "reason": reason}


def _judged(macro_f1: float, cut_offs: CutOffs) -> tuple[Action, str]:
    if macro_f1 < cut_offs.retrain_below_macro_f1:
        return Action.RETRAIN, f"macro-F1 {macro_f1:.3f} is below {cut_offs.retrain_below_macro_f1}"
    if macro_f1 < cut_offs.watch_below_macro_f1:
        return Action.WATCH, f"macro-F1 {macro_f1:.3f} is below {cut_offs.watch_below_macro_f1}"
    return Action.OK, f"macro-F1 {macro_f1:.3f} is at least {cut_offs.watch_below_macro_f1}"


def _deciding(sections: Mapping[str, Any]) -> str:
    """The provenance with the most labels among the real ones, else the simulated."""
    real = {name: part["cases_of_known_category"] for name, part in sections.items() if name != Provenance.SIMULATED}
    return max(real, key=lambda name: (real[name], name)) if real else Provenance.SIMULATED.value


def _provenances(predictions: pd.DataFrame) -> list[str]:
    """Simulated or hospital: a case that does not say it is fabricated counts as a patient."""
    flags = predictions[columns.IS_SIMULATED]
    return [Provenance.SIMULATED.value if flag is True or flag == 1 else Provenance.HOSPITAL.value for flag in flags]


def _with_patients(typed_truth: pd.DataFrame) -> pd.DataFrame:
    """The truth, and for each patient the latest diagnosis of any visit: a history is of a patient, of no visit."""
    of_visits = typed_truth[typed_truth[truth.IS_CURRENT].astype(bool) & typed_truth[columns.PATIENT_ID].notna()]
    known = of_visits.loc[of_visits[columns.CASE_ID].isna(), columns.PATIENT_ID]
    latest = of_visits.sort_values(columns.CONFIRMED_AT, kind="stable", na_position="first")
    of_patients = latest[~latest[columns.PATIENT_ID].isin(known)].drop_duplicates(columns.PATIENT_ID, keep="last")
    unnamed = pd.Series(pd.NA, index=of_patients.index, dtype=typed_truth[columns.CASE_ID].dtype)
    return pd.concat([typed_truth, of_patients.assign(**{columns.CASE_ID: unnamed})], ignore_index=True)


def _groups(joined: pd.DataFrame) -> "pd.Series[str]":
    """Cases of one orphan disorder are resampled together, every other case by itself."""
    by_itself = ~joined[columns.IS_ORPHAN].astype(bool) | (joined[columns.DISORDER_ID] == NOTHING_FOUND)
    return joined[columns.DISORDER_ID].mask(by_itself, "case " + joined[columns.CASE_ID])
