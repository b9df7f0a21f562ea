"""The table of ICD-10 and SNOMED CT codes, against the HPO release in use and Orphanet's names."""

import re
from pathlib import Path

import pandas as pd
import pytest

from orphan_disease.adapters.clinical_vocabulary import read_vocabulary
from orphan_disease.adapters.package_tables import read_package_table
from orphan_disease.contracts.package_tables import BROADER, EXACT
from orphan_disease.domain.code_systems import categories_above, is_sctid
from orphan_disease.domain.ontology import PHENOTYPE_ROOT, Ontology
from tests.data.conftest import Packet


@pytest.fixture(scope="module")
def codes() -> pd.DataFrame:
    return read_package_table("condition_codes")


def test_codes_are_well_formed_and_stand_once(codes: pd.DataFrame) -> None:
    assert len(codes) >= 200
    assert not codes.duplicated(["code", "target_id"]).any()
    assert set(codes["relation"]) == {EXACT, BROADER}
    for code in codes["code"]:
        register, _, written = code.partition(":")
        if register == "SNOMED":
            assert is_sctid(written), code
        else:
            assert register == "ICD10" and re.fullmatch(r"[A-Z]\d\d(\.\d)?", written), code


def test_terms_are_current_and_bear_their_label(codes: pd.DataFrame, ontology: Ontology) -> None:
    terms = codes[codes["target_id"].str.startswith("HP:")]
    assert set(terms["target_id"]) <= ontology.descendants(PHENOTYPE_ROOT)
    for term, label in zip(terms["target_id"], terms["target_label"], strict=True):
        assert ontology.label_of(term) == label, term


def test_disorders_are_orphanets_and_no_groups(codes: pd.DataFrame, orphapackets: dict[str, Packet]) -> None:
    disorders = codes[codes["target_id"].str.startswith("ORPHA:")]
    assert len(disorders) >= 25
    for target, label in zip(disorders["target_id"], disorders["target_label"], strict=True):
        packet = orphapackets[target.removeprefix("ORPHA:")]
        assert label in packet.names, target
        assert "group" not in packet.kind.lower() and packet.kind != "Category", target


def test_a_common_condition_is_no_orphan_disorder() -> None:
    common = set(read_package_table("common_conditions")["condition_id"])
    named = set(read_vocabulary().disorder_codes)
    assert not [code for code in common if {code, *categories_above(code)} & named]


def test_an_exclusion_needs_the_same_meaning(codes: pd.DataFrame) -> None:
    """A title of "other" or "and" covers more than one term, so that its refutation excludes none."""
    other = codes["source"].str.contains(r"title: Other\b")
    assert set(codes.loc[other, "relation"]) == {BROADER}


def test_hpos_cross_references_are_used_only_where_they_say_one_thing() -> None:
    vocabulary = read_vocabulary()
    assert {meaning.target for meaning in vocabulary.meanings("SNOMED:386661006")} == {"HP:0001945"}
    assert vocabulary.meanings("SNOMED:48723006") == ()  # HPO refers to it from two terms
    assert sum(code.startswith("SNOMED:") for code in vocabulary.codes) > 4_000


def test_the_package_documents_the_table(project_root: Path) -> None:
    readme = (project_root / "src/orphan_disease/adapters/tables/README.md").read_text(encoding="utf-8")
    assert "## condition_codes.csv" in readme
