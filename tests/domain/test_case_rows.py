"""Cases given one by one are what the same cases are in a file."""

import orjson
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.case_rows import assemble_cases
from orphan_disease.domain.cases_to_answer import cases_to_answer
from orphan_disease.domain.clinical_cases import ClinicalCase
from orphan_disease.domain.phenopacket_frames import phenopacket_row
from orphan_disease.domain.phenopackets import read_phenopackets
from tests.domain.small_predictor import NERVOUS, NERVOUS_TERMS, SKIN_TERMS, small_ontology


def packet(case_id: str, observed: list[str], excluded: list[str], **subject: object) -> str:
    features = [{"type": {"id": term}} for term in observed]
    features += [{"type": {"id": term}, "excluded": True} for term in excluded]
    return orjson.dumps({"id": case_id, "subject": {"id": case_id, **subject}, "phenotypicFeatures": features}).decode()


PACKETS = [
    packet("a", [NERVOUS_TERMS[0], "HP:9999999"], [NERVOUS, SKIN_TERMS[0]], sex="FEMALE"),
    packet("b", [], [SKIN_TERMS[1]], timeAtLastEncounter={"age": {"iso8601duration": "P3Y"}}),
    packet(
        "c", ["HP:7654321"], [], dateOfBirth="2000-01-01", timeAtLastEncounter={"timestamp": "2020-01-01T00:00:00Z"}
    ),
    packet("PMID_12_d", [SKIN_TERMS[2]], [], sex="MALE"),
]


def test_rows_are_typed_as_a_file_of_them_is() -> None:
    ontology = small_ontology()
    terms = {**ontology.replacements, **{term: term for term in ontology.term_ids}}
    read = [member for text in PACKETS for member in read_phenopackets(text, terms)]
    documents = pd.DataFrame({"source_file": "f", "source_line": range(1, 5), "payload": PACKETS})
    expected, _ = cases_to_answer(documents.astype({"source_line": "Int64"}), ontology)

    cases, found = assemble_cases([phenopacket_row(each) for each in read if isinstance(each, ClinicalCase)], ontology)

    pd.testing.assert_frame_equal(cases, expected)
    assert found[["case_id", "reason"]].to_numpy().tolist() == [["a", "TERM_CONTRADICTED"]]


def test_what_is_not_given_is_missing_and_what_cannot_be_is_set_missing() -> None:
    rows = [{"case_id": "x"}, {"case_id": "y", "sex": "male", "pregnant": 1.0, "observed_terms": [NERVOUS_TERMS[0]]}]
    cases, found = assemble_cases(rows, small_ontology())
    assert cases["age_days_missing"].all()
    assert cases["without_observed_terms"].tolist() == [True, False]
    assert cases["pregnant"].isna().all()
    assert found["reason"].tolist() == ["PREGNANCY_IN_MALE"]


def test_cases_without_anything_to_contradict_are_typed_as_beside_one_that_has() -> None:
    plain = {columns.CASE_ID: "a", columns.OBSERVED_TERMS: [], columns.SEX: "male", columns.AGE_DAYS: 900.0}
    sick = {columns.CASE_ID: "b", columns.OBSERVED_TERMS: [NERVOUS_TERMS[0]], columns.HEART_RATE_BPM: 90}
    clashing = {columns.CASE_ID: "c", columns.SEX: "male", columns.PREGNANT: True}
    ontology = small_ontology()
    alone, nothing = assemble_cases([plain, sick], ontology)
    beside, found = assemble_cases([plain, sick, clashing], ontology)
    assert nothing.empty
    assert found["reason"].tolist() == ["PREGNANCY_IN_MALE"]
    pd.testing.assert_frame_equal(alone, beside.iloc[:2])
