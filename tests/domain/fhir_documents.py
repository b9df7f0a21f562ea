"""Small FHIR R4 documents that the tests change."""

import json
from typing import Any

import pandas as pd

from orphan_disease.adapters.source_datasets import DOCUMENT_COLUMNS
from orphan_disease.contracts import columns
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary, CodeMeaning

TERMS = {name: name for name in ("HP:0001250", "HP:0001945", "HP:0002099", "HP:0002315", "HP:0000118")} | {
    "HP:0009999": "HP:0001250"
}
VOCABULARY = ClinicalVocabulary(
    codes={
        "SNOMED:386661006": (CodeMeaning("HP:0001945", is_exact=True, by="hpo_cross_reference"),),
        "ICD10:J45": (CodeMeaning("HP:0002099", is_exact=True, by="condition_codes"),),
        "ICD10:Q87.4": (CodeMeaning("ORPHA:558", is_exact=True, by="condition_codes"),),
    },
    phrases={"cefalea": "HP:0002315"},
)
HPO = "http://human-phenotype-ontology.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"


def concept(system: str, code: str, words: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]} | ({"text": words} if words else {})


def patient(name: str = "p1", **changes: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name, "gender": "female", "birthDate": "2020-01-01"} | changes


def about(kind: str, name: str = "p1", **content: Any) -> dict[str, Any]:
    return {"resourceType": kind, "subject": {"reference": f"Patient/{name}"}} | content


def condition(code: Any, status: str = "confirmed", name: str = "p1", **content: Any) -> dict[str, Any]:
    verified = {"verificationStatus": {"coding": [{"code": status}]}} if status else {}
    return about("Condition", name, code=code, **verified, **content)


def observation(code: Any, name: str = "p1", **content: Any) -> dict[str, Any]:
    return about("Observation", name, status="final", code=code, **content)


def visit(identity: str, start: str, name: str = "p1", status: str = "finished") -> dict[str, Any]:
    return about("Encounter", name, id=identity, status=status, period={"start": start})


def measured(loinc: str, value: float, unit: str, **content: Any) -> dict[str, Any]:
    return observation(concept(LOINC, loinc), valueQuantity={"value": value, "code": unit}, **content)


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [
        {"fullUrl": f"urn:uuid:{each.get('id', number)}", "resource": each} for number, each in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def documents(*contents: Any) -> pd.DataFrame:
    texts = [content if isinstance(content, str) else json.dumps(content) for content in contents]
    rows = [(f"{number}.json", None, text) for number, text in enumerate(texts)]
    return pd.DataFrame(rows, columns=list(DOCUMENT_COLUMNS)).astype({columns.SOURCE_LINE: "Int64"})
