"""The prediction record and its columns name the same fields, with the same types."""

import pyarrow as pa
import pytest
from pydantic import ValidationError

from orphan_disease.contracts.records import (
    DIFFERENTIAL_TYPE,
    QUESTIONS_TYPE,
    DifferentialEntry,
    NextQuestion,
    PredictionRecord,
    prediction_schema,
)

ROW = {
    "case_id": "c1",
    "patient_id": None,
    "model_version": "m1",
    "knowledge_version": "hpo-2025-01-16",
    "predicted_at": "2026-01-02T03:04:05Z",
    "is_simulated": None,
    "orphan_probability": 0.75,
    "category": "b",
    "category_probabilities": [("a", 0.25), ("b", 0.75)],
    "prediction_set": ["b"],
    "differential": [
        {
            "disorder_id": "OMIM:1",
            "disorder_name": "One",
            "score": 3.5,
            "probability": 0.5,
            "equivalent_ids": ["OMIM:1", "ORPHA:2"],
            "prevalence_class": None,
            "onset": ["Childhood"],
            "inheritance": [],
            "category": "a",
            "references": ["PMID:1"],
            "demographic_nats": 0.25,
            "contributions": [{"term_id": "HP:0000118", "is_excluded": False, "nats": 0.5}],
        }
    ],
    "next_questions": [],
    "probability_a": 0.25,
    "probability_b": 0.75,
}


def test_the_file_has_the_fields_of_the_record_and_a_flat_column_for_each_category() -> None:
    names = set(prediction_schema(["a", "b"]).names)

    assert names - set(PredictionRecord.model_fields) == {"probability_a", "probability_b"}
    assert set(PredictionRecord.model_fields) <= names


@pytest.mark.parametrize(("model", "kind"), [(DifferentialEntry, DIFFERENTIAL_TYPE), (NextQuestion, QUESTIONS_TYPE)])
def test_a_nested_type_has_the_fields_of_its_model(
    model: type[DifferentialEntry | NextQuestion], kind: pa.ListType
) -> None:
    assert [field.name for field in kind.value_type] == list(model.model_fields)


def test_a_row_of_the_file_becomes_a_record() -> None:
    table = pa.Table.from_pylist(
        [{**ROW, "predicted_at": PredictionRecord.from_row(ROW).predicted_at}], schema=prediction_schema(["a", "b"])
    )
    record = PredictionRecord.from_row(table.to_pylist()[0])

    assert record == PredictionRecord.from_row(ROW)
    assert record.category_probabilities == {"a": 0.25, "b": 0.75}
    assert record.differential[0].equivalent_ids == ("OMIM:1", "ORPHA:2")
    assert record.predicted_at.utcoffset() is not None


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_probability_outside_0_to_1_is_refused(value: float) -> None:
    with pytest.raises(ValidationError, match="orphan_probability"):
        PredictionRecord.from_row({**ROW, "orphan_probability": value})
