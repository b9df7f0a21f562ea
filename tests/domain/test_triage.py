from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.contracts import columns, triage_form
from orphan_disease.domain.triage import TYPED_TRIAGE_COLUMNS, type_triage

TERMS = {"HP:0001250": "HP:0001250", "HP:0001945": "HP:0001945", "HP:0009999": "HP:0001250"}
LOCAL = {"FIEBRE": "HP:0001945"}

VISIT = {
    triage_form.PATIENT_ID: "SIM-000001",
    triage_form.ENCOUNTER_ID: "E1",
    triage_form.ARRIVAL_AT: "2024-01-01T10:00:00Z",
    triage_form.AGE_VALUE: "6",
    triage_form.AGE_UNIT: "months",
    triage_form.SEX: "F",
    triage_form.TEMPERATURE: "38.5",
    triage_form.TEMPERATURE_UNIT: "C",
    triage_form.HEART_RATE: "120",
    triage_form.SYSTOLIC: "90",
    triage_form.DIASTOLIC: "60",
    triage_form.OXYGEN_SATURATION: "97",
    triage_form.SYMPTOMS: "HP:0001250;no:fiebre",
    triage_form.SIMULATED: "yes",
}


def form(*visits: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([VISIT | visit for visit in visits], dtype="str")


def typed_of(**fields: str) -> tuple[pd.Series, list[list[str]]]:
    typed, ledger = type_triage(form(fields), TERMS, LOCAL)
    found = ledger[[columns.FIELD, columns.REASON, columns.ACTION]].to_numpy().tolist()
    return typed.iloc[0], found


def test_a_plain_visit_is_typed_without_a_finding() -> None:
    visit, found = typed_of()
    assert found == []
    assert visit[columns.CASE_ID] == "E1"
    assert visit[columns.AGE_DAYS] == pytest.approx(182.625)
    assert visit[columns.SEX] == "female"
    assert visit[columns.TEMPERATURE_C] == 38.5
    assert visit[columns.OBSERVED_TERMS] == ["HP:0001250"]
    assert visit[columns.EXCLUDED_TERMS] == ["HP:0001945"]
    assert visit[columns.PROVENANCE] == "simulated"
    assert pd.isna(visit[columns.PAIN_SCORE])


@pytest.mark.parametrize(
    ("reading", "unit", "celsius", "reason"),
    [
        ("101.3", "F", 38.5, None),
        ("311.65", "K", 38.5, None),
        ("38,5", "C", 38.5, None),
        ("38.5 ºC", "ºC", 38.5, None),
        ("101.3", "C", 38.5, "UNIT_MISLABELLED"),
        ("38.5", "F", 38.5, "UNIT_MISLABELLED"),
        ("60", "C", None, "VITAL_OUT_OF_RANGE"),
        ("hot", "C", None, "NOT_A_NUMBER"),
        ("inf", "C", None, "NOT_A_NUMBER"),
    ],
)
def test_a_temperature_is_read_on_its_scale(reading: str, unit: str, celsius: float | None, reason: str | None) -> None:
    visit, found = typed_of(temperature=reading, temperature_unit=unit)
    assert visit[columns.TEMPERATURE_C] == (
        pytest.approx(celsius) if celsius else pytest.approx(float("nan"), nan_ok=True)
    )
    assert [row[1] for row in found] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("field", "written", "column", "value", "reason"),
    [
        ("heart_rate", "820", columns.HEART_RATE_BPM, None, "VITAL_OUT_OF_RANGE"),
        ("heart_rate", "300", columns.HEART_RATE_BPM, 300.0, None),
        ("heart_rate", "88 bpm", columns.HEART_RATE_BPM, 88.0, None),
        ("oxygen_saturation", "0.97", columns.OXYGEN_SATURATION_PCT, 97.0, "UNIT_MISLABELLED"),
        ("systolic", "16", columns.SYSTOLIC_MMHG, 120.009872, "UNIT_MISLABELLED"),
        ("previous_visits", "2.5", columns.PREVIOUS_VISITS, None, "COUNT_OUT_OF_RANGE"),
        ("age_value", "-1", columns.AGE_DAYS, None, "AGE_OUT_OF_RANGE"),
        ("pregnant", "quizá", columns.PREGNANT, None, "VALUE_UNKNOWN"),
        ("arrival_at", "yesterday", columns.ENCOUNTER_AT, None, "TIME_UNREADABLE"),
    ],
)
def test_an_impossible_value_is_set_missing_and_a_wrong_unit_repaired(
    field: str, written: str, column: str, value: float | None, reason: str | None
) -> None:
    visit, found = typed_of(**{field: written})
    if value is None:
        assert pd.isna(visit[column])
    else:
        assert visit[column] == pytest.approx(value)
    assert [row[:2] for row in found] == ([[field, reason]] if reason else [])


