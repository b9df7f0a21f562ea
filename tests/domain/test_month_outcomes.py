"""Stored answers beside the truth that stands."""

import pandas as pd
import pytest

from orphan_disease.domain.label_counts import count_labels
from orphan_disease.domain.month_outcomes import join_outcomes, last_month, months_to_judge
from orphan_disease.domain.truth import type_truth
from tests.domain import month_world as world


@pytest.fixture
def outcomes() -> pd.DataFrame:
    typed, _ = world.typed_truth()
    return join_outcomes(world.predictions(), world.people(), typed, world.disorders(), world.BANDS)


def test_every_version_that_answered_a_case_meets_the_diagnosis_that_stands(outcomes: pd.DataFrame) -> None:
    found = outcomes.set_index(["case_id", "model_version"])
    assert found["category_actual"].dropna().to_dict() == {
        ("V1", "m1"): "a",
        ("V2", "m1"): "b",
        ("V3", "m1"): "a",
        ("V3", "m2"): "a",
    }
    assert found["is_orphan"].to_dict() == {
        ("V1", "m1"): True,
        ("V2", "m1"): True,
        ("V3", "m1"): True,
        ("V3", "m2"): True,
        ("V4", "m1"): False,
    }
    assert found.index[found["is_latest"]].tolist() == [("V1", "m1"), ("V2", "m1"), ("V3", "m2"), ("V4", "m1")]
    assert found["group"].to_list() == ["OMIM:1", "ORPHA:2", "OMIM:1", "OMIM:1", "case V4"]
    assert set(found["provenance"]) == {"hospital"}


def test_the_rank_is_the_place_of_the_disorder_by_any_of_its_ids(outcomes: pd.DataFrame) -> None:
    ranks = outcomes.set_index(["case_id", "model_version"])["rank"]
    # V2's disorder is listed under another preferred id; m1's list for V3 does not hold it; V4 has no orphan disease.
    assert ranks.to_list() == [1.0, 2.0, 0.0, 1.0, 0.0]


def test_answers_without_a_differential_have_no_rank() -> None:
    typed, _ = world.typed_truth()
    flat = world.predictions().drop(columns="differential")
    assert join_outcomes(flat, world.people(), typed, world.disorders(), world.BANDS)["rank"].isna().all()


def test_sex_age_and_visit_come_from_the_answered_cases(outcomes: pd.DataFrame) -> None:
    found = outcomes.drop_duplicates("case_id").set_index("case_id")
    assert found["sex"].to_dict() == {"V1": "female", "V2": "male", "V3": "female", "V4": "unknown"}
    assert found["age_band"].to_dict() == {"V1": "0-17", "V2": "18+", "V3": "unknown", "V4": "unknown"}
    assert found["arrived_at"].dt.strftime("%Y-%m").to_list() == ["2024-12", "2026-01", "2026-01", "2026-01"]


def test_months_without_a_gap_up_to_the_last_with_enough_labels(outcomes: pd.DataFrame) -> None:
    assert months_to_judge(outcomes, None, minimum_labels=2, at_most=5) == ["2026-02", "2026-03"]
    assert months_to_judge(outcomes, None, minimum_labels=2, at_most=1) == ["2026-03"]
    assert months_to_judge(outcomes, "2020-01", minimum_labels=2, at_most=1) == ["2020-01"]
    assert months_to_judge(outcomes.iloc[:0], None, minimum_labels=2, at_most=5) == []


def test_no_date_is_no_month() -> None:
    undated = pd.DataFrame(
        {"confirmed_at": pd.to_datetime([None], utc=True), "is_orphan": True, "category_actual": "a"}
    )
    assert last_month(undated) == "none"


def test_what_was_wrong_with_the_truth_is_counted_in_its_month(outcomes: pd.DataFrame) -> None:
    typed, quarantine = world.typed_truth()
    february, march, april = (
        count_labels(outcomes, typed, quarantine, month) for month in ("2026-02", "2026-03", "2026-04")
    )
    assert (february["truth_rows"], february["revised"], february["answered_cases_confirmed"]) == (2, 1, 1)
    assert february["late"] == 1  # V1 came in December 2024
    states = {name: march[name] for name in ("truth_rows", "current", "revised", "duplicate", "conflicting")}
    assert states == {"truth_rows": 5, "current": 3, "revised": 0, "duplicate": 1, "conflicting": 1}
    assert (april["truth_rows"], april["orphaned"]) == (1, 1)
    assert march["unusable_rows_of_the_file"] == {"DIAGNOSIS_UNREADABLE": 1}


def test_label_coverage_stands_as_it_did_at_the_months_end(outcomes: pd.DataFrame) -> None:
    typed, quarantine = world.typed_truth()
    january, february, march = (
        count_labels(outcomes, typed, quarantine, month) for month in ("2026-01", "2026-02", "2026-03")
    )
    assert (january["cases_of_the_month"], january["label_coverage_of_the_month"]) == (3, 0.0)
    assert (february["cases_so_far"], february["label_coverage"]) == (4, 0.25)
    assert march["label_coverage"] == 1.0
    assert march["label_coverage_of_the_month"] is None  # nobody came in March


def test_a_history_meets_the_latest_diagnosis_of_its_patient() -> None:
    rows = [("SIM-000001", "V8", "NONE", "2026-01-01"), ("SIM-000001", "V9", "ORPHA:2", "2026-03-01")]
    names = ["patient_id", "encounter_id", "diagnosis_id", "confirmed_at"]
    typed, _ = type_truth(pd.DataFrame(rows, columns=names).assign(category="", simulated="yes"))
    history = world.predictions().iloc[:1].assign(case_id="HIS-1", patient_id="SIM-000001")
    found = join_outcomes(history, world.people(), typed, world.disorders(), world.BANDS)
    assert found["category_actual"].to_list() == ["b"]
    assert found["confirmed_at"].dt.strftime("%Y-%m").to_list() == ["2026-03"]
