"""Documents and plain fields become cases in the shape of the `cases` table."""

import json

import pandas as pd
import pytest

from orphan_disease.domain.cases import CASE_COLUMNS
from orphan_disease.domain.cases_to_answer import cases_to_answer, complete_cases
from tests.domain.small_predictor import NERVOUS_TERMS, small_ontology


def test_a_retired_term_is_replaced_and_a_broken_document_set_aside() -> None:
    document = {"id": "x", "subject": {"id": "p"}, "phenotypicFeatures": [{"type": {"id": "HP:9999999"}}]}
    documents = pd.DataFrame(
        {"source_file": ["a.json", "b.json"], "source_line": [None, None], "payload": [json.dumps(document), "{"]}
    ).astype({"source_line": "Int64"})
    cases, ledger = cases_to_answer(documents, small_ontology())

    assert list(cases.columns) == list(CASE_COLUMNS)
    assert cases["observed_terms"].tolist() == [[NERVOUS_TERMS[0]]]
    assert ledger.loc[ledger["action"] == "quarantine", "source_file"].tolist() == ["b.json"]


def test_fields_that_nobody_gave_are_missing() -> None:
    cases = complete_cases(pd.DataFrame({"case_id": ["x"], "observed_terms": [("HP:0000001",)], "sex": [None]}))

    assert list(cases.columns) == list(CASE_COLUMNS)
    assert (cases.loc[0, "sex"], cases.loc[0, "provenance"]) == ("unknown", "hospital")
    assert (cases.loc[0, "observed_terms"], cases.loc[0, "excluded_terms"]) == (["HP:0000001"], [])
    assert cases["age_days"].isna().all()


def test_a_case_without_its_id_is_refused() -> None:
    with pytest.raises(ValueError, match="a case needs case_id; given: observed_terms"):
        complete_cases(pd.DataFrame({"observed_terms": [[]]}))
