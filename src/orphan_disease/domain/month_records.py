"""The record of each month that a run looks at: labels, figures, drift and the decision, oldest month first.

A record is a function of the stored answers, the truth, the references, the parameters and the records of earlier
months: the same data give the same record, whenever and however often they are judged.
"""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.monitoring import MonitoringParams
from orphan_disease.domain import drift, monitoring
from orphan_disease.domain.label_counts import count_labels
from orphan_disease.domain.monitoring_page import build_monitoring_page
from orphan_disease.domain.month_figures import CATEGORY, DIFFERENTIAL, ORPHAN, deciding_part, measure_month
from orphan_disease.domain.month_outcomes import ARRIVED_AT, NO_MONTH, months_of, months_to_judge
from orphan_disease.domain.ontology import Ontology

__all__ = [
    "build_pages",
    "decide_months",
    "describe_outcomes",
    "headline_of",
    "measure_drift_of_months",
    "measure_months",
]

MONTH: Final = "month"
PARTS: Final = (CATEGORY, ORPHAN, DIFFERENTIAL)
Records = dict[str, dict[str, Any]]


def measure_months(
    outcomes: pd.DataFrame, typed_truth: pd.DataFrame, quarantine: pd.DataFrame, params: MonitoringParams
) -> Records:
    """Month -> `month`, `judged_version`, `labels` and `versions` (see `domain.month_figures.measure_month`)."""
    chosen = months_to_judge(
        outcomes,
        params.month,
        minimum_labels=params.cut_offs.minimum_labels,
        at_most=params.catch_up_months,
    )
    return {
        month: {
            "month": month,
            "judged_version": monitoring.judged_version(outcomes, month),
            "labels": count_labels(outcomes, typed_truth, quarantine, month),
            "versions": measure_month(outcomes, month, params.measurement, params.subgroups),
        }
        for month in chosen
    }


def describe_outcomes(outcomes: pd.DataFrame, answered_cases: pd.DataFrame, ontology: Ontology) -> pd.DataFrame:
    """What drift looks at of every answer, with its month of arrival, version and provenance."""
    cases = answered_cases.drop_duplicates(columns.CASE_ID, keep="last")
    described = drift.describe_cases(cases[cases[columns.CASE_ID].isin(outcomes[columns.CASE_ID])], ontology)
    whose = outcomes[[columns.MODEL_VERSION, columns.PROVENANCE]].assign(**{MONTH: months_of(outcomes[ARRIVED_AT])})
    answers = pd.concat([drift.describe_answers(outcomes), whose], axis=1)
    return answers.merge(described, on=columns.CASE_ID, how="left", validate="many_to_one")


def measure_drift_of_months(
    figures: Records, described: pd.DataFrame, references: pd.DataFrame, params: MonitoringParams
) -> Records:
    """Month -> drift of the judged version's cases and answers against its own reference, of the same provenance."""
    found: Records = {}
    for month, record in figures.items():
        version = record["judged_version"]
        provenance = deciding_part(record["versions"].get(version, {}))
        own, reference = (
            table[(table[columns.MODEL_VERSION] == version) & (table[columns.PROVENANCE] == provenance)]
            for table in (described, references)
        )
        found[month] = drift.measure_drift(reference, own[own[MONTH] == month], params.drift)
    return found


def decide_months(
    figures: Records,
    drift_of_months: Records,
    outcomes: pd.DataFrame,
    earlier: Mapping[str, dict[str, Any]],
    params: MonitoringParams,
) -> tuple[Records, Records, dict[str, Any]]:
    """The whole record of each month, each decision by its month and key, and the newest decision.

    Args:
        figures: see `measure_months`.
        drift_of_months: see `measure_drift_of_months`.
        outcomes: see `domain.month_outcomes.join_outcomes`.
        earlier: records that earlier runs have stored; only months before the judged one are read.
        params: cut-offs.
    """
    records: Records = {}
    for month, measured in figures.items():
        drifted = drift_of_months[month]
        key = monitoring.decision_key(month, outcomes, drifted, params)
        record = {**measured, "key": key, "drift": drifted}
        known = _before({**earlier, **records}, month)
        records[month] = {**record, "decision": monitoring.decide_action(record, known, params)}
    decisions = {f"{month}_{record['key']}": record["decision"] for month, record in records.items()}
    return records, decisions, newest_of(records, params)["decision"]


def newest_of(records: Mapping[str, dict[str, Any]], params: MonitoringParams) -> dict[str, Any]:
    """The newest month's record; an empty one where no diagnosis is dated at all."""
    if records:
        return records[max(records)]
    nothing: dict[str, Any] = {
        "month": NO_MONTH,
        "key": NO_MONTH,
        "judged_version": None,
        "labels": {},
        "versions": {},
        "drift": {},
    }
    return {**nothing, "decision": monitoring.decide_action(nothing, {}, params)}


def build_pages(
    records: Records,
    earlier: Mapping[str, dict[str, Any]],
    labels: Mapping[str, Mapping[str, str]],
    params: MonitoringParams,
) -> tuple[dict[str, str], str]:
    """The page of each month that was judged, and the newest.

    Args:
        records: of the months that were judged.
        earlier: records that earlier runs have stored.
        labels: category -> language -> name.
        params: cut-offs and depths.
    """
    whole = {**earlier, **records}
    pages = {
        month: build_monitoring_page(record, _before(whole, month), labels, params) for month, record in records.items()
    }
    if pages:
        return pages, pages[max(pages)]
    return pages, build_monitoring_page(newest_of(records, params), {}, labels, params)


def headline_of(records: Mapping[str, dict[str, Any]], params: MonitoringParams) -> dict[str, Any]:
    """The newest month's figures under names that stay the same from month to month, for trackers and dashboards.

    Returns:
        `month`, `model_version`, `provenance`, `action`, `is_alarm`, `labels`, `label_coverage`, `drifted_properties`
        and `figures`: part -> figure -> value, low, high.
    """
    record = newest_of(records, params)
    provenance, section = monitoring.section_of(record)
    decision, drifted = record["decision"], record["drift"]
    rows = [row for part in ("inputs", "answers") for row in drifted.get(part, {}).values()]
    return {
        "month": record["month"],
        "model_version": str(record["judged_version"]),
        "provenance": provenance,
        "action": decision["action"],
        "is_alarm": int(decision["action"] in set(monitoring.ALARMS)),
        "labels": decision["labels"],
        "label_coverage": record["labels"].get("label_coverage"),
        "drifted_properties": sum(bool(row["drifted"]) for row in rows),
        "figures": {part: section[part] for part in PARTS if part in section},
    }


def _before(records: Mapping[str, dict[str, Any]], month: str) -> dict[str, dict[str, Any]]:
    return {name: record for name, record in records.items() if name < month}
