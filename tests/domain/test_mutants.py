# ruff: noqa: E501  # odd values side by side
"""Mutated phenopackets, FHIR bundles and form rows: no crash, no hang, every one accepted or set aside with its reason.

Quick by default. Ten thousand mutants of each kind: `MUTANTS=10000 pytest --no-cov tests/domain/test_mutants.py`. They are
read TOGETHER at a time, as a folder of documents or the rows of one form: what one of them does to the others is seen.
"""

import copy
import json
import os
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orphan_disease.adapters.source_tables import read_table
from orphan_disease.contracts import columns, triage_form
from orphan_disease.contracts.frames import patients
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.domain.cases import build_cases
from orphan_disease.domain.phenopacket_frames import type_phenopackets
from orphan_disease.domain.triage import type_triage
from tests.domain import fhir_documents as fhir
from tests.domain.small_predictor import NERVOUS_TERMS, small_ontology

MUTANTS = int(os.environ.get("MUTANTS", "60"))
TOGETHER = 10
ONTOLOGY = small_ontology()
SETTINGS = settings(
    max_examples=-(-MUTANTS // TOGETHER),
    deadline=None,  # a loaded machine is slow, not wrong; what hangs never ends this test
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

PHENOPACKET: dict[str, Any] = {
    "id": "case-1",
    "subject": {"id": "p", "sex": "MALE", "dateOfBirth": "2020-01-01", "timeAtLastEncounter": {"age": {"iso8601duration": "P2Y"}}},
    "phenotypicFeatures": [
        {"type": {"id": NERVOUS_TERMS[0]}, "onset": {"age": {"iso8601duration": "P1Y"}}},
        {"type": {"id": NERVOUS_TERMS[1]}, "excluded": True},
    ],
    "diseases": [{"term": {"id": "OMIM:154700"}}],
    "metaData": {"created": "2024-01-01T00:00:00Z", "externalReferences": [{"id": "PMID:1"}]},
}  # fmt: skip
BUNDLE: dict[str, Any] = fhir.bundle(
    fhir.patient(),
    fhir.visit("e1", "2022-01-01T10:00:00Z"),
    fhir.condition(fhir.concept(fhir.SNOMED, "386661006"), onsetAge={"value": 6, "code": "mo"}),
    fhir.condition(fhir.concept(fhir.ICD10, "J45.90"), "refuted"),
    fhir.observation(fhir.concept(fhir.HPO, NERVOUS_TERMS[0]), valueBoolean=False),
    fhir.measured("8310-5", 101.3, "[degF]", encounter={"reference": "Encounter/e1"}),
    {
        "resourceType": "FamilyMemberHistory",
        "patient": {"reference": "Patient/p1"},
        "condition": [{"code": fhir.concept(fhir.SNOMED, "386661006")}],
    },
)
ROW = {
    "patient_id": "p1", "encounter_id": "v1", "arrival_at": "2024-01-01T10:00:00Z", "age_value": "7", "age_unit": "years",
    "sex": "female", "temperature": "38.5", "temperature_unit": "C", "heart_rate": "110", "systolic": "120", "diastolic": "80",
    "symptoms": "HP:0001250;niega fiebre, tos;no:TOS", "pregnant": "no", "previous_visits": "2",
}  # fmt: skip
TERMS = {"HP:0001250": "HP:0001250", "HP:0001945": "HP:0001945", "HP:0000057": "HP:0001250"}
PHRASES = {"fiebre": "HP:0001945"}

LONG = "x" * 10_000_000
BIDI = "\u202eHP:0001250\u202c\u2066"
ODD: list[Any] = [
    None, True, False, 0, -1, 1e308, 10**400, "", "NaN", "nan", "\x00", "HP:\x000001250", BIDI, "9999-12-31T23:59:59-14:00",
    "9999", "0001-01-01", "HP:0000057", "HP:99999999", "P99999999Y", "P1Y" * 50, "\ud83d", "9**9**9**9", "/" * 50, [], {}, [[]],
    {"coding": 7}, {"reference": 7}, [None, 7, "x"], "Patient/p1/_history/x", -1e300, "urn:uuid:", "é" * 300,
]  # fmt: skip


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(deeper for key, child in items for deeper in _places(child, (*path, key)))]


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


@st.composite
def mutants(draw: st.DrawFn, original: dict[str, Any]) -> str:
    """The text of a document with some places changed, and then perhaps torn."""
    document = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 4))):
        places = [path for path in _places(document) if path]
        if not places:
            break
        *above, last = draw(st.sampled_from(places))
        holder = _at(document, tuple(above))
        kind = draw(st.sampled_from(["odd", "drop", "twice", "text", "deep"]))
        if kind == "odd":
            holder[last] = copy.deepcopy(draw(st.sampled_from(ODD)))  # a later change may reach into it
        elif kind == "drop":
            del holder[last]
        elif kind == "twice" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[last]))
        elif kind == "text":
            holder[last] = draw(st.text(max_size=30))
        elif kind == "deep":
            holder[last] = _nested(draw(st.integers(1, 300)))
    text = json.dumps(document)
    return _torn(draw, text)


