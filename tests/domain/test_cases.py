import json
from typing import Any

import pandas as pd
import pytest

from orphan_disease.contracts import columns, triage_form
from orphan_disease.contracts.frames import patients
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.domain.cases import CASE_COLUMNS, build_cases, missing_indicator
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.phenopacket_frames import type_phenopackets
from orphan_disease.domain.triage import type_triage

SEIZURE, FOCAL, FEVER, ROOT = "HP:0001250", "HP:0007359", "HP:0001945", "HP:0000118"
TERMS = {term: term for term in (SEIZURE, FOCAL, FEVER, ROOT)}


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    terms = pd.DataFrame({columns.TERM_ID: list(TERMS), columns.LABEL: list(TERMS), columns.IS_OBSOLETE: False})
    edges = pd.DataFrame(
        [(SEIZURE, ROOT), (FOCAL, SEIZURE), (FEVER, ROOT)], columns=[columns.TERM_ID, columns.PARENT_ID]
    )
    none = pd.DataFrame({columns.ALTERNATIVE_ID: [], columns.TERM_ID: []}, dtype="str")
    return Ontology.from_frames(terms, edges, none)


def visits(*entries: dict[str, str]) -> pd.DataFrame:
    plain = {triage_form.PATIENT_ID: "SIM-000001", triage_form.ARRIVAL_AT: "2024-01-01", triage_form.SEX: "female"}
    if not entries:
        return type_triage(pd.DataFrame(), TERMS, {})[0]
    form = pd.DataFrame([plain | {triage_form.ENCOUNTER_ID: f"E{n}"} | entry for n, entry in enumerate(entries)])
    return type_triage(form.astype("str"), TERMS, {})[0]


def packets(*entries: dict[str, Any]) -> pd.DataFrame:
    payloads = []
    for number, entry in enumerate(entries):
        features = [{"type": {"id": term}} for term in entry.get("observed", ())]
        features += [{"type": {"id": term}, "excluded": True} for term in entry.get("excluded", ())]
        subject = {"id": entry.get("patient", "SIM-000001"), "sex": entry.get("sex", "FEMALE")}
        subject["timeAtLastEncounter"] = {"age": {"iso8601duration": entry.get("age", "P10Y")}}
        disease = {"term": {"id": "OMIM:1"}, "onset": {"age": {"iso8601duration": entry.get("onset", "P1Y")}}}
        created = {"created": entry.get("created", "2023-01-01T00:00:00Z")}
        packet = {"id": entry.get("id", f"H{number}"), "subject": subject, "phenotypicFeatures": features}
        payloads.append(json.dumps(packet | {"diseases": [disease], "metaData": created}))
    documents = pd.DataFrame({columns.SOURCE_FILE: "h.json", columns.SOURCE_LINE: pd.NA, columns.PAYLOAD: payloads})
    return type_phenopackets(documents, TERMS)[0]


def test_a_visit_is_joined_with_its_patients_history(ontology: Ontology) -> None:
    history = packets({"observed": [SEIZURE], "excluded": [FEVER]})
    cases, ledger = build_cases(visits({"symptoms": FOCAL, "heart_rate": "90"}), history, packets(), ontology)
    case = cases.iloc[0]
    assert tuple(cases.columns) == CASE_COLUMNS
    assert (len(cases), case[columns.CASE_ID], case[columns.PROVENANCE]) == (1, "E0", "hospital")
    assert case[columns.OBSERVED_TERMS] == [SEIZURE, FOCAL]
    assert case[columns.EXCLUDED_TERMS] == [FEVER]
    assert case[columns.AGE_DAYS] == pytest.approx(3652.5)  # the form gives none: the history's stands
    assert case[columns.ONSET_AGE_DAYS] == pytest.approx(365.25)
    assert case[columns.HEART_RATE_BPM] == 90.0
    assert not case[missing_indicator(columns.HEART_RATE_BPM)]
    assert case[missing_indicator(columns.TEMPERATURE_C)]
    assert ledger.empty
    require_shape(cases, patients.CASES)


