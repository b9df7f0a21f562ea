"""What a month calls for: whole intervals beyond a cut-off, enough labels, no version blamed for its patients."""

from typing import Any

import pytest

from orphan_disease.contracts.parameters.monitoring import MetricCutOff, MonitoringParams, SubgroupParams
from orphan_disease.domain.monitoring import decide_action
from orphan_disease.domain.month_outcomes import join_outcomes
from orphan_disease.domain.month_records import build_pages, decide_months, headline_of, measure_months
from tests.domain import month_world as world

PARAMS = world.monitoring_params()
SAME: dict[str, Any] = {"tested": True, "drifted": False, "inputs": {"sex": {"drifted": False, "effect": 0.0}}}
CHANGED: dict[str, Any] = {"tested": True, "drifted": True, "inputs": {"sex": {"drifted": True, "effect": 0.4}}}


def record(
    low: float, high: float, *, labels: int = 9, month: str = "2026-03", version: str = "m1", drift: Any = None
) -> dict[str, Any]:
    figure = {"value": (low + high) / 2, "low": low, "high": high}
    section = {"cases_of_known_category": labels, "category": {"macro_f1": figure}}
    versions = {version: {"hospital": section}}
    return {"month": month, "key": "k", "judged_version": version, "versions": versions, "drift": drift or SAME}


def action(judged: dict[str, Any], earlier: dict[str, Any] | None = None, params: MonitoringParams = PARAMS) -> str:
    return str(decide_action(judged, earlier or {}, params)["action"])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.1, 0.81, "ok"),  # the value is far below both cut-offs, the interval is not
        (0.1, 0.79, "watch"),
        (0.1, 0.50, "watch"),
        (0.1, 0.49, "retrain"),
        (0.9, 0.95, "ok"),
    ],
)
def test_the_whole_interval_must_lie_beyond(low: float, high: float, expected: str) -> None:
    assert action(record(low, high)) == expected


def test_where_less_is_better_the_lower_end_decides() -> None:
    cut_offs = {
        "minimum_labels": 2,
        "figures": {"category.macro_f1": {"better": "lower", "watch": 0.2, "retrain": 0.3}},
    }
    params = world.monitoring_params(cut_offs=cut_offs)
    assert [action(record(low, 0.9), params=params) for low in (0.19, 0.25, 0.31)] == ["ok", "watch", "retrain"]


def test_too_few_labels_decide_nothing_and_drift_is_told_all_the_same() -> None:
    decision = decide_action(record(0.1, 0.2, labels=1, drift=CHANGED), {}, PARAMS)
    assert decision["action"] == "not_enough_labels"
    assert [reason["code"] for reason in decision["reasons"]] == ["too_few_labels", "inputs_drifted"]


def test_drift_alone_calls_for_a_look() -> None:
    assert action(record(0.9, 1.0, drift=CHANGED)) == "watch"


def test_a_new_version_that_is_worse_on_the_same_patients_is_rolled_back() -> None:
    before = {"2026-02": record(0.85, 0.95, month="2026-02", version="m0")}
    assert action(record(0.3, 0.6), before) == "rollback"
    assert action(record(0.3, 0.9), before) == "ok"  # the intervals meet
    assert action(record(0.3, 0.49, drift=CHANGED), before) == "retrain"  # the patients have changed, for any version


def test_a_version_that_has_served_for_long_is_not_rolled_back() -> None:
    old = {"2025-11": record(0.85, 0.95, month="2025-11", version="m0")}
    own = {month: record(0.85, 0.95, month=month) for month in ("2025-12", "2026-01", "2026-02")}
    assert action(record(0.3, 0.49), old | own) == "retrain"


def test_reasons_are_told_in_both_languages_with_their_numbers() -> None:
    reason = decide_action(record(0.1, 0.4), {}, PARAMS)["reasons"][0]
    assert reason["cut_off"] == 0.5
    assert "0.100 to 0.400" in reason["en"]
    assert "0.100 a 0.400" in reason["es"]


