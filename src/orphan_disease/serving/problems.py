"""Errors as RFC 9457 problem details: what is wrong, in which field, and what is allowed; never a value of the request.

https://www.rfc-editor.org/rfc/rfc9457
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

__all__ = ["FieldProblem", "Problem", "ProblemDetails", "problem_response", "reasons_of"]

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:orphan-disease:problem:"
_OWN_WORDS: Final = "Value error, "  # pydantic puts it before what a validator says


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(description="Path of the field, such as `vitals.heart_rate_bpm` or `observed.2`.")
    reason: str = Field(description="What is wrong and what is allowed.")


class ProblemDetails(BaseModel):
    """The body of every error (RFC 9457)."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "example": {
                "type": f"{TYPE_PREFIX}invalid-field",
                "title": "A field is not as it must be",
                "status": 422,
                "detail": "1 field is not as it must be; nothing was predicted.",
                "errors": [{"field": "vitals.heart_rate_bpm", "reason": "Input should be less than or equal to 300"}],
                "request_id": "5f0c6f8b2c8e4d0f9a3d5e6f7a8b9c0d",
            }
        },
    )

    type: str = Field(description="Identifies the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened in this request, and what to do.")
    errors: tuple[FieldProblem, ...] = Field(default=(), description="Each field that is not as it must be.")
    request_id: str | None = Field(default=None, description="Names the request in the service's logs.")


class Problem(Exception):  # noqa: N818  # named after RFC 9457, where a problem is what is reported
    """An error that is told to the client.

    Args:
        status: the HTTP status.
        kind: end of the problem's type, such as "invalid-field".
        title: the kind in words.
        detail: what happened and what to do; never a value of the request.
        errors: field -> reason.
        headers: of the response, such as Retry-After.
    """

    def __init__(  # noqa: PLR0913  # the members of a problem
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the members."""
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The members, for JSON."""
        details = ProblemDetails(
            type=f"{TYPE_PREFIX}{self.kind}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            errors=self.errors,
            request_id=request_id,
        )
        return details.model_dump(mode="json", exclude_none=True)

    @classmethod
    def of_status(cls, status: int, headers: Mapping[str, str] | None = None) -> "Problem":
        """The problem of a status that the framework raised, in the status's own words."""
        phrase = HTTPStatus(status)
        kind = phrase.phrase.lower().replace(" ", "-")
        return cls(status, kind, phrase.phrase, f"{phrase.description or phrase.phrase}.", headers=headers)

    @classmethod
    def invalid(cls, errors: Sequence[FieldProblem]) -> "Problem":
        """Fields that are not as they must be."""
        count = f"{len(errors)} field is" if len(errors) == 1 else f"{len(errors)} fields are"
        detail = f"{count} not as it must be; `errors` names each."
        return cls(422, "invalid-field", "A field is not as it must be", detail, errors=errors)

    @classmethod
    def overloaded(cls, retry_after_seconds: int) -> "Problem":
        """More requests than can be answered now."""
        return cls(
            503,
            "overloaded",
            "Too many requests at once",
            f"The queue is full and nothing was predicted; try again in {retry_after_seconds} s.",
            headers={"Retry-After": str(retry_after_seconds)},
        )


def reasons_of(
    found: Iterable[Mapping[str, Any]], allowed: Mapping[str, Sequence[str]] | None = None
) -> list[FieldProblem]:
    """Pydantic's errors without the values that broke them; an unknown field's name is not repeated either.

    Args:
        found: `ValidationError.errors()`.
        allowed: path of an object -> its fields, told where an unknown one is met.
    """
    problems = []
    for error in found:
        place = [str(part) for part in error["loc"]]
        if error["type"] == "extra_forbidden":
            inside = ".".join(place[:-1])
            names = (allowed or {}).get(inside)
            known = f"; allowed are {', '.join(names)}" if names else ""
            problems.append(FieldProblem(field=inside or "(body)", reason=f"has a field that is not known{known}"))
        else:
            problems.append(
                FieldProblem(field=".".join(place) or "(body)", reason=str(error["msg"]).removeprefix(_OWN_WORDS))
            )
    return problems


def problem_response(problem: Problem, request_id: str | None = None) -> Response:
    """The problem as a response."""
    return Response(
        orjson.dumps(problem.body(request_id)),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )
