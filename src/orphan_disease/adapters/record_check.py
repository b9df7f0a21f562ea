"""Whether JSON is a prediction record: looked at before it is kept, since what is kept must never be stuck later.

A record has a thousand small parts, and building pydantic's object for each costs more than the rest of a request.
msgspec decodes the same fields, types and bounds, taken from the pydantic model itself, in a fifth of the time; where
it refuses, pydantic says what is wrong.
"""

from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

import annotated_types
import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from orphan_disease.contracts.records import PredictionRecord

__all__ = ["is_of_model", "require_prediction_record"]


class _KeptRecord(PredictionRecord):
    """A record with whatever else the answer held beside it."""

    model_config = ConfigDict(extra="ignore")


def require_prediction_record(content: bytes, place: str) -> None:
    """Hold JSON to the record's types without any leniency: a number as text would stop the archive later.

    Args:
        content: the JSON.
        place: what the error begins with.

    Raises:
        ValueError: if it is no prediction record; the text names fields, never values.
    """
    if is_of_model(content, _KeptRecord):
        return
    try:
        _KeptRecord.model_validate_json(content, strict=True)
        return
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in each["loc"]) or "(whole)" for each in error.errors()})
    # Raised outside the handler: a chained validation error would carry the patient's values into the log.
    raise ValueError(f"{place}: not a prediction record (see {', '.join(fields)})")


def is_of_model(content: bytes, model: type[BaseModel]) -> bool:
    """Whether JSON has a model's fields, types and bounds, taken strictly.

    Args:
        content: the JSON.
        model: its fields are plain types, unions, tuples and mappings of them, or models; bounds are `ge` and `le`.
    """
    try:
        _decoder_of(model).decode(content)
    except msgspec.DecodeError:  # of which a ValidationError is one
        return False
    return True


@cache
def _decoder_of(model: type[BaseModel]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(_struct_of(model))


@cache
def _struct_of(model: type[BaseModel]) -> type[msgspec.Struct]:
    """The model's fields as a structure of msgspec's."""
    fields: list[Any] = [
        (name, _type_of(each)) if each.is_required() else (name, _type_of(each), each.default)
        for name, each in model.model_fields.items()
    ]
    forbids = model.model_config.get("extra") == "forbid"
    return msgspec.defstruct(model.__name__, fields, kw_only=True, gc=False, forbid_unknown_fields=forbids)


def _type_of(field: FieldInfo) -> Any:
    """The field's type with its bounds.

    Raises:
        TypeError: for a constraint that is no bound: it must not be passed over.
    """
    bounds: dict[str, Any] = {}
    for each in field.metadata:
        match each:
            case annotated_types.Ge(ge=least):
                bounds["ge"] = least
            case annotated_types.Le(le=most):
                bounds["le"] = most
            case _:
                raise TypeError(f"{each!r}: only the bounds ge and le are known here")
    plain = _plain(field.annotation)
    return Annotated[plain, msgspec.Meta(**bounds)] if bounds else plain


def _plain(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _struct_of(annotation)
    origin, arguments = get_origin(annotation), tuple(map(_plain, get_args(annotation)))
    if origin is UnionType:
        return reduce(or_, arguments)
    return annotation if origin is None else origin[arguments]