def _nested(depth: int) -> Any:
    node: Any = "x"
    for _ in range(depth):
        node = [node] if depth % 2 else {"entry": node}
    return node


def _torn(draw: st.DrawFn, text: str) -> str:
    kind = draw(st.sampled_from(["whole"] * 6 + ["cut", "NaN", "NUL", "bom", "deep", "list"]))
    place = draw(st.integers(0, len(text)))
    return {
        "whole": lambda: text,
        "cut": lambda: text[:place],
        "NaN": lambda: text.replace("6", "NaN", 1),
        "NUL": lambda: f"{text[:place]}\x00{text[place:]}",
        "bom": lambda: f"\ufeff{text}",
        "deep": lambda: "[" * 10_000 + text + "]" * 10_000,
        "list": lambda: f"[{text},{text}]",
    }[kind]()


def together(original: dict[str, Any]) -> st.SearchStrategy[list[str]]:
    return st.lists(mutants(original), min_size=TOGETHER, max_size=TOGETHER)


def _accepted_or_set_aside(*texts: str) -> None:
    """Every document is a case's or a ledger's; that no record of theirs is lost, typing itself asserts."""
    names = [f"{number}.json" for number in range(len(texts))]
    documents = pd.DataFrame({columns.SOURCE_FILE: names, columns.SOURCE_LINE: None, columns.PAYLOAD: texts})
    typed, found = type_phenopackets(
        documents.astype({columns.SOURCE_LINE: "Int64"}), {term: term for term in ONTOLOGY.term_ids}, fhir.VOCABULARY
    )
    require_shape(found, patients.LEDGER)
    untold = {*names} - {*typed[columns.SOURCE_FILE], *found[columns.SOURCE_FILE]}
    assert not (untold and len(texts) == 1), "neither accepted nor set aside"
    for name in untold:  # mutated to another's patient, it is part of that one's case: alone it is a case
        _accepted_or_set_aside(texts[names.index(name)])
    nothing = typed.iloc[:0]
    cases, _ = build_cases(nothing, nothing, typed, ONTOLOGY)
    require_shape(cases, patients.CASES)


@SETTINGS
@given(together(PHENOPACKET))
def test_mutated_phenopackets_are_accepted_or_set_aside(texts: list[str]) -> None:
    _accepted_or_set_aside(*texts)


@SETTINGS
@given(together(BUNDLE))
def test_mutated_bundles_are_accepted_or_set_aside(texts: list[str]) -> None:
    # Each of a patient of its own: what several documents say of one patient is one case.
    _accepted_or_set_aside(*(text.replace("p1", f"patient{number}") for number, text in enumerate(texts)))


_CELLS = st.sampled_from([str(odd) for odd in ODD if odd is not None]) | st.text(max_size=40) | st.floats().map(str)


@st.composite
def mutated_forms(draw: st.DrawFn) -> bytes:
    """Bytes of a form whose header is whole and whose rows are not."""
    header = list(ROW)
    rows = []
    for number in range(TOGETHER):
        row = {**ROW, "encounter_id": f"v{number}"}
        for name in draw(st.lists(st.sampled_from(header), max_size=4)):
            row[name] = draw(_CELLS)
        rows.append(
            draw(st.sampled_from([",", ";", '"', ","])).join(row.values()) if draw(st.booleans()) else _quoted(row)
        )
    content = "\n".join([",".join(header), *rows]).encode("utf-8", "surrogatepass")
    place = draw(st.integers(len(",".join(header)) + 1, len(content)))
    return content if draw(st.booleans()) else content[:place] + draw(st.binary(max_size=20)) + content[place + 1 :]


def _quoted(row: dict[str, str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in row.values())


@SETTINGS
@given(mutated_forms())
def test_mutated_rows_are_typed_or_set_aside(content: bytes) -> None:
    form = read_table("form.csv", content)
    typed, found = type_triage(form, TERMS, {"TOS": "HP:0001945"}, PHRASES)  # the accounting is asserted inside
    require_shape(found, patients.LEDGER)
    assert set(typed[columns.CASE_ID]) <= set(form[triage_form.ENCOUNTER_ID].dropna().str.replace("\0", "").str.strip())


def test_a_string_of_ten_megabytes_is_read_in_any_field() -> None:
    for place in (("id",), ("subject", "id"), ("phenotypicFeatures", 0, "type", "id"), ("metaData", "created")):
        document = copy.deepcopy(PHENOPACKET)
        _at(document, place[:-1])[place[-1]] = LONG
        _accepted_or_set_aside(json.dumps(document))
    for place in ((0, "id"), (2, "code"), (3, "subject", "reference"), (5, "valueQuantity", "code")):
        bundle = copy.deepcopy(BUNDLE)
        entry = bundle["entry"][place[0]]["resource"]
        _at(entry, place[1:-1])[place[-1]] = LONG
        _accepted_or_set_aside(json.dumps(bundle))
    form = read_table("form.csv", ("\n".join([",".join(ROW), _quoted(ROW | {"symptoms": LONG})])).encode())
    assert len(type_triage(form, TERMS, {}, PHRASES)[0]) == 1
