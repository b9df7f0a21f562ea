"""Patients who are probably one are found without comparing everyone with everyone, and nobody is merged."""

from itertools import combinations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain.near_duplicates import MINIMUM_FINDINGS, SIMILARITY, note_near_duplicates, probable_patients

FINDINGS = ["A", "B", "C", "D", "E"]


def cases(*rows: tuple[str, str, float | None, list[str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["patient_id", "sex", "age_days", "observed_terms"])
    table["age_days"] = table["age_days"].astype("float64")
    return table.assign(case_id=[f"c{row}" for row in range(len(table))], source_file="f", source_line=1)


def test_one_finding_more_or_less_is_the_same_person() -> None:
    table = cases(("p2", "male", 4000.0, FINDINGS), ("p1", "male", 4010.0, [*FINDINGS, "F"]))
    assert probable_patients(table).tolist() == ["p1", "p1"]
    ledger = note_near_duplicates(table)
    assert ledger["reason"].tolist() == ["PATIENT_PROBABLY_REPEATED"] * 2
    assert ledger["case_id"].tolist() == ["c0", "c1"]
    assert not ledger["detail"].str.contains("p1|4000").any()


def test_what_must_differ_to_be_two_people() -> None:
    table = cases(
        ("p", "male", 4000.0, FINDINGS),
        ("other sex", "female", 4000.0, FINDINGS),
        ("unknown sex", "unknown", 4000.0, FINDINGS),
        ("other age", "male", 8000.0, FINDINGS),
        ("unknown age", "male", None, FINDINGS),
        ("two findings differ", "male", 4000.0, ["A", "B", "C", "X", "Y"]),
        ("few findings", "male", 4000.0, FINDINGS[:4]),
        ("p", "male", 4000.0, FINDINGS),  # another visit of the same patient
    )
    assert probable_patients(table).isna().all()


def test_likeness_is_passed_on() -> None:
    one, two, three = [*FINDINGS, "F"], [*FINDINGS, "F", "G"], [*FINDINGS, "F", "G", "H"]
    table = cases(("c", "male", 1.0, one), ("b", "male", 1.0, two), ("a", "male", 1.0, three), ("d", "male", 1.0, []))
    assert probable_patients(table).fillna("-").tolist() == ["a", "a", "a", "-"]


@given(st.lists(st.sets(st.sampled_from("ABCDEFGHIJ"), min_size=3, max_size=9), min_size=2, max_size=8))
def test_the_filter_loses_no_pair(sets: list[set[str]]) -> None:
    table = cases(*((f"p{row}", "male", 1.0, sorted(own)) for row, own in enumerate(sets)))
    found = probable_patients(table)
    large = [row for row, own in enumerate(sets) if len(own) >= MINIMUM_FINDINGS]
    for one, other in combinations(large, 2):
        if len(sets[one] & sets[other]) / len(sets[one] | sets[other]) >= SIMILARITY:
            assert found[one] == found[other]
    alike = {
        row
        for one, other in combinations(large, 2)
        if len(sets[one] & sets[other]) / len(sets[one] | sets[other]) >= SIMILARITY
        for row in (one, other)
    }
    assert set(found.dropna().index) == alike
