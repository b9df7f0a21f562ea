import json
from pathlib import Path
from typing import Any

import pandas as pd

from orphan_disease.adapters.source_datasets import DocumentsDataset
from orphan_disease.contracts import columns
from orphan_disease.domain.phenopacket_frames import TYPED_PHENOPACKET_COLUMNS, type_histories, type_phenopackets

TERMS = {"HP:0001250": "HP:0001250"}


def packet(case_id: str, created: str = "2024-01-01T00:00:00Z", **fields: Any) -> str:
    features = fields.pop("features", ["HP:0001250"])
    return json.dumps(
        {
            "id": case_id,
            "subject": {"id": "SIM-000001", **fields},
            "phenotypicFeatures": [{"type": {"id": term}} for term in features],
            "diseases": [{"term": {"id": "OMIM:1"}}],
            "metaData": {"created": created},
        }
    )


def documents(*payloads: str | None) -> pd.DataFrame:
    lines = pd.array(range(1, len(payloads) + 1), dtype="Int64")
    return pd.DataFrame({columns.SOURCE_FILE: "a.jsonl", columns.SOURCE_LINE: lines, columns.PAYLOAD: list(payloads)})


def test_every_record_is_a_case_or_a_row_of_the_ledger() -> None:
    typed, ledger = type_phenopackets(documents(packet("A"), "{", None, packet("A"), packet("B")), TERMS)
    assert typed[columns.CASE_ID].tolist() == ["A", "B"]
    assert ledger[[columns.SOURCE_LINE, columns.REASON, columns.ACTION]].to_numpy().tolist() == [
        [1, "RECORD_DUPLICATED", "merge"],
        [2, "DOCUMENT_NOT_JSON", "quarantine"],
        [3, "DOCUMENT_UNREADABLE", "quarantine"],
    ]


def test_of_conflicting_records_the_latest_written_stays() -> None:
    newer, older = packet("A", "2025-01-01T00:00:00Z", sex="MALE"), packet("A", "2024-01-01T00:00:00Z", sex="FEMALE")
    typed, ledger = type_phenopackets(documents(newer, older), TERMS)
    assert typed[columns.SEX].tolist() == ["male"]
    assert ledger[[columns.SOURCE_LINE, columns.REASON]].to_numpy().tolist() == [[2, "RECORD_CONFLICTING"]]


def test_a_case_without_a_known_term_is_kept_flagged_and_counted() -> None:
    typed, ledger = type_phenopackets(documents(packet("A", features=["HP:7777777", "X"])), TERMS)
    assert typed[columns.WITHOUT_OBSERVED_TERMS].tolist() == [True]
    assert typed[columns.UNKNOWN_TERM_COUNT].tolist() == [2]
    assert ledger[columns.REASON].tolist() == ["TERM_UNKNOWN"]


def test_no_document_gives_empty_tables_of_the_same_columns() -> None:
    typed, ledger = type_phenopackets(documents(), TERMS)
    assert tuple(typed.columns) == TYPED_PHENOPACKET_COLUMNS
    assert typed.empty and ledger.empty


def test_a_history_never_says_the_diagnosis() -> None:
    typed, _ = type_histories(documents(packet("A")), TERMS)
    assert typed[columns.DIAGNOSIS_ID].isna().all()


def test_every_published_case_is_answered_and_none_set_aside(published_data: Path) -> None:
    source = DocumentsDataset(filepath="", source_path=str(published_data / "phenopackets" / "published_cases.zip"))
    documents = source.load()
    typed, ledger = type_phenopackets(documents, TERMS)
    assert len(typed) == len(documents) >= 4_912
    assert typed[[columns.REFERENCE, columns.DIAGNOSIS_ID]].notna().all(axis=None)
    assert set(ledger[columns.ACTION]) <= {"repair", "impute"}
