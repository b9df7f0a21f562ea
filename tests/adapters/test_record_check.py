"""The quick check of a record takes and refuses what pydantic takes and refuses."""

from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from orphan_disease.adapters.record_check import is_of_model, require_prediction_record
from orphan_disease.contracts.records import PredictionRecord
from tests.adapters.ledger_entries import stored_record

WHOLE = stored_record(1) | {
    "next_questions": [
        {"term_id": "HP:1", "label": "x", "information_gain_bits": 0.5, "category_gain_bits": 0, "found_by": "ask"}
    ]
}
NUMBERS = (0, 1, -1, 1.5, 2)
TEXTS = ("", "x", "0.5", "2026-01-02", "2026-01-02T03:04:05Z")
VALUES = (None, True, *NUMBERS, *TEXTS, [], ["x"], [1], {}, {"a": 1})


def places_of(value: Any, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value inside a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, each in inside for path in [(*here, key), *places_of(each, (*here, key))]]


def is_taken_by_pydantic(content: bytes) -> bool:
    try:
        PredictionRecord.model_validate_json(content, strict=True)
    except ValidationError:
        return False
    return True


@given(st.sampled_from(places_of(WHOLE)), st.sampled_from(["put", "drop", "add"]), st.sampled_from(VALUES))
def test_it_takes_what_pydantic_takes(place: tuple[str | int, ...], change: str, value: object) -> None:
    document: Any = deepcopy(WHOLE)
    parent = document
    for step in place[:-1]:
        parent = parent[step]
    if change == "put":
        parent[place[-1]] = value
    elif change == "drop":
        del parent[place[-1]]
    elif isinstance(parent, dict):
        parent["unnamed"] = value
    content = orjson.dumps(document)
    assert is_of_model(content, PredictionRecord) == is_taken_by_pydantic(content)


def test_a_whole_record_is_taken_with_what_an_answer_holds_beside_it() -> None:
    require_prediction_record(orjson.dumps(WHOLE | {"notes": [], "prediction_id": "p"}), "entry p")
    assert not is_of_model(orjson.dumps(WHOLE | {"notes": []}), PredictionRecord)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b"{}", b"\xff"])
def test_what_is_no_object_at_all_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="entry p, record: not a prediction record") as refused:
        require_prediction_record(content, "entry p, record")
    assert refused.value.__context__ is None


def test_a_constraint_that_is_not_known_is_not_passed_over() -> None:
    class Short(BaseModel):
        word: str = Field(max_length=3)

    with pytest.raises(TypeError, match="only the bounds ge and le"):
        is_of_model(b"{}", Short)
