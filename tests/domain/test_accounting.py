"""Rows in are rows out and rows set aside, asserted at run time: a row lost on the way raises, in every source."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from orphan_disease.contracts import columns, triage_form, truth_file
from orphan_disease.domain import cases, fhir, labels, phenopacket_frames, phenopackets, triage, truth
from orphan_disease.domain.ledger import AccountingError
from tests.domain import fhir_documents
from tests.domain.small_predictor import small_ontology

TERMS = {"HP:0001250": "HP:0001250"}
FORM = pd.DataFrame(
    {
        triage_form.PATIENT_ID: ["SIM-1", "SIM-2", "SIM-3"],
        triage_form.ENCOUNTER_ID: ["E1", "E2", "E3"],
        triage_form.ARRIVAL_AT: "2024-01-01T10:00:00Z",
        triage_form.SYMPTOMS: "HP:0001250",
    },
    dtype="str",
)
TRUTH = pd.DataFrame(
    {
        truth_file.ENCOUNTER_ID: ["E1", "E2", "E9"],
        truth_file.DIAGNOSIS_ID: "ORPHA:558",
        truth_file.CONFIRMED_AT: "2024-02-01",
    },
    dtype="str",
)
DISORDERS = pd.DataFrame({columns.DISORDER_ID: ["ORPHA:558"], columns.MEMBER_IDS: [[]], columns.CATEGORY: ["unknown"]})
PACKETS = [
    {"id": name, "subject": {"id": f"SIM-{name}"}, "phenotypicFeatures": [{"type": {"id": "HP:0001250"}}]}
    for name in ("A", "B")
]
BUNDLES = [
    fhir_documents.bundle(fhir_documents.patient(name), fhir_documents.visit(f"e{name}", "2024-01-01", name))
    for name in ("p1", "p2")
]


def read_form() -> pd.DataFrame:
    return triage.type_triage(FORM, TERMS, {})[0]


def read_packets() -> pd.DataFrame:
    return phenopacket_frames.type_phenopackets(fhir_documents.documents(*PACKETS), TERMS)[0]


def read_bundles() -> pd.DataFrame:
    return phenopacket_frames.type_phenopackets(fhir_documents.documents(*BUNDLES), TERMS)[0]


def read_truth() -> pd.DataFrame:
    return truth.type_truth(TRUTH)[0]


def join() -> pd.DataFrame:
    nothing = phenopacket_frames.type_phenopackets(fhir_documents.documents(), TERMS)[0]
    return cases.build_cases(read_form(), nothing, nothing, small_ontology())[0]


def label() -> pd.DataFrame:
    nothing = phenopacket_frames.type_phenopackets(fhir_documents.documents(), TERMS)[0]
    return labels.build_labels(join(), read_truth(), nothing, DISORDERS)[0]


def without_last(result: Any) -> Any:
    """The same result with one record less, in silence."""
    if isinstance(result, tuple):
        return (without_last(result[0]), *result[1:])
    return result.iloc[:-1] if isinstance(result, pd.DataFrame) else list(result)[:-1]


@pytest.mark.parametrize(
    ("source", "records", "module", "step"),
    [
        (read_form, 3, triage, "_without_duplicates"),
        (read_form, 3, triage, "_identified"),
        (read_packets, 2, phenopacket_frames, "_drop_duplicates"),
        (read_packets, 2, phenopackets, "read_phenopackets"),
        (read_bundles, 2, phenopacket_frames, "_drop_duplicates"),
        (read_bundles, 2, fhir.FhirReader, "cases"),
        (read_truth, 3, truth, "_with_status"),
        (join, 3, cases, "_unique"),
        (label, 2, labels, "_diagnoses"),
    ],
)
def test_a_record_that_is_lost_raises(
    source: Callable[[], pd.DataFrame], records: int, module: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(source()) == records
    whole = getattr(module, step)

    def losing(*arguments: Any, **named: Any) -> Any:
        return without_last(whole(*arguments, **named))

    monkeypatch.setattr(module, step, losing)
    with pytest.raises(AccountingError):
        source()


def test_a_resource_that_is_lost_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir.FhirReader, "_keep", lambda reader, patient, key, stated: None)
    with pytest.raises(AccountingError, match="4 FHIR resources went in, 0 are accounted for"):
        read_bundles()


def test_what_a_bundle_deletes_or_leaves_empty_is_counted() -> None:
    bundle = fhir_documents.bundle(fhir_documents.patient())
    pages = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle", "entry": []}}]}
    more = [{"request": {"method": "DELETE", "url": "Patient/p2"}}, {}, {"resource": pages}]
    _, found = phenopacket_frames.type_phenopackets(
        fhir_documents.documents(bundle | {"entry": [*bundle["entry"], *more]}), TERMS
    )
    counted = found.loc[found[columns.REASON] == "RESOURCE_NOT_READ", columns.DETAIL].str.split(" are ").str[0]
    assert counted.tolist() == [
        "1 resources of type Bundle",
        "1 resources of type deletion",
        "1 resources of type empty entry",
    ]