def test_swapped_pressures_are_put_right() -> None:
    visit, found = typed_of(systolic="60", diastolic="90")
    assert (visit[columns.SYSTOLIC_MMHG], visit[columns.DIASTOLIC_MMHG]) == (90.0, 60.0)
    assert found == [["systolic", "PRESSURES_SWAPPED", "repair"]]


def test_unknown_codes_are_kept_and_counted_and_old_ids_replaced() -> None:
    visit, found = typed_of(symptoms="HP:0009999; XYZ ;;no:")
    assert visit[columns.OBSERVED_TERMS] == ["HP:0001250"]
    assert visit[columns.UNKNOWN_CODES] == ["XYZ"]
    assert [row[1] for row in found] == ["TERM_REPLACED", "TERM_UNKNOWN"]


def test_a_visit_is_set_aside_only_where_nobody_can_tell_whose_it_is() -> None:
    visits = form(
        {"encounter_id": ""},
        {"encounter_id": "E2", "patient_id": "n/a"},
        {"encounter_id": "E3", "patient_id": "SIM-000001"},
        {"encounter_id": "E3", "patient_id": "SIM-000002"},
        {"encounter_id": "E4", "heart_rate": "many", "arrival_at": "", "sex": "?"},
    )
    typed, ledger = type_triage(visits, TERMS, LOCAL)
    aside = ledger.loc[ledger[columns.ACTION] == "quarantine", [columns.SOURCE_LINE, columns.REASON]]
    assert typed[columns.CASE_ID].tolist() == ["E4"]
    assert aside.to_numpy().tolist() == [
        [2, "ENCOUNTER_ID_MISSING"],
        [3, "PATIENT_ID_MISSING"],
        [4, "ENCOUNTER_ID_AMBIGUOUS"],
        [5, "ENCOUNTER_ID_AMBIGUOUS"],
    ]


def test_copies_are_merged_corrections_win_and_a_visit_under_two_ids_is_one() -> None:
    visits = form(
        {}, {}, {"encounter_id": "E2", "pain": "3"}, {"encounter_id": "E2", "pain": "4"}, {"encounter_id": "E3"}
    )
    typed, ledger = type_triage(visits, TERMS, LOCAL)
    assert typed[columns.CASE_ID].tolist() == ["E1", "E2"]
    assert typed[columns.PAIN_SCORE].tolist()[1] == 4.0
    assert ledger[[columns.SOURCE_LINE, columns.REASON]].to_numpy().tolist() == [
        [2, "ROW_DUPLICATED"],
        [4, "ROW_CONFLICTING"],
        [6, "VISIT_DUPLICATED"],
    ]


def test_an_identifier_that_is_no_pseudonym_leaves_no_trace() -> None:
    typed, ledger = type_triage(form({"patient_id": "Ana García"}), TERMS, LOCAL)
    everything = typed.to_csv() + ledger.to_csv()
    assert "García" not in everything
    assert typed[columns.PATIENT_ID].str.startswith("PSN-").all()


def test_no_form_gives_an_empty_table_and_a_form_without_ids_is_refused() -> None:
    typed, ledger = type_triage(pd.DataFrame(), TERMS, LOCAL)
    assert tuple(typed.columns) == TYPED_TRIAGE_COLUMNS
    assert typed.empty and ledger.empty
    with pytest.raises(ValueError, match="has no column encounter_id"):
        type_triage(form({}).drop(columns="encounter_id"), TERMS, LOCAL)


CELLS = st.text(max_size=12) | st.sampled_from(["38.5", "-1", "1e999", "HP:0001250;no:HP:0001250", "yes", "2024-01-01"])


@settings(max_examples=10, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(triage_form.TRIAGE_COLUMNS, CELLS)), max_size=4))
def test_any_form_is_accounted_for_row_by_row(rows: list[dict[str, str]]) -> None:
    typed, ledger = type_triage(pd.DataFrame(rows, columns=list(triage_form.TRIAGE_COLUMNS), dtype="str"), TERMS, LOCAL)
    gone = ledger[columns.ACTION].isin(["merge", "quarantine"]).sum()
    assert len(rows) == len(typed) + gone
