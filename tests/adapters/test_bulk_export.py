"""A bulk export that another project's generator wrote is read as the pipelines read it, against the export itself.

The generator is `clinosim` (PyPI): a hospital whose patients fall ill and are treated, as FHIR R4 bulk NDJSON with 25
types of resource, its manifest beside them. What is expected of each patient is worked out here from the JSON alone.
"""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orphan_disease.adapters.clinical_vocabulary import read_vocabulary
from orphan_disease.adapters.knowledge_datasets import HpoTextDataset
from orphan_disease.adapters.source_datasets import DocumentsDataset
from orphan_disease.contracts import columns
from orphan_disease.domain.cases_to_answer import cases_to_answer
from orphan_disease.domain.obograph import parse_ontology
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.phenopacket_frames import type_histories
from orphan_disease.domain.pseudonyms import pseudonymise

pytest.importorskip("clinosim", reason="a development dependency: pip install clinosim")

Resource = dict[str, Any]
FEWEST_PATIENTS = 8
# ICD-10-CM codes that the generator writes, and the term that each stands for.
TERMS_OF_CODES = {"I10": "HP:0000822", "E78.5": "HP:0003077", "E66.3": "HP:0025502", "R55": "HP:0001279"}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one export: some 2,000 resources of some 15 patients."""
    folder = tmp_path_factory.mktemp("export")
    options = ["--population=25", "--seed=3", "--start=2025-01-01", "--end=2025-06-30", "--format", "fhir-r4"]
    command = "from clinosim.simulator.cli import main; main()"
    subprocess.run(  # the generator, with fixed options
        [sys.executable, "-c", command, "simulate", *options, "--output", str(folder)], check=True, capture_output=True
    )
    (folder / "fhir_r4" / "_generator_metadata.json").unlink()
    return folder / "fhir_r4"


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    content = parse_ontology(HpoTextDataset(name="hp.obo").load())
    return Ontology.from_frames(content.terms, content.edges, content.alternatives)


def resources(export: Path, kind: str) -> Iterator[Resource]:
    yield from map(json.loads, (export / f"{kind}.ndjson").read_text(encoding="utf-8").splitlines())


def documents(path: Path) -> pd.DataFrame:
    return DocumentsDataset(filepath="absent", source_path=str(path)).load()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def patient_of(resource: Resource) -> str:
    return pseudonymise(resource["subject"]["reference"].removeprefix("Patient/"))


def test_every_patient_is_a_case_at_the_latest_visit_with_age_and_sex(export: Path, ontology: Ontology) -> None:
    typed, found = type_histories(documents(export), ontology.every_id, read_vocabulary())
    people = {pseudonymise(each["id"]): each for each in resources(export, "Patient")}
    visits: dict[str, Resource] = {}
    for visit in resources(export, "Encounter"):
        known = visits.get(patient_of(visit))
        if known is None or instant(visit["period"]["start"]) > instant(known["period"]["start"]):
            visits[patient_of(visit)] = visit
    assert len(people) >= FEWEST_PATIENTS
    assert set(typed[columns.PATIENT_ID]) == set(people)
    for case in typed.to_dict("records"):
        person, visit = people[case[columns.PATIENT_ID]], visits[case[columns.PATIENT_ID]]
        assert case[columns.CASE_ID] == visit["id"]
        born = instant(f"{person['birthDate']}T00:00:00+00:00")
        assert case[columns.AGE_DAYS] == pytest.approx(
            (instant(visit["period"]["start"]) - born).total_seconds() / 86400
        )
        assert case[columns.SEX] == person["gender"]
    assert not found[columns.ACTION].isin(["quarantine", "merge"]).any()


def test_codes_and_vital_signs_are_those_of_the_export(export: Path, ontology: Ontology) -> None:
    typed, _ = type_histories(documents(export), ontology.every_id, read_vocabulary())
    told = {patient: (set(terms), set(unknown)) for patient, terms, unknown in typed[
        [columns.PATIENT_ID, columns.OBSERVED_TERMS, columns.UNKNOWN_CODES]].itertuples(index=False)}  # fmt: skip
    conditions = [(patient_of(each), each["code"]["coding"][0]["code"]) for each in resources(export, "Condition")]
    named = [(patient, TERMS_OF_CODES[code]) for patient, code in conditions if code in TERMS_OF_CODES]
    assert {code for _, code in conditions} & set(TERMS_OF_CODES) == set(TERMS_OF_CODES)
    assert all(term in told[patient][0] for patient, term in named)
    pulses = {
        (patient_of(each), each["encounter"]["reference"].removeprefix("Encounter/")): each["valueQuantity"]["value"]
        for each in sorted(resources(export, "Observation"), key=lambda each: instant(each["effectiveDateTime"]))
        if each["code"]["coding"][0]["code"] == "8867-4" and "encounter" in each
    }
    read = typed.set_index([columns.PATIENT_ID, columns.CASE_ID])[columns.HEART_RATE_BPM].dropna()
    assert len(read) >= FEWEST_PATIENTS // 2
    assert read.to_dict() == {key: pulses[key] for key in read.index}
    assert typed[columns.CONSCIOUSNESS].dropna().isin(["alert", "pain"]).all()
    assert typed[columns.FAMILY_HISTORY].notna().any()


def test_nothing_is_passed_over_in_silence(export: Path, ontology: Ontology) -> None:
    _, found = type_histories(documents(export), ontology.every_id, read_vocabulary())
    read = {"Patient", "Encounter", "Condition", "Observation", "FamilyMemberHistory"}
    written = {path.stem: sum(1 for _ in path.open()) for path in export.glob("*.ndjson")} | {"export manifest": 1}
    passed_over = found.loc[found[columns.REASON] == "RESOURCE_NOT_READ", columns.DETAIL]
    counted = passed_over.str.extract(r"^(\d+) resources of type (.+) are not read")
    assert dict(zip(counted[1], counted[0].astype(int), strict=True)) == {
        kind: count for kind, count in written.items() if kind not in read and count
    }


def test_files_in_parts_gzipped_or_not_in_another_order_are_the_same_cases(
    export: Path, ontology: Ontology, tmp_path: Path
) -> None:
    for path in export.glob("*.ndjson"):
        lines = path.read_bytes().splitlines(keepends=True)
        half = len(lines) // 2
        (tmp_path / f"z-{path.stem}.000.ndjson.gz").write_bytes(gzip.compress(b"".join(lines[half:])))
        (tmp_path / f"a-{path.stem}.001.ndjson").write_bytes(b"".join(lines[:half]))
    whole, parts = (
        cases_to_answer(documents(path), ontology, read_vocabulary())[0].sort_values(columns.CASE_ID, ignore_index=True)
        for path in (export, tmp_path)
    )
    pd.testing.assert_frame_equal(whole, parts)
