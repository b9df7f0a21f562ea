import pandas as pd
import pytest

from orphan_disease.contracts import columns, truth_file
from orphan_disease.domain.truth import IS_CURRENT, STATUS, TYPED_TRUTH_COLUMNS, diagnoses_of_cases, type_truth


def rows(*entries: tuple[str | None, str | None, str | None, str | None]) -> pd.DataFrame:
    names = [truth_file.PATIENT_ID, truth_file.ENCOUNTER_ID, truth_file.DIAGNOSIS_ID, truth_file.CONFIRMED_AT]
    return pd.DataFrame(list(entries), columns=names, dtype="str")


def test_every_row_is_kept_and_the_latest_stands() -> None:
    typed, ledger = type_truth(
        rows(
            ("SIM-000001", "E1", "ORPHA:558", "2024-03-01"),
            ("SIM-000001", "E1", "mim:154700", "2024-02-01"),
            ("SIM-000001", "E1", "ORPHA:558", "2024-03-01"),
            ("SIM-000002", "E2", "ORPHA:1", "2024-01-01"),
            ("SIM-000002", "E2", "ORPHA:2", "2024-01-01"),
        )
    )
    assert typed[STATUS].tolist() == ["duplicate", "revised", "current", "conflicting", "current"]
    assert typed[IS_CURRENT].tolist() == [False, False, True, False, True]
    assert typed[columns.DIAGNOSIS_ID].tolist() == ["ORPHA:558", "OMIM:154700", "ORPHA:558", "ORPHA:1", "ORPHA:2"]
    assert sorted(ledger[columns.REASON]) == ["TRUTH_CONFLICTING", "TRUTH_DUPLICATE", "TRUTH_REVISED"]


def test_a_row_that_names_nobody_or_nothing_is_set_aside_and_one_without_date_is_the_oldest() -> None:
    typed, ledger = type_truth(
        rows(
            (None, None, "ORPHA:1", "2024-01-01"),
            ("SIM-000001", None, "a cold", "2024-01-01"),
            ("SIM-000001", None, "ORPHA:2", "2024-01-01"),
            ("SIM-000001", None, "ORPHA:3", "soon"),
        )
    )
    assert typed.loc[typed[IS_CURRENT], columns.DIAGNOSIS_ID].tolist() == ["ORPHA:2"]
    assert ledger.loc[ledger[columns.ACTION] == "quarantine", columns.REASON].tolist() == [
        "PATIENT_ID_MISSING",
        "DIAGNOSIS_UNREADABLE",
    ]


def test_a_visits_own_diagnosis_comes_before_its_patients() -> None:
    typed, _ = type_truth(
        rows(("SIM-000001", None, "ORPHA:1", "2024-01-01"), ("SIM-000001", "E2", "ICD10:J06.9", "2023-01-01"))
    )
    cases = pd.DataFrame({columns.CASE_ID: ["E1", "E2", "E3"], columns.PATIENT_ID: ["SIM-000001"] * 2 + ["SIM-000009"]})
    found = diagnoses_of_cases(cases, typed)
    assert found[[columns.CASE_ID, columns.DIAGNOSIS_ID]].to_numpy().tolist() == [
        ["E1", "ORPHA:1"],
        ["E2", "ICD10:J06.9"],
    ]


def test_no_file_is_an_empty_table_and_a_file_without_its_columns_is_refused() -> None:
    typed, ledger = type_truth(pd.DataFrame())
    assert tuple(typed.columns) == TYPED_TRUTH_COLUMNS
    assert typed.empty and ledger.empty
    with pytest.raises(ValueError, match="has no column diagnosis_id"):
        type_truth(pd.DataFrame({"patient_id": ["SIM-000001"], "confirmed_at": ["2024-01-01"]}))


def test_a_label_may_stand_without_a_disease_and_a_code_that_names_an_orphan_disorder_is_it() -> None:
    names = [truth_file.PATIENT_ID, truth_file.DIAGNOSIS_ID, truth_file.CONFIRMED_AT, truth_file.CATEGORY]
    given = [
        ("SIM-000001", None, "2024-01-01", "Group_1"),
        ("SIM-000002", "icd10:e84", "2024-01-01", None),
        ("SIM-000003", "icd10:j10", "2024-01-01", None),
        ("SIM-000004", None, "2024-01-01", None),
    ]
    typed, ledger = type_truth(pd.DataFrame(given, columns=names, dtype="str"), {"ICD10:E84": "ORPHA:586"})
    assert typed[columns.DIAGNOSIS_ID].tolist() == ["LABEL:group_1", "ORPHA:586", "ICD10:J10"]
    assert ledger[columns.REASON].tolist() == ["DIAGNOSIS_UNREADABLE"]
    only_labels, _ = type_truth(pd.DataFrame(given, columns=names).drop(columns=truth_file.DIAGNOSIS_ID).astype("str"))
    assert only_labels[columns.DIAGNOSIS_ID].tolist() == ["LABEL:group_1"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("E84", "ORPHA:586"),
        ("E840", "ORPHA:586"),
        ("ICD-10-CM:E84.11", "ORPHA:586"),
        ("E85.0", "ICD10:E85.0"),
        ("cie10:j069", "ICD10:J06.9"),
        ("NONE", "NONE"),
        ("ORPHA:558", "ORPHA:558"),
        ("558", None),
        ("E84 or E85", None),
    ],
)
def test_an_icd_10_code_needs_no_prefix_and_one_below_a_disorder_is_that_disorder(
    written: str, meant: str | None
) -> None:
    typed, ledger = type_truth(rows(("SIM-1", "E1", written, "2024-01-01")), {"ICD10:E84": "ORPHA:586"})
    assert typed[columns.DIAGNOSIS_ID].tolist() == ([meant] if meant else [])
    assert ledger[columns.REASON].tolist() == ([] if meant else ["DIAGNOSIS_UNREADABLE"])
