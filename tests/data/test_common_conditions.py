"""The common conditions: who has them, with which signs, and how that shows in the vital signs."""

import pandas as pd
import pytest

from orphan_disease.adapters.table_files import read_package_table
from orphan_disease.contracts.columns import VITAL_SIGNS
from orphan_disease.contracts.vocabulary import ChiefComplaint
from orphan_disease.domain.disease_ids import is_common_condition
from orphan_disease.domain.ontology import PHENOTYPE_ROOT, Ontology

ADULT_OR_CHILD_RANGES = {
    "temperature_c": (36.0, 40.0),
    "heart_rate_bpm": (55, 180),
    "respiratory_rate_bpm": (10, 60),
    "systolic_mmhg": (80, 190),
    "diastolic_mmhg": (45, 110),
    "oxygen_saturation_pct": (85, 100),
    "pain_score": (0, 10),
}


@pytest.fixture(scope="module")
def conditions() -> pd.DataFrame:
    return read_package_table("common_conditions")


@pytest.fixture(scope="module")
def terms() -> pd.DataFrame:
    return read_package_table("common_condition_terms")


@pytest.fixture(scope="module")
def vitals() -> pd.DataFrame:
    return read_package_table("common_condition_vitals")


def test_there_are_enough_conditions_and_each_is_named_once(conditions: pd.DataFrame) -> None:
    assert len(conditions) >= 110
    for column in ("condition_id", "icd10", "name_en", "name_es"):
        assert conditions[column].is_unique, column
    assert conditions["icd10"].str.fullmatch(r"[A-Z]\d\d(\.\d)?").all()
    assert conditions["condition_id"].eq("ICD10:" + conditions["icd10"]).all()
    assert conditions["condition_id"].map(is_common_condition).all()


def test_incidence_age_and_sex_are_possible(conditions: pd.DataFrame) -> None:
    assert conditions["relative_incidence"].gt(0).all()
    assert 500 <= conditions["relative_incidence"].sum() <= 1000  # per 1,000 visits; the rest is other or nothing found
    assert conditions["age_min_years"].ge(0).all()
    assert conditions["age_min_years"].le(conditions["age_mode_years"]).all()
    assert conditions["age_mode_years"].le(conditions["age_max_years"]).all()
    assert conditions["age_min_years"].lt(conditions["age_max_years"]).all()
    assert conditions["age_max_years"].le(105).all()
    assert conditions["female_share"].between(0, 1).all()


def test_both_children_and_the_old_are_served(conditions: pd.DataFrame) -> None:
    assert conditions["age_mode_years"].lt(16).sum() >= 20
    assert conditions["age_mode_years"].gt(60).sum() >= 20


def test_every_row_states_its_source(conditions: pd.DataFrame, terms: pd.DataFrame) -> None:
    assert conditions["source"].str.contains("incidence: order of magnitude").all()
    assert terms["source"].str.len().gt(20).all()


def test_complaints_are_of_the_vocabulary(conditions: pd.DataFrame) -> None:
    assert set(conditions["chief_complaint"]) <= set(ChiefComplaint)


def test_every_condition_has_five_to_twelve_terms(conditions: pd.DataFrame, terms: pd.DataFrame) -> None:
    counts = terms["icd10"].value_counts()
    assert set(counts.index) == set(conditions["icd10"])
    assert counts.between(5, 12).all(), counts[~counts.between(5, 12)].to_dict()
    assert not terms.duplicated(["icd10", "hpo_id"]).any()
    assert (terms["frequency"].gt(0) & terms["frequency"].lt(1)).all()


def test_every_term_is_current_and_carries_its_label(terms: pd.DataFrame, ontology: Ontology) -> None:
    phenotypes = ontology.descendants(PHENOTYPE_ROOT)
    for term_id, label in zip(terms["hpo_id"], terms["hpo_label"], strict=True):
        assert term_id in phenotypes, term_id
        assert ontology.label_of(term_id) == label, term_id


def test_vital_signs_are_plausible(conditions: pd.DataFrame, vitals: pd.DataFrame) -> None:
    assert set(vitals["icd10"]) <= set(conditions["icd10"])
    assert set(vitals["field"]) <= set(VITAL_SIGNS)
    assert not vitals.duplicated(["icd10", "field"]).any()
    assert vitals["sd"].gt(0).all()
    for field, (low, high) in ADULT_OR_CHILD_RANGES.items():
        assert vitals.loc[vitals["field"] == field, "mean"].between(low, high).all(), field


def test_fever_terms_and_temperatures_agree(terms: pd.DataFrame, vitals: pd.DataFrame) -> None:
    feverish = set(terms[terms["hpo_label"].eq("Fever") & terms["frequency"].ge(0.85)]["icd10"])
    hot = set(vitals[vitals["field"].eq("temperature_c") & vitals["mean"].ge(38.0)]["icd10"])
    assert feverish <= hot
