import pandas as pd

from orphan_disease.contracts import columns, truth_file
from orphan_disease.contracts.frames import patients
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.domain.labels import LABEL_COLUMNS, build_labels
from orphan_disease.domain.truth import type_truth

DISORDERS = pd.DataFrame(
    {
        columns.DISORDER_ID: ["OMIM:154700", "ORPHA:1"],
        columns.MEMBER_IDS: [["OMIM:154700", "ORPHA:558"], ["ORPHA:1"]],
        columns.CATEGORY: ["developmental_skeletal", "unknown"],
    }
)


def cases(*case_ids: str, at: str = "2023-12-31") -> pd.DataFrame:
    patient_ids = [f"SIM-{number:06d}" for number in range(len(case_ids))]
    visit = pd.Timestamp(at, tz="UTC").as_unit("us")
    return pd.DataFrame(
        {
            columns.CASE_ID: list(case_ids),
            columns.PATIENT_ID: patient_ids,
            columns.PROVENANCE: "simulated",
            columns.ENCOUNTER_AT: visit,
        }
    )


def truth(**diagnoses: str) -> pd.DataFrame:
    rows = [(case_id, diagnosis, "2024-01-01", "b") for case_id, diagnosis in diagnoses.items()]
    names = [truth_file.ENCOUNTER_ID, truth_file.DIAGNOSIS_ID, truth_file.CONFIRMED_AT, truth_file.CATEGORY]
    return type_truth(pd.DataFrame(rows, columns=names, dtype="str"))[0]


def confirmed(**diagnoses: str) -> pd.DataFrame:
    return pd.DataFrame({columns.CASE_ID: list(diagnoses), columns.DIAGNOSIS_ID: list(diagnoses.values())}, dtype="str")


def test_every_kind_of_diagnosis_gets_its_label() -> None:
    standing = truth(A="ORPHA:558", B="ICD10:J06.9", C="NONE", D="OMIM:999999")
    labels, ledger = build_labels(cases("A", "B", "C", "D", "E", "F"), standing, confirmed(E="ORPHA:1"), DISORDERS)
    wanted = [columns.CASE_ID, columns.IS_ORPHAN, columns.CATEGORY, columns.DISORDER_ID, columns.DIAGNOSIS_ID]
    assert tuple(labels.columns) == LABEL_COLUMNS
    assert labels[wanted].astype(object).where(labels[wanted].notna(), None).to_numpy().tolist() == [
        ["A", True, "developmental_skeletal", "OMIM:154700", "ORPHA:558"],
        ["B", False, None, "ICD10:J06.9", "ICD10:J06.9"],
        ["C", False, None, "NONE", "NONE"],
        ["D", True, "unknown", "OMIM:999999", "OMIM:999999"],
        ["E", True, "unknown", "ORPHA:1", "ORPHA:1"],
    ]
    assert ledger[[columns.CASE_ID, columns.REASON]].to_numpy().tolist() == [["D", "DISORDER_UNKNOWN"]]
    require_shape(labels, patients.LABELS)


def test_an_id_that_cannot_be_used_labels_nothing_and_is_counted() -> None:
    labels, ledger = build_labels(cases("A"), truth(A="MONDO:1", Z="ORPHA:1"), confirmed(), DISORDERS)
    assert labels.empty
    assert sorted(ledger[columns.REASON]) == ["DIAGNOSIS_UNRESOLVED", "TRUTH_ORPHANED"]


def test_the_truth_file_wins_over_a_confirmed_case_and_may_bring_its_own_category() -> None:
    labels, _ = build_labels(
        cases("A"), truth(A="ORPHA:558"), confirmed(A="ORPHA:1"), DISORDERS, category_from="truth_file"
    )
    assert labels[[columns.DISORDER_ID, columns.CATEGORY]].to_numpy().tolist() == [["OMIM:154700", "b"]]


def test_a_diagnosis_out_of_time_is_used_and_counted() -> None:
    for visit, reason in (("2024-01-02", "TRUTH_BEFORE_VISIT"), ("2022-12-31", "TRUTH_LATE")):
        labels, ledger = build_labels(cases("A", at=visit), truth(A="ORPHA:558"), confirmed(), DISORDERS)
        assert len(labels) == 1
        assert ledger[[columns.REASON, columns.ACTION]].to_numpy().tolist() == [[reason, "note"]]


def test_a_label_without_a_disease_is_a_category_and_a_disorder_of_its_own() -> None:
    names = [truth_file.PATIENT_ID, truth_file.ENCOUNTER_ID, truth_file.CONFIRMED_AT, truth_file.CATEGORY]
    given = pd.DataFrame([("p", "A", "2024-01-01", "group_1"), ("p", "B", "2024-01-01", "group_1")], columns=names)
    typed, _ = type_truth(given.astype("str"))
    labels, _ = build_labels(cases("A", "B"), typed, confirmed(), DISORDERS, category_from="truth_file")
    assert labels[columns.IS_ORPHAN].tolist() == [True, True]
    assert labels[columns.CATEGORY].tolist() == ["group_1", "group_1"]
    assert labels[columns.DISORDER_ID].nunique() == 2


def test_a_patients_diagnosis_gives_way_to_those_of_all_visits_and_is_counted() -> None:
    names = [truth_file.PATIENT_ID, truth_file.ENCOUNTER_ID, truth_file.DIAGNOSIS_ID, truth_file.CONFIRMED_AT]
    rows = [
        ("SIM-000000", None, "ORPHA:1", "2024-01-01"),
        ("SIM-000000", "A", "ORPHA:558", "2024-01-01"),
        ("SIM-000001", None, "ORPHA:1", "2024-01-01"),
    ]
    standing, _ = type_truth(pd.DataFrame(rows, columns=names, dtype="str"))
    labels, ledger = build_labels(cases("A", "B"), standing, confirmed(), DISORDERS)
    assert labels[columns.DISORDER_ID].tolist() == ["OMIM:154700", "ORPHA:1"]
    assert ledger[columns.REASON].tolist() == ["TRUTH_OUTRANKED"]
