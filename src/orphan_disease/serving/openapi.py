"""What FastAPI cannot tell from types for the OpenAPI document: bodies that the service reads itself, and errors."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from orphan_disease.serving.problems import MEDIA_TYPE, ProblemDetails
from orphan_disease.serving.schemas import CaseForm, ExplanationRequest

__all__ = ["CASE_BODY", "EXPLANATION_BODY", "KEY_PARAMETER", "LINES_BODY", "OPEN", "PROBLEMS", "complete_document"]

_FORM: Final = {"observed": ["HP:0001250", "retraso del desarrollo"], "excluded": ["HP:0001945"], "age_years": 3.5}
_PHENOPACKET: Final = {
    "id": "case-1",
    "subject": {"id": "PSN-000001", "sex": "FEMALE", "timeAtLastEncounter": {"age": {"iso8601duration": "P3Y6M"}}},
    "phenotypicFeatures": [
        {"type": {"id": "HP:0001250", "label": "Seizure"}},
        {"type": {"id": "HP:0001945", "label": "Fever"}, "excluded": True},
    ],
    "metaData": {"created": "2026-01-02T03:04:05Z", "createdBy": "clinic", "phenopacketSchemaVersion": "2.0"},
}
_BUNDLE: Final = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "2022-06"}},
        {
            "resource": {
                "resourceType": "Encounter",
                "id": "visit-17",
                "status": "finished",
                "subject": {"reference": "Patient/p1"},
                "period": {"start": "2026-01-02T03:04:05Z"},
            }
        },
        {
            "resource": {
                "resourceType": "Condition",
                "id": "c1",
                "subject": {"reference": "Patient/p1"},
                "verificationStatus": {"coding": [{"code": "confirmed"}]},
                "code": {"coding": [{"system": "http://human-phenotype-ontology.org", "code": "HP:0001250"}]},
            }
        },
        {
            "resource": {
                "resourceType": "Observation",
                "id": "o1",
                "status": "final",
                "subject": {"reference": "Patient/p1"},
                "encounter": {"reference": "Encounter/visit-17"},
                "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
                "valueQuantity": {"value": 110, "code": "/min"},
            }
        },
    ],
}
_CASE_SCHEMA: Final = {
    "oneOf": [
        {"$ref": "#/components/schemas/CaseForm"},
        {
            "type": "object",
            "title": "Phenopacket",
            "description": "A GA4GH phenopacket, version 2.",
            "required": ["phenotypicFeatures"],
            "properties": {
                "id": {"type": "string"},
                "subject": {"type": "object"},
                "phenotypicFeatures": {"type": "array", "items": {"type": "object"}},
            },
        },
        {
            "type": "object",
            "title": "Bundle",
            "description": "A FHIR R4 Bundle with the resources of one patient (docs/reference/sources.md says which).",
            "required": ["resourceType", "entry"],
            "properties": {
                "resourceType": {"const": "Bundle"},
                "entry": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"resource": {"type": "object"}}},
                },
            },
        },
    ]
}
_EXAMPLES: Final = {
    "form": {"summary": "The project's own form", "value": _FORM},
    "phenopacket": {"summary": "A phenopacket", "value": _PHENOPACKET},
    "bundle": {"summary": "A FHIR R4 Bundle", "value": _BUNDLE},
}
OPEN: Final[dict[str, Any]] = {"security": []}  # nobody is asked who they are
CASE_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One case, told apart by content: a phenopacket (version 2), a FHIR R4 Bundle, or our own form.",
        "content": {"application/json": {"schema": _CASE_SCHEMA, "examples": _EXAMPLES}},
    }
}
LINES_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One case a line.",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": '{"observed":["HP:0001250"]}\n'}},
    }
}
EXPLANATION_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ExplanationRequest"},
                "example": {"case": _FORM, "disorders": 3, "questions": 5},
            }
        },
    }
}
KEY_PARAMETER: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "A key of the client's own; a retry with the same key and body gets the first answer.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        }
    ]
}
_MEANINGS: Final[Mapping[int, str]] = {
    400: "The body is not JSON.",
    401: "Who asks is not known.",
    403: "None of the client's roles allows this.",
    404: "There is nothing of this name.",
    408: "The body did not arrive in time.",
    409: "The package of the new model does not verify; the old model answers on.",
    413: "The body is too large, or holds too many cases.",
    415: "The content type is not supported.",
    422: "A field is not as it must be, or the idempotency key belongs to another body.",
    429: "The client asks too often; Retry-After says when to try again.",
    503: "The service is overloaded or cannot keep the answer; Retry-After says when to try again.",
}


def PROBLEMS(*statuses: int) -> dict[int | str, dict[str, Any]]:  # noqa: N802  # reads as a constant of a route
    """The errors that a route may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {status: {"description": _MEANINGS[status], "content": content} for status in statuses}


def complete_document(app: FastAPI) -> dict[str, Any]:
    """The application's OpenAPI document with its security schemes and the schemas that bodies refer to."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
        )
        _, own = models_json_schema(
            [(model, "validation") for model in (CaseForm, ExplanationRequest, ProblemDetails)],
            ref_template="#/components/schemas/{model}",
        )
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas.update({name: schema for name, schema in own["$defs"].items() if name not in schemas})
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        document["security"] = [{"bearer": []}, {"key": []}]
        app.openapi_schema = document
    return app.openapi_schema