def test_real_cases_decide_where_there_are_any() -> None:
    judged = record(0.1, 0.2)
    simulated = record(0.9, 1.0, labels=500)["versions"]["m1"]["hospital"]
    judged["versions"]["m1"]["simulated"] = simulated
    decision = decide_action(judged, {}, PARAMS)
    assert (decision["provenance"], decision["action"]) == ("hospital", "retrain")


def test_parameters_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match=r"retrain \(0.6\) must not be above watch \(0.5\)"):
        MetricCutOff(watch=0.5, retrain=0.6)
    with pytest.raises(ValueError, match="must not be below watch"):
        MetricCutOff(better="lower", watch=0.5, retrain=0.4)
    with pytest.raises(ValueError, match="rising bounds from 0"):
        SubgroupParams(age_bands_from_years=(2.0, 1.0), differential_depths=(1,))


@pytest.fixture(scope="module")
def judged() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    typed, quarantine = world.typed_truth()
    outcomes = join_outcomes(world.predictions(), world.people(), typed, world.disorders(), world.BANDS)
    figures = measure_months(outcomes, typed, quarantine, PARAMS)
    drift = {month: {"cases": 0, "reference_cases": 0, "tested": False, "drifted": False} for month in figures}
    return decide_months(figures, drift, outcomes, {}, PARAMS)


def test_months_are_judged_in_order_by_the_version_that_answered_last(judged: Any) -> None:
    records, decisions, newest = judged
    assert list(records) == ["2026-02", "2026-03"]
    assert [each["judged_version"] for each in records.values()] == ["m1", "m2"]
    assert sorted(decisions) == [f"{month}_{each['key']}" for month, each in records.items()]
    assert newest == records["2026-03"]["decision"]
    march = records["2026-03"]["versions"]
    assert march["m1"]["hospital"]["category"]["accuracy"]["value"] == 0.5  # V2 right, V3 wrong
    assert march["m1"]["hospital"]["differential"]["top_1"]["value"] == 0.0
    assert march["m1"]["hospital"]["differential"]["top_3"]["value"] == 0.5
    assert march["m2"]["hospital"]["cases"] == 1
    assert march["m1"]["hospital"]["by_sex"]["female"]["cases"] == 1


def test_the_key_follows_what_was_answered_and_found(judged: Any) -> None:
    typed, quarantine = world.typed_truth()
    keys = []
    for shift in (0.0, 0.0, 0.01):
        given = world.predictions().assign(orphan_probability=lambda rows, by=shift: rows["orphan_probability"] + by)
        outcomes = join_outcomes(given, world.people(), typed, world.disorders(), world.BANDS)
        figures = measure_months(outcomes, typed, quarantine, PARAMS)
        _, _, newest = decide_months(figures, {month: {} for month in figures}, outcomes, {}, PARAMS)
        keys.append(newest["key"])
    assert keys[0] == keys[1] != keys[2]


def test_the_page_says_it_in_both_languages_and_needs_nothing_else(judged: Any) -> None:
    records, _, _ = judged
    pages, newest = build_pages(records, {}, {"a": {"es": "uno", "en": "one"}}, PARAMS)
    assert sorted(pages) == ["2026-02", "2026-03"]
    assert newest == pages["2026-03"]
    assert "Faltan diagnósticos confirmados" in newest
    assert "Not enough confirmed diagnoses" in newest
    assert [link for link in ("src=", "href=", "@import", "url(") if link in newest] == []
    assert "<b>" not in build_pages(records, {}, {"a": {"es": "<b>", "en": "<b>"}}, PARAMS)[1]


def test_no_dated_diagnosis_is_said_not_raised() -> None:
    records, decisions, newest = decide_months({}, {}, world.predictions(), {}, PARAMS)
    assert (records, decisions) == ({}, {})
    assert (newest["month"], newest["action"], newest["labels"]) == ("none", "not_enough_labels", 0)
    assert "none" in build_pages({}, {}, {}, PARAMS)[1]
    assert headline_of({}, PARAMS)["is_alarm"] == 0
