"""Holding JSON to a pydantic model without building its objects.

A prediction record has some 700 objects; to build them only to see that it could be done took a third of the service's
time for a request. msgspec holds the same text to the same types in a ninth of it. The model stays the one definition:
the types that msgspec knows are derived from it, and what they refuse is shown to the model, whose word counts.
"""

from dataclasses import asdict
from types import UnionType
from typing import Annotated, Any, Final, Generic, TypeVar, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["QuickValidator"]

_Model = TypeVar("_Model", bound=BaseModel)
_VALIDATORS: Final = ("field_validators", "model_validators", "root_validators", "validators")


class QuickValidator(Generic[_Model]):
    """Checks JSON texts against a model, strictly: no number for a text, no text for a number.

    Args:
        model: of fields whose types are those of JSON, times, collections and other such models, with limits by
            `Field` alone.

    Raises:
        TypeError: if the model has validators or limits of its own, which no derived type could hold to.

    >>> class Dose(BaseModel):
    ...     milligrams: float
    >>> QuickValidator(Dose).check(b'{"milligrams": 2.5}')
    """

    def __init__(self, model: type[_Model]) -> None:
        """Derive the types."""
        self._model = model
        self._decoder = msgspec.json.Decoder(_struct_of(model))

    def check(self, content: bytes) -> None:
        """Hold a text to the model.

        Raises:
            pydantic.ValidationError: if it is not the model's.
        """
        try:
            self._decoder.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._model.model_validate_json(content, strict=True)


def _struct_of(model: type[BaseModel]) -> type[msgspec.Struct]:
    """The struct of a model's fields. It is no part of the garbage collector's work, as it cannot be in a cycle."""
    if any(getattr(model.__pydantic_decorators__, kind) for kind in _VALIDATORS):
        raise TypeError(f"{model.__name__} has validators of its own, which a derived type does not run")
    fields = [_field_of(name, field) for name, field in model.model_fields.items()]
    is_closed = model.model_config.get("extra") == "forbid"
    return msgspec.defstruct(model.__name__, fields, forbid_unknown_fields=is_closed, kw_only=True, gc=False)


def _field_of(name: str, field: FieldInfo) -> tuple[str, Any] | tuple[str, Any, Any]:
    limits = {limit: value for each in field.metadata for limit, value in asdict(each).items()}
    kind = _type_of(field.annotation)
    kept = Annotated[kind, msgspec.Meta(**limits)] if limits else kind
    return (name, kept) if field.is_required() else (name, kept, field.get_default())


def _type_of(annotation: Any) -> Any:
    """The same type, of structs in place of models."""
    if parts := get_args(annotation):
        own = tuple(_type_of(part) for part in parts)
        origin = get_origin(annotation)
        return Union[own] if origin in {Union, UnionType} else origin[own]  # noqa: UP007  # of parts that are computed
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return _struct_of(annotation) if is_model else annotation
