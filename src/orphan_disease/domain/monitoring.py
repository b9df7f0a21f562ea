"""What a month's figures and drift call for, and why.

A figure raises an alarm only if its whole interval lies beyond the cut-off: a value below it happens by chance far too
often in a month of a few dozen cases. The decision rests on real cases where there are any, and on the version that
gave the newest of the month's answers.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import orjson
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.monitoring import CutOffs, MetricCutOff, MonitoringParams
from orphan_disease.domain.fingerprints import fingerprint_frame
from orphan_disease.domain.monitoring_words import reason_of
from orphan_disease.domain.month_figures import confirmed_in, deciding_part, figure_of

__all__ = ["ALARMS", "Action", "decide_action", "decision_key", "judged_version", "section_of"]


class Action(StrEnum):
    """What a month's figures call for."""

    OK = "ok"
    WATCH = "watch"
    RETRAIN = "retrain"
    ROLLBACK = "rollback"
    NOT_ENOUGH_LABELS = "not_enough_labels"


ALARMS: Final = (Action.WATCH, Action.RETRAIN, Action.ROLLBACK)

Reason = Mapping[str, Any]


def judged_version(outcomes: pd.DataFrame, month: str) -> str | None:
    """The version that gave the newest of the answers whose diagnosis was confirmed in the month."""
    rows = confirmed_in(outcomes, month)
    if not len(rows):
        return None
    newest = rows.sort_values([columns.PREDICTED_AT, columns.MODEL_VERSION], kind="stable")
    return str(newest[columns.MODEL_VERSION].iloc[-1])


def decision_key(month: str, outcomes: pd.DataFrame, drift: Mapping[str, Any], params: MonitoringParams) -> str:
    """Twelve digits that name a decision: equal for equal month, versions, answers, truth, drift and parameters."""
    rows = confirmed_in(outcomes, month)
    asked = params.model_dump(mode="json", exclude={"month", "catch_up_months", "alarms"})
    sink = orjson.dumps([month, fingerprint_frame(rows), drift, asked], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(sink).hexdigest()[:12]


def section_of(record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Provenance and figures that a month's decision rests on; empty where nothing was confirmed."""
    sections = record["versions"].get(record["judged_version"], {})
    provenance = deciding_part(sections)
    return provenance, sections.get(provenance, {})


def decide_action(
    record: Mapping[str, Any], earlier: Mapping[str, Mapping[str, Any]], params: MonitoringParams
) -> dict[str, Any]:
    """What a month calls for, and every reason in Spanish and English.

    Args:
        record: of the month: `month`, `key`, `judged_version`, `versions` and `drift`.
        earlier: records of earlier months with their decisions.
        params: cut-offs.

    Returns:
        `month`, `key`, `model_version`, `provenance` (whose cases decided), `labels`, `action`, `reasons`, `reason`
        (these in English, as one line) and, where it was measured, `macro_f1`.
    """
    provenance, section = section_of(record)
    labels = int(section.get("cases_of_known_category", 0))
    drift = list(_drift_reasons(record["drift"]))
    if labels < params.cut_offs.minimum_labels:
        few = reason_of("too_few_labels", labels=labels, minimum=params.cut_offs.minimum_labels)
        action, reasons = Action.NOT_ENOUGH_LABELS, [few, *drift]
    else:
        action, reasons = _judged(record, section, earlier, params.cut_offs, drift)
    macro_f1 = figure_of(section, "category.macro_f1")
    return {
        "month": record["month"],
        "key": record["key"],
        "model_version": record["judged_version"],
        "provenance": provenance,
        "labels": labels,
        "action": action.value,
        **({"macro_f1": macro_f1["value"]} if macro_f1 else {}),
        "reason": "; ".join(str(reason["en"]) for reason in reasons),
        "reasons": reasons,
    }


def _judged(
    record: Mapping[str, Any],
    section: Mapping[str, Any],
    earlier: Mapping[str, Mapping[str, Any]],
    cut_offs: CutOffs,
    drift: Sequence[Reason],
) -> tuple[Action, list[Reason]]:
    crossed = [found for name, limit in cut_offs.figures.items() if (found := _crossed(name, section, limit))]
    inputs_changed = any(row["drifted"] for row in record["drift"].get("inputs", {}).values())
    # Where the patients have changed, an older version would meet them no better.
    before = None if inputs_changed else _version_before(record, section, earlier, cut_offs)
    beyond = [reason for _, reason in crossed]
    if before is not None:
        return Action.ROLLBACK, [before, *beyond, *drift]
    if any(action is Action.RETRAIN for action, _ in crossed):
        return Action.RETRAIN, [*beyond, *drift]
    if beyond or drift:
        return Action.WATCH, [*beyond, *drift]
    return Action.OK, [_all_well(record["drift"])]


def _all_well(drift: Mapping[str, Any]) -> Reason:
    if drift.get("tested"):
        return reason_of("within_limits")
    counts = {name: drift.get(name, 0) for name in ("cases", "reference_cases")}
    return reason_of("within_limits_untested", **counts)


def _crossed(name: str, section: Mapping[str, Any], limit: MetricCutOff) -> tuple[Action, Reason] | None:
    """The alarm of one figure, if its interval's better end lies beyond a cut-off."""
    figure = figure_of(section, name)
    sign = 1 if limit.better == "higher" else -1
    bound = figure["high" if sign > 0 else "low"] if figure else None
    if figure is None or bound is None:
        return None
    for action, cut in ((Action.RETRAIN, limit.retrain), (Action.WATCH, limit.watch)):
        if cut is not None and sign * bound < sign * cut:
            code = f"{'below' if sign > 0 else 'above'}_{action.value}"
            return action, reason_of(code, figure=name, cut_off=cut, **figure)
    return None


def _version_before(
    record: Mapping[str, Any],
    section: Mapping[str, Any],
    earlier: Mapping[str, Mapping[str, Any]],
    cut_offs: CutOffs,
) -> Reason | None:
    """Why the version before this one should be served again: it was better, intervals apart, not long ago."""
    version, months = record["judged_version"], sorted(each for each in earlier if each < record["month"])
    own = [each for each in months if earlier[each]["judged_version"] == version]
    other = [each for each in months if earlier[each]["judged_version"] not in {version, None}]
    now = figure_of(section, cut_offs.rollback_figure)
    if not other or len(own) >= cut_offs.rollback_within_months or now is None:
        return None
    then = figure_of(section_of(earlier[other[-1]])[1], cut_offs.rollback_figure)
    if then is None or then["low"] <= now["high"]:
        return None
    return reason_of(
        "worse_than_version_before",
        figure=cut_offs.rollback_figure,
        **now,
        version_before=earlier[other[-1]]["judged_version"],
        month_before=other[-1],
        low_before=then["low"],
        high_before=then["high"],
    )


def _drift_reasons(drift: Mapping[str, Any]) -> Iterator[Reason]:
    for part in ("inputs", "answers"):
        rows = drift.get(part, {})
        found = {name: row for name, row in rows.items() if row["drifted"]}
        if found:
            largest = max(found, key=lambda name: (found[name]["effect"], name))
            effect = found[largest]["effect"]
            yield reason_of(f"{part}_drifted", count=len(found), tested=len(rows), largest=largest, effect=effect)
