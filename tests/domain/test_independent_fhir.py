"""An export that another project's generator wrote goes through: nothing of it is set aside, and it says something.

The generator is `carebundle` (PyPI): R4 bundles that conform to US Core, from clinical profiles of its own. A bulk
export of another generator is read in `tests/adapters/test_bulk_export.py`.
"""

import json

import pandas as pd
import pytest

from orphan_disease.adapters.clinical_vocabulary import read_vocabulary
from orphan_disease.contracts import columns
from orphan_disease.domain.phenopacket_frames import type_phenopackets
from tests.domain.fhir_documents import documents

carebundle = pytest.importorskip("carebundle", reason="a development dependency: pip install carebundle")

PATIENTS = 12


@pytest.fixture(scope="module")
def bundles() -> list[dict[str, object]]:
    profiles = ("type2_diabetes", "hypertension", "ckd_stage3", "anaemia")
    made = (carebundle.generate_bundle(profile=profiles[number % 4], seed=number) for number in range(PATIENTS))
    return [json.loads(bundle.model_dump_json(exclude_none=True)) for bundle in made]


def _read(*contents: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    vocabulary = read_vocabulary()
    terms = {meaning.target: meaning.target for meanings in vocabulary.codes.values() for meaning in meanings}
    return type_phenopackets(documents(*contents), terms, vocabulary)


def test_every_bundle_is_a_case_with_age_sex_vitals_and_terms(bundles: list[dict[str, object]]) -> None:
    typed, ledger = _read(*bundles)
    assert len(typed) == PATIENTS
    assert "quarantine" not in set(ledger[columns.ACTION])
    assert (
        typed[[columns.AGE_DAYS, columns.HEART_RATE_BPM, columns.SYSTOLIC_MMHG, columns.TEMPERATURE_C]]
        .notna()
        .all(axis=None)
    )
    assert set(typed[columns.SEX]) <= {"female", "male"}
    assert not typed[columns.WITHOUT_OBSERVED_TERMS].any()
    assert set(typed[columns.PROVENANCE]) == {"simulated"}  # each resource is labelled HTEST


def test_the_same_resources_as_a_bulk_export_are_the_same_cases(bundles: list[dict[str, object]]) -> None:
    resources = [
        entry["resource"] | ({} if "id" in entry["resource"] else {"id": entry["fullUrl"].removeprefix("urn:uuid:")})
        for bundle in bundles
        for entry in bundle["entry"]  # type: ignore[attr-defined]
    ]
    shuffled = sorted(resources, key=lambda resource: (resource["resourceType"], resource["id"]))
    of_bundles, of_lines = (
        table.drop(columns=[columns.SOURCE_FILE, columns.MAPPED_CODES]).sort_values(columns.CASE_ID, ignore_index=True)
        for table in (_read(*bundles)[0], _read(*shuffled)[0])
    )
    pd.testing.assert_frame_equal(of_bundles, of_lines)
