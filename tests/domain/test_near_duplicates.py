from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames import patients
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.domain.near_duplicates import (
    FEWEST_SHARED,
    LIKENESS,
    find_near_duplicates,
    near_duplicate_pairs,
)

SIGNS = [f"HP:{number:07d}" for number in range(1, 13)]
MORNING = "2024-03-01T09:10:00Z"


def person(patient: str, observed: list[str], **other: Any) -> dict[str, Any]:
    plain = {
        columns.CASE_ID: f"case-{patient}",
        columns.PATIENT_ID: patient,
        columns.PROVENANCE: "hospital",
        columns.SEX: "female",
        columns.AGE_DAYS: 3_700.0,
        columns.ENCOUNTER_AT: None,
        columns.OBSERVED_TERMS: observed,
        columns.EXCLUDED_TERMS: [],
        columns.CHIEF_COMPLAINT: None,
        columns.CONSCIOUSNESS: None,
        columns.SYMPTOM_DURATION_DAYS: None,
        **dict.fromkeys(columns.VITAL_SIGNS),
    }
    return plain | other


def table(*entries: dict[str, Any]) -> pd.DataFrame:
    numbers = [columns.AGE_DAYS, columns.SYMPTOM_DURATION_DAYS, *columns.VITAL_SIGNS]
    words = [columns.CHIEF_COMPLAINT, columns.CONSCIOUSNESS]
    frame = pd.DataFrame(list(entries)).astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(words, "str"))
    return frame.assign(**{columns.ENCOUNTER_AT: pd.to_datetime(frame[columns.ENCOUNTER_AT], utc=True)})


def likely_persons(cases: pd.DataFrame) -> "pd.Series[str]":
    persons = require_shape(find_near_duplicates(cases).persons, patients.LIKELY_PERSONS)
    assert persons[columns.CASE_ID].tolist() == cases[columns.CASE_ID].tolist()
    return persons[columns.LIKELY_PERSON]


def note_near_duplicates(cases: pd.DataFrame) -> pd.DataFrame:
    return find_near_duplicates(cases).found


def pairs(cases: pd.DataFrame) -> list[tuple[int, int]]:
    first, later, crowded = near_duplicate_pairs(cases)
    assert not len(crowded)
    return list(zip(first.tolist(), later.tolist(), strict=True))


def test_one_patient_under_two_ids_is_noted_and_is_one_person() -> None:
    cases = table(
        person("PSN-b", SIGNS[:9]),
        person("PSN-z", SIGNS[3:]),
        person("PSN-a", SIGNS[:9][:-1], **{columns.AGE_DAYS: 3_720.0}),  # 8 of 9 shared, as old in whole years
    )
    found = require_shape(note_near_duplicates(cases), patients.LEDGER)
    assert found[[columns.CASE_ID, columns.REASON, columns.ACTION]].to_numpy().tolist() == [
        ["case-PSN-a", "PATIENT_NEAR_DUPLICATE", "note"]
    ]
    assert likely_persons(cases).tolist() == ["PSN-a", "PSN-z", "PSN-a"]


def test_readings_complaint_and_arrival_are_findings_too() -> None:
    visit = {
        columns.ENCOUNTER_AT: MORNING,
        columns.HEART_RATE_BPM: 112.0,
        columns.TEMPERATURE_C: 38.4,
        columns.SYSTOLIC_MMHG: 104.0,
        columns.DIASTOLIC_MMHG: 61.0,
        columns.CHIEF_COMPLAINT: "other",
    }
    cases = table(person("PSN-a", SIGNS[:2], **visit), person("PSN-b", SIGNS[:2], **visit))
    assert pairs(cases) == [(0, 1)]
    later = visit | {columns.ENCOUNTER_AT: "2024-03-02T09:10:00Z", columns.HEART_RATE_BPM: 80.0}
    assert pairs(table(person("PSN-a", SIGNS[:2], **visit), person("PSN-b", SIGNS[:2], **later))) == []


def test_a_visit_under_two_ids_is_noted_and_a_return_is_not() -> None:
    first = person("PSN-a", SIGNS[:8], **{columns.ENCOUNTER_AT: MORNING})
    again = first | {columns.CASE_ID: "again", columns.ENCOUNTER_AT: "2024-03-01T09:40:00Z"}
    back = first | {columns.CASE_ID: "back", columns.ENCOUNTER_AT: "2024-03-01T18:00:00Z"}
    found = note_near_duplicates(table(first, again, back))
    assert found[[columns.CASE_ID, columns.REASON]].to_numpy().tolist() == [["again", "VISIT_NEAR_DUPLICATE"]]


def test_others_of_the_same_signs_are_others() -> None:
    one = person("PSN-a", SIGNS[:9])
    for other in (
        {columns.SEX: "male"},
        {columns.AGE_DAYS: 5_000.0},
        {columns.PROVENANCE: "published"},
        {columns.EXCLUDED_TERMS: SIGNS[9:]},  # 9 of 12 findings shared
    ):
        assert pairs(table(one, person("PSN-b", SIGNS[:9], **other))) == []
    for unknown in ({columns.SEX: "unknown"}, {columns.AGE_DAYS: None}):
        assert pairs(table(one | unknown, person("PSN-b", SIGNS[:9], **unknown))) == []
    few = SIGNS[: FEWEST_SHARED - 1]
    assert pairs(table(person("PSN-a", few), person("PSN-b", few))) == []


def test_no_cases_have_no_duplicates() -> None:
    nobody = table(person("PSN-a", SIGNS)).iloc[:0]
    assert note_near_duplicates(nobody).empty
    assert likely_persons(nobody).empty


def test_a_thousand_copies_are_one_person() -> None:
    cases = table(*(person(f"PSN-{number:04d}", SIGNS) for number in range(1_000)))
    assert set(likely_persons(cases)) == {"PSN-0000"}
    assert len(note_near_duplicates(cases)) == 999


def test_cases_of_which_too_many_are_alike_are_said_to_be_so() -> None:
    # All share twelve signs, and each has two readings of its own: every key of three elements is of a crowd.
    crowd = [
        person(f"PSN-{n:03d}", SIGNS, **{columns.HEART_RATE_BPM: 60.0 + n, columns.SYSTOLIC_MMHG: 100.0 + n})
        for n in range(60)
    ]
    alone = person("PSN-x", SIGNS, **{columns.AGE_DAYS: 30_000.0})
    reasons = note_near_duplicates(table(*crowd, alone)).groupby(columns.REASON)[columns.CASE_ID].agg(set)
    assert reasons["NEAR_DUPLICATES_CROWDED"] == {each[columns.CASE_ID] for each in crowd}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SIGNS), unique=True, min_size=4), min_size=1, max_size=12), st.randoms())
def test_pairs_are_those_of_comparing_all_with_all_in_any_order(lists: list[list[str]], random: Any) -> None:
    people = [person(f"PSN-{number:02d}", terms) for number, terms in enumerate(lists)]
    shared = np.array([[len({*one} & {*two}) for two in lists] for one in lists])
    united = np.array([[len({*one} | {*two}) for two in lists] for one in lists])
    alike = np.triu((shared >= FEWEST_SHARED) & (shared >= LIKENESS * united - 1e-9), k=1)
    assert pairs(table(*people)) == [(int(one), int(two)) for one, two in np.argwhere(alike)]
    shuffled = random.sample(people, len(people))
    named = dict(zip((each[columns.CASE_ID] for each in people), likely_persons(table(*people)), strict=True))
    again = dict(zip((each[columns.CASE_ID] for each in shuffled), likely_persons(table(*shuffled)), strict=True))
    assert named == again
