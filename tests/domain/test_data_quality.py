import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain import data_quality, ledger
from orphan_disease.domain.data_quality_page import data_quality_page
from orphan_disease.domain.ledger import Finding


def finding(line: int, field: str, reason: str, action: CleaningAction) -> Finding:
    return Finding("form.csv", line, None, field, reason, action, "wrong")


def test_a_source_is_counted_by_outcome_and_by_field_and_reason() -> None:
    found = ledger.findings_frame(
        [
            finding(1, "pain", "VITAL_OUT_OF_RANGE", CleaningAction.IMPUTE),
            finding(2, "pain", "VITAL_OUT_OF_RANGE", CleaningAction.IMPUTE),
            finding(3, "patient_id", "PATIENT_ID_MISSING", CleaningAction.QUARANTINE),
            finding(4, "encounter_id", "ROW_DUPLICATED", CleaningAction.MERGE),
        ]
    )
    counts = data_quality.summarise_source(pd.DataFrame(index=range(5)), found)
    assert (counts["read"], counts["kept"], counts["merged"], counts["quarantined"], counts["set_missing"]) == (
        7,
        5,
        1,
        1,
        2,
    )
    assert counts["findings"] == {
        "encounter_id": {"ROW_DUPLICATED": 1},
        "pain": {"VITAL_OUT_OF_RANGE": 2},
        "patient_id": {"PATIENT_ID_MISSING": 1},
    }


def test_provenances_are_counted_apart() -> None:
    case_ids = ["A", "B", "C"]
    labels = pd.DataFrame({columns.CASE_ID: case_ids, columns.PROVENANCE: ["simulated", "simulated", "publication"]})
    split = pd.DataFrame({columns.CASE_ID: case_ids, columns.GROUP: ["g", "g", "h"], columns.SPLIT: "train"})
    assert data_quality.summarise_split(labels, split) == {
        "publication": {"train": {"cases": 1, "groups": 1}},
        "simulated": {"train": {"cases": 2, "groups": 1}},
    }


def test_the_page_says_every_count_and_needs_nothing_else() -> None:
    report = {
        "sources": {
            "triage": {
                "read": 1234, "kept": 1200, "noted": 0, "repaired": 5, "set_missing": 17, "merged": 30,
                "quarantined": 4, "rejected": 0,
                "findings": {"heart_rate": {"VITAL_OUT_OF_RANGE": 17}, "sex": {"VALUE_UNKNOWN": 3},
                "temperature_unit": {"VALUE_UNKNOWN": 2}, "<b>": {"COLUMN_NOT_MAPPED": 1}},
            }
        },
        "split": {"hospital": {"train": {"cases": 9, "groups": 3}}},
    }  # fmt: skip
    page = data_quality_page(report)
    assert "1,234" in page and "a reading is one that a living patient can show" in page
    assert 'aria-label="1,200 kept, 30 merged, 4 quarantined"' in page
    assert "<b>" not in page and "&lt;b&gt;" in page
    assert page.index("a scale is C, F or K") > page.index("temperature_unit") > page.index("a word is one of the form")
    assert "http" not in page and "<script" not in page


def test_a_source_is_told_by_its_own_rules_and_a_narrow_screen_by_the_cells_names() -> None:
    counts = dict.fromkeys(("read", "kept", "noted", "repaired", "set_missing", "merged", "quarantined", "rejected"), 1)
    sources = {
        "triage": counts | {"findings": {"heart_rate": {"NOT_A_NUMBER": 1}}},
        "confirmed_cases": counts | {"findings": {"heart_rate_bpm": {"NOT_A_NUMBER": 1}}},
        "labels": counts | {"findings": {}},
    }
    form, documents, labels = data_quality_page({"sources": sources}).split("<h3")[1:]
    assert "a number, with a point or a comma" in form
    assert "a reading is a number" in documents and "confirmed cases" in documents
    assert "Nothing was found wrong" in labels
    assert form.count('data-name="outcome"') == 1