def test_an_exclusion_that_an_observation_contradicts_is_dropped(ontology: Ontology) -> None:
    confirmed = packets(
        {"observed": [FOCAL], "excluded": [SEIZURE, FEVER]},
        {"observed": [SEIZURE], "excluded": [FOCAL]},
        {"observed": [FEVER], "excluded": [FEVER]},
    )
    cases, ledger = build_cases(visits(), packets(), confirmed, ontology)
    assert cases[columns.EXCLUDED_TERMS].tolist() == [[FEVER], [FOCAL], []]
    assert confirmed[columns.EXCLUDED_TERMS].tolist() == [[SEIZURE, FEVER], [FOCAL], [FEVER]]  # the input is untouched
    assert ledger[[columns.CASE_ID, columns.REASON]].to_numpy().tolist() == [
        ["H0", "TERM_CONTRADICTED"],
        ["H2", "TERM_CONTRADICTED"],
    ]


@pytest.mark.parametrize(
    ("visit", "history", "field", "reason"),
    [
        ({"sex": "male", "pregnant": "yes"}, {"sex": "MALE"}, columns.PREGNANT, "PREGNANCY_IN_MALE"),
        ({"pregnant": "yes", "age_value": "4", "age_unit": "years"}, {}, columns.PREGNANT, "PREGNANCY_AT_AGE"),
        ({"age_value": "20", "age_unit": "years"}, {"onset": "P30Y"}, columns.ONSET_AGE_DAYS, "ONSET_AFTER_VISIT"),
        (
            {"age_value": "1", "age_unit": "years", "symptom_duration_days": "5000"},
            {},
            columns.SYMPTOM_DURATION_DAYS,
            "DURATION_BEYOND_AGE",
        ),
    ],
)
def test_a_contradiction_is_set_missing_and_recorded(
    ontology: Ontology, visit: dict[str, str], history: dict[str, Any], field: str, reason: str
) -> None:
    cases, ledger = build_cases(visits(visit), packets(history), packets(), ontology)
    assert cases[field].isna().all()
    assert cases[missing_indicator(field)].all()
    assert ledger[[columns.FIELD, columns.REASON, columns.ACTION]].to_numpy().tolist() == [[field, reason, "impute"]]


def test_sex_that_two_sources_tell_differently_is_unknown(ontology: Ontology) -> None:
    cases, ledger = build_cases(visits({}), packets({"sex": "MALE"}), packets(), ontology)
    assert cases[columns.SEX].tolist() == ["unknown"]
    assert ledger[columns.REASON].tolist() == ["SEX_CONFLICTING"]


def test_every_record_is_accounted_for(ontology: Ontology) -> None:
    histories = packets(
        {"id": "old", "created": "2020-01-01T00:00:00Z"},
        {"id": "new", "created": "2021-01-01T00:00:00Z", "observed": [FEVER]},
        {"id": "alone", "patient": "SIM-000002"},
    )
    confirmed = packets({"id": "E0", "patient": "SIM-000003"}, {"id": "P", "patient": "SIM-000004"})
    cases, ledger = build_cases(visits({}, {"arrival_at": "2024-02-01"}), histories, confirmed, ontology)
    assert cases[columns.CASE_ID].tolist() == ["E0", "E1", "alone", "P"]
    assert cases[columns.OBSERVED_TERMS].tolist() == [[FEVER], [FEVER], [], []]
    assert cases[columns.WITHOUT_OBSERVED_TERMS].tolist() == [False, False, True, True]
    assert sorted(ledger[columns.REASON]) == ["CASE_ID_REPEATED", "HISTORY_SUPERSEDED"]


def test_no_source_gives_an_empty_table(ontology: Ontology) -> None:
    cases, ledger = build_cases(visits(), packets(), packets(), ontology)
    assert tuple(cases.columns) == CASE_COLUMNS
    assert cases.empty and ledger.empty
