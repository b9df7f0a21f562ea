import json

import pandas as pd
import pytest

from orphan_disease.contracts import columns, triage_form, truth_file
from orphan_disease.contracts.parameters.fabrication import DefectRates, HospitalParams
from orphan_disease.domain.hospital import FabricatedHospital, fabricate_hospital
from orphan_disease.domain.phenopackets import read_phenopackets
from tests.domain import simulation_world as world

CLEAN = DefectRates(**dict.fromkeys(DefectRates.model_fields, 0.0))


@pytest.fixture(scope="module")
def spoiled() -> FabricatedHospital:
    rates = DefectRates(**dict.fromkeys(DefectRates.model_fields, 0.05))
    return fabricate_hospital(world.sources(), world.params(800).model_copy(update={"defects": rates}))


@pytest.fixture(scope="module")
def clean() -> FabricatedHospital:
    return fabricate_hospital(world.sources(), world.params(800).model_copy(update={"defects": CLEAN}))


def test_equal_arguments_give_equal_files() -> None:
    first, second = (fabricate_hospital(world.sources(), world.params(150)) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_another_seed_gives_other_patients() -> None:
    first, second = (fabricate_hospital(world.sources(), world.params(150, seed=seed)) for seed in (1, 2))
    assert not first.triage[triage_form.SYMPTOMS].equals(second.triage[triage_form.SYMPTOMS])


def test_every_record_says_that_it_is_simulated(spoiled: FabricatedHospital) -> None:
    assert set(spoiled.triage[triage_form.SIMULATED]) == {"yes"}
    assert set(spoiled.truth[truth_file.SIMULATED]) == {"yes"}
    assert spoiled.triage[triage_form.PATIENT_ID].str.startswith("SIM-").all()


def test_histories_are_phenopackets_marked_as_simulated_and_without_a_diagnosis(clean: FabricatedHospital) -> None:
    terms = {term: term for term in world.ontology().term_ids}
    for payload in clean.histories[columns.PAYLOAD]:
        packet = json.loads(payload)
        (case,) = read_phenopackets(payload, terms)
        assert not {"diseases", "interpretations"} & set(packet)
        assert str(case.provenance) == "simulated"
        assert case.observed and not case.unknown_codes and case.diagnosis_id is None


def test_a_clean_hospital_has_an_empty_ledger_and_one_row_a_visit(clean: FabricatedHospital) -> None:
    assert clean.ledger.empty
    assert clean.triage[triage_form.ENCOUNTER_ID].is_unique
    assert clean.triage[triage_form.PATIENT_ID].nunique() == 800
    assert list(clean.triage) == list(triage_form.TRIAGE_COLUMNS)


def test_visits_lie_in_the_year_before_the_reference_date_and_diagnoses_after_the_visit(
    clean: FabricatedHospital,
) -> None:
    arrival = pd.to_datetime(clean.triage[triage_form.ARRIVAL_AT], utc=True)
    reference = pd.Timestamp(world.params().hospital.reference_date)
    assert arrival.between(reference - pd.Timedelta(days=365), reference).all()
    first = clean.triage.assign(arrival=arrival).groupby(triage_form.PATIENT_ID)["arrival"].min()
    confirmed = pd.to_datetime(clean.truth[truth_file.CONFIRMED_AT], utc=True)
    assert (confirmed > first.loc[clean.truth[truth_file.PATIENT_ID]].to_numpy()).all()


def test_a_late_confirmation_is_late_for_every_visit_that_it_explains(spoiled: FabricatedHospital) -> None:
    late = spoiled.ledger.loc[spoiled.ledger["defect"] == "late_confirmation", triage_form.PATIENT_ID]
    assert len(late) > 20
    arrival = pd.to_datetime(spoiled.triage[triage_form.ARRIVAL_AT], utc=True, errors="coerce")
    last = spoiled.triage.assign(arrival=arrival).groupby(triage_form.PATIENT_ID)["arrival"].max()
    confirmed = pd.to_datetime(spoiled.truth[truth_file.CONFIRMED_AT], utc=True)
    days = (confirmed - spoiled.truth[truth_file.PATIENT_ID].map(last)).dt.days
    assert (days[spoiled.truth[truth_file.PATIENT_ID].isin(late)].dropna() >= truth_file.LATE_AFTER_DAYS).all()


def test_histories_state_the_release_of_their_terms(clean: FabricatedHospital) -> None:
    versions = {
        resource["version"]
        for payload in clean.histories[columns.PAYLOAD]
        for resource in json.loads(payload)["metaData"]["resources"]
    }
    assert versions == {world.ontology().version}


def test_the_mix_of_patients_is_the_asked_one(clean: FabricatedHospital) -> None:
    kinds = clean.truth[truth_file.DIAGNOSIS_ID].str.split(":").str[0].replace({"ORPHA": "orphan", "OMIM": "orphan"})
    shares = kinds.value_counts(normalize=True)
    assert shares["orphan"] == pytest.approx(0.45, abs=0.05)
    assert shares["NONE"] == pytest.approx(0.55 * 0.2, abs=0.03)


def test_every_defect_is_put_in_at_its_rate_and_found_where_the_ledger_says(spoiled: FabricatedHospital) -> None:
    counts = spoiled.ledger.groupby("defect").size()
    expected = set(DefectRates.model_fields) - {"near_duplicate_row"} | {"visit_under_two_ids", "conflicting_row"}
    assert set(counts.index) == expected
    assert counts["duplicate_row"] == pytest.approx(0.05 * 830, rel=0.5)
    rows = spoiled.triage.drop_duplicates(triage_form.ENCOUNTER_ID).set_index(triage_form.ENCOUNTER_ID)
    cells = {
        "unknown_complaint": (triage_form.CHIEF_COMPLAINT, lambda cell: cell == "triage-code-77"),
        "impossible_age": (triage_form.AGE_VALUE, lambda cell: int(cell) >= 200),
        "fahrenheit_as_celsius": (triage_form.TEMPERATURE, lambda cell: float(cell) > 85),
    }
    for defect, (field, bears) in cells.items():
        struck = spoiled.ledger.loc[spoiled.ledger["defect"] == defect, triage_form.ENCOUNTER_ID]
        assert len(struck)
        assert rows.loc[struck, field].map(bears).all(), defect


def test_a_broken_document_is_no_json_and_a_retired_code_is_written(spoiled: FabricatedHospital) -> None:
    broken = 0
    for payload in spoiled.histories[columns.PAYLOAD]:
        try:
            json.loads(payload)
        except json.JSONDecodeError:
            broken += 1
    assert broken == (spoiled.ledger["defect"] == "broken_document").sum()
    assert spoiled.histories[columns.PAYLOAD].str.contains(world.OBSOLETE).any()


def test_a_vital_sign_of_a_condition_replaces_the_usual_one(clean: FabricatedHospital) -> None:
    ill = clean.truth.loc[clean.truth[truth_file.DIAGNOSIS_ID] == "ICD10:J06.9", truth_file.PATIENT_ID]
    celsius = clean.triage.loc[clean.triage[triage_form.TEMPERATURE_UNIT] == "C"]
    warm = celsius[triage_form.PATIENT_ID].isin(ill)
    temperature = celsius[triage_form.TEMPERATURE].astype(float)
    assert temperature[warm].mean() == pytest.approx(38.35, abs=0.15)


def test_a_reference_date_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        HospitalParams.model_validate({"reference_date": "2026-01-01T00:00:00"})
