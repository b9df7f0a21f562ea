"""Gates: a figure at its cut-off passes, one beyond it fails, what was not measured fails, too few are not judged."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.gates import GateParams
from orphan_disease.domain.gates import check_gates
from orphan_disease.domain.subgroups import measure_subgroups
from orphan_disease.domain.validation_report import build_validation_report

PARAMS = GateParams(
    macro_f1_low=0.7, category_recall=0.6, calibration_error=0.05, coverage=0.85, processor_median_ms=15.0,
    processor_p99_ms=50.0, memory_megabytes=1000.0, subgroup_margin=0.1, subgroup_minimum_cases=2,
    age_band_years=(18.0,), orphan_threshold=0.2, use_case_orphan=0.9, use_case_common=0.9, use_case_category=0.9,
    use_case_top=10, use_case_disorder=0.8, invariance_tolerance=0.0, direction_share=0.9, direction_signs=2,
)  # fmt: skip


def figure(value: float, low: float = 0.0) -> dict[str, float]:
    return {"value": value, "low": low, "high": 1.0}


def category(**changed: Any) -> dict[str, Any]:
    return {
        "macro_f1": figure(0.8, 0.7),
        "recall_a": figure(0.6),
        "recall_b": figure(0.9),
        "calibration_error": figure(0.05),
        "coverage": figure(0.85),
        **changed,
    }


def gates(
    by_provenance: dict[str, Any] | None = None,
    *,
    subgroups: dict[str, Any] | None = None,
    change: float = 0.0,
    met: int = 8,
    **costs: float,
) -> dict[str, Any]:
    counted = {name: {"met": met, "asked": 10, "missed": ["x"]} for name in ("orphan", "common", "category")}
    use_cases = {"pack": "p", "provenance": "constructed", **counted, "disorder": {"met": 8, "asked": 10, "missed": []}}
    if met == 8:
        for name in counted:
            use_cases[name] = {"met": 9, "asked": 10, "missed": ["x"]}
    return check_gates(
        model_version="m1",
        metrics={"test_disorders": by_provenance or {"simulated": {"cases": 90, "category": category()}}},
        subgroups=subgroups
        or {"simulated": {"overall": {"macro_f1": 0.8}, "subgroups": [group("sex female", 0.7), group("old", None)]}},
        behaviour={
            "use_cases": use_cases,
            "invariances": {"order": {"cases": 10.0, "largest_change": change}},
            "directions": {"added": 20, "not_lowered": 0.9, "most_places_lost": 1.0},
        },
        costs={
            "cases": 10, "processor_median_ms": 15.0, "processor_p99_ms": 50.0, "memory_megabytes": 900.0,
            "elapsed_median_ms": 20.0, "elapsed_p99_ms": 60.0, **costs,
        },
        params=PARAMS,
    )  # fmt: skip


def group(name: str, value: float | None) -> dict[str, Any]:
    return {"name": name, "cases": 30, "fewest": 5, "macro_f1": value}


def failed(results: dict[str, Any]) -> list[str]:
    return [check["name"] for check in results["checks"] if check["status"] == "failed"]


def test_figures_at_their_cut_offs_pass() -> None:
    results = gates()
    assert (results["passed"], failed(results)) == (True, [])
    assert results["macro_f1"] == {"value": 0.8, "low": 0.7, "high": 1.0, "provenance": "simulated"}
    old = next(check for check in results["checks"] if check["name"] == "old")
    assert (old["status"], old["figure"]) == ("not_applicable", None)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"macro_f1": figure(0.9, 0.69)}, "macro_f1_low"),
        ({"recall_b": figure(0.59)}, "recall_b"),
        ({"calibration_error": figure(0.051)}, "calibration_error"),
        ({"coverage": figure(0.84)}, "coverage"),
    ],
)
def test_a_figure_beyond_its_cut_off_fails_alone(changed: dict[str, Any], name: str) -> None:
    results = gates({"simulated": {"cases": 90, "category": category(**changed)}})
    assert (results["passed"], failed(results)) == (False, [name])


@pytest.mark.parametrize("name", ["processor_median_ms", "processor_p99_ms", "memory_megabytes"])
def test_costs_beyond_their_cut_offs_fail(name: str) -> None:
    assert failed(gates(**{name: 1e9})) == [name]


def test_what_moves_an_answer_without_a_meaning_fails() -> None:
    assert failed(gates(change=1e-12)) == ["unmoved_by_order"]


def test_too_few_expectations_met_fail() -> None:
    assert failed(gates(met=7)) == ["use_case_orphan", "use_case_common", "use_case_category"]


def test_a_subgroup_far_below_the_whole_fails() -> None:
    found = {"simulated": {"overall": {"macro_f1": 0.8}, "subgroups": [group("sex female", 0.69)]}}
    assert failed(gates(subgroups=found)) == ["sex female"]


def test_what_was_not_measured_fails() -> None:
    few = {"simulated": {"cases": 4}}
    assert set(failed(gates(few))) == {"macro_f1_low", "recall", "calibration_error", "coverage"}
    assert failed(gates(subgroups={"hospital": {}})) == ["subgroups"]


def test_real_patients_are_judged_where_they_were_measured() -> None:
    both = {
        "simulated": {"cases": 90, "category": category()},
        "hospital": {"cases": 20, "category": category(coverage=figure(0.5))},
    }
    results = gates(both, subgroups={"hospital": {"overall": {"macro_f1": 0.8}, "subgroups": []}})
    assert (results["provenance"], failed(results)) == ("hospital", ["coverage"])


def test_the_report_states_every_check_and_the_machines_last() -> None:
    results = gates(memory_megabytes=2000.0)
    report = build_validation_report(results)
    assert "**The model must not be promoted**" in report
    assert "| memory_megabytes | 2000 | ≤ 1000 | **FAILED** |" in report
    assert "| old | - | ≥ 0.700 | not judged |" in report
    assert [check["name"] for check in results["checks"] if f"| {check['name']} |" not in report] == []
    assert report.rindex("## ") == report.index("## Costs")
    assert "**The model may be promoted**" in build_validation_report(gates())


def test_subgroups_are_measured_apart_where_they_have_enough_cases() -> None:
    """All four women right; of four men, one a is taken for b; of children, too few."""
    people = [("female", 30.0)] * 4 + [("male", 30.0)] * 4 + [("male", 5.0)]
    actual = ["a", "a", "b", "b", "a", "a", "b", "b", "a"]
    shares = [0.9, 0.9, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.9]
    ids = [f"c{number}" for number in range(9)]
    answers = pd.DataFrame(
        {
            "case_id": ids,
            "split": "out_of_fold",
            "provenance": "simulated",
            "is_orphan": True,
            "category_actual": actual,
            "category": "a",
            "prediction_set": [["a"]] * 9,
            "probability_a": shares,
            "probability_b": 1 - np.array(shares),
            "group": ids,
        }
    )
    cases = pd.DataFrame(
        {"case_id": ids, "sex": [sex for sex, _ in people], "age_days": [365.25 * years for _, years in people]}
    )
    (document,) = measure_subgroups(answers, cases, PARAMS).values()
    found = {each["name"]: each["macro_f1"] for each in document["subgroups"]}
    assert found["sex female"] == 1.0
    # men: three a, of which one is taken for b (precision 1, recall 2/3), and two b (precision 2/3, recall 1)
    assert found["sex male"] == pytest.approx(0.8)
    assert found["age 18 years and over"] == pytest.approx((2 * 3 / 7 + 2 * 4 / 9) / 2)
    assert found["age 0 to 18 years"] is None
    assert document["overall"]["cases"] == 9
