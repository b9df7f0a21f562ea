"""A text passes the quick check exactly where the model itself takes it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from orphan_disease.adapters.quick_validation import QuickValidator
from orphan_disease.contracts.records import PredictionRecord
from tests.adapters.ledger_entries import stored_record

CHECK = QuickValidator(PredictionRecord)
QUESTION = {
    "term_id": "HP:0001250",
    "label": "Seizure",
    "information_gain_bits": 0.5,
    "category_gain_bits": 0.25,
    "found_by": "ask",
}
WHOLE = stored_record(1) | {"next_questions": [QUESTION]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False, width=32) | st.text(max_size=3)
    | st.sampled_from(["2026-03-01", "2026-03-01T23:00:00", "2026-03-01T23:00:00+02:00", "0.5", "1772406000"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)  # fmt: skip


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, held in inner:
        yield (*way, step)
        yield from places(held, (*way, step))


def is_taken(content: bytes) -> bool:
    """Whether the model takes it; an independent oracle of `check`."""
    try:
        PredictionRecord.model_validate_json(content, strict=True)
    except ValidationError:
        return False
    return True


@given(way=st.sampled_from(list(places(WHOLE))), value=JSON, is_left_out=st.booleans())
def test_it_takes_what_the_model_takes(way: tuple[Any, ...], value: Any, is_left_out: bool) -> None:
    changed = deepcopy(WHOLE)
    holder: Any = changed
    for step in way[:-1]:
        holder = holder[step]
    if is_left_out:
        del holder[way[-1]]
    else:
        holder[way[-1]] = value
    content = orjson.dumps(changed)
    if is_taken(content):
        CHECK.check(content)
    else:
        with pytest.raises(ValidationError):
            CHECK.check(content)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (orjson.dumps(WHOLE | {"more": 1}), "more"),
        (orjson.dumps(WHOLE | {"orphan_probability": 1.5}), "orphan_probability"),
        (orjson.dumps(WHOLE | {"next_questions": [QUESTION | {"category_gain_bits": -0.1}]}), "category_gain_bits"),
        (orjson.dumps(WHOLE)[:-1], "json_invalid"),
        (orjson.dumps(WHOLE).replace(b'"One"', b'"\xff"'), "json_invalid"),
    ],
)
def test_it_names_what_is_wrong_as_the_model_does(content: bytes, named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CHECK.check(content)
    assert named in {name for each in refused.value.errors() for name in (*each["loc"], each["type"])}


def test_a_model_that_ignores_fields_is_not_held_to_them() -> None:
    class Open(PredictionRecord):
        model_config = ConfigDict(extra="ignore")

    QuickValidator(Open).check(orjson.dumps(WHOLE | {"more": 1}))


def test_a_model_with_rules_of_its_own_is_refused() -> None:
    class Ruled(BaseModel):
        size: int

        @field_validator("size")
        @classmethod
        def even(cls, size: int) -> int:
            return size - size % 2

    class Finite(BaseModel):
        size: float = Field(allow_inf_nan=False)

    with pytest.raises(TypeError, match="Ruled has validators"):
        QuickValidator(Ruled)
    with pytest.raises(TypeError, match="allow_inf_nan"):
        QuickValidator(Finite)
