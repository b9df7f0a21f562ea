"""A dozen terms of HPO with their real names, and what a clinician who types should be shown."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.term_search import Language, TermSearch

SEIZURE, FEBRILE, TONIC = "HP:0001250", "HP:0002373", "HP:0032792"
ARTHRALGIA, HYPOTONIA, AXIAL, HYPERTONIA = "HP:0002829", "HP:0001252", "HP:0008936", "HP:0001276"
DIARRHEA, OPHTHALMOPLEGIA, HYPERTELORISM = "HP:0002014", "HP:0000602", "HP:0000316"
RECESSIVE = "HP:0000007"

LABELS = {
    "HP:0000001": "All",
    "HP:0000118": "Phenotypic abnormality",
    SEIZURE: "Seizure",
    FEBRILE: "Febrile seizure (within the age range of 3 months to 6 years)",
    TONIC: "Tonic seizure",
    ARTHRALGIA: "Arthralgia",
    HYPOTONIA: "Hypotonia",
    AXIAL: "Axial hypotonia",
    HYPERTONIA: "Hypertonia",
    DIARRHEA: "Diarrhea",
    OPHTHALMOPLEGIA: "Ophthalmoplegia",
    HYPERTELORISM: "Hypertelorism",
    RECESSIVE: "Autosomal recessive inheritance",
}
PARENTS = {each: "HP:0000118" for each in LABELS if each not in {"HP:0000001", "HP:0000118", RECESSIVE}} | {
    "HP:0000118": "HP:0000001",
    RECESSIVE: "HP:0000001",
    FEBRILE: SEIZURE,
    TONIC: SEIZURE,
    AXIAL: HYPOTONIA,
}
SPANISH = [
    (SEIZURE, "crisis convulsiva"),
    (SEIZURE, "convulsión"),
    (FEBRILE, "convulsión febril"),
    (ARTHRALGIA, "artralgia"),
    (ARTHRALGIA, "dolor articular"),
    (HYPOTONIA, "hipotonía"),
    (AXIAL, "hipotonía axial"),
    (DIARRHEA, "diarrea"),
]
SYNONYMS = [
    (SEIZURE, "Epilepsy"),
    (SEIZURE, "Seizures"),
    (ARTHRALGIA, "Joint pain"),
    (HYPOTONIA, "Floppy infant"),
    ("HP:7777777", "Term of another release"),
]


@pytest.fixture(scope="module")
def search() -> TermSearch:
    ontology = Ontology.from_frames(
        pd.DataFrame({"term_id": list(LABELS), "label": list(LABELS.values()), "is_obsolete": False}),
        pd.DataFrame(list(PARENTS.items()), columns=["term_id", "parent_id"]),
        pd.DataFrame({"alternative_id": ["HP:0001275"], "term_id": [SEIZURE]}),
        "twelve terms",
    )
    return TermSearch.from_ontology(
        ontology,
        pd.DataFrame(SPANISH, columns=["hpo_id", "label_es"]),
        pd.DataFrame(SYNONYMS, columns=["term_id", "label"]),
    )


def ids(search: TermSearch, query: str, language: Language = "es", limit: int = 10) -> list[str]:
    return [hit.term_id for hit in search.search(query, language, limit)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("convulsiones", SEIZURE),  # a plural
        ("seizur", SEIZURE),  # not typed to its end; "Tonic seizure" is longer
        ("dolor articular", ARTHRALGIA),
        ("articular dolor", ARTHRALGIA),  # in any order
        ("dolor en las articular", ARTHRALGIA),  # linking words need not be there
        ("hipotonia", HYPOTONIA),  # without its accent
        ("HIPOTONÍA AX", AXIAL),
        ("joint pain", ARTHRALGIA),
        ("diarrhoea", DIARRHEA),  # British, where HPO is American
        ("oftalmoplejía", OPHTHALMOPLEGIA),  # a cognate: the table has no Spanish term for it
        ("hipertelorismo", HYPERTELORISM),
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_typed_shows_the_term_first(search: TermSearch, query: str, first: str, language: Language) -> None:
    assert ids(search, query, language)[0] == first


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("convulsoin", SEIZURE),  # two letters swapped
        ("sizure", SEIZURE),  # one left out
        ("artralgai", ARTHRALGIA),
        ("hipotonnia axiall", AXIAL),
        ("oftalmpl", OPHTHALMOPLEGIA),  # misspelt and not typed to its end
    ],
)
def test_a_misspelling_is_forgiven(search: TermSearch, query: str, first: str) -> None:
    assert ids(search, query)[0] == first


def test_a_misspelling_is_not_looked_for_where_the_word_itself_is_there(search: TermSearch) -> None:
    assert ids(search, "hipotonia") == [HYPOTONIA, AXIAL]
    assert HYPERTONIA not in ids(search, "hypotonia", "en")


def test_a_word_too_many_does_not_hide_the_rest(search: TermSearch) -> None:
    assert ids(search, "dolor articular intenso")[0] == ARTHRALGIA


@pytest.mark.parametrize("query", ["", "   ", "¿?", "zzzzzzzz"])
def test_nothing_is_found_where_nothing_was_asked_or_nothing_is_like_it(search: TermSearch, query: str) -> None:
    assert search.search(query, "es", 10) == ()


def test_a_hit_says_what_to_show_and_what_was_met(search: TermSearch) -> None:
    assert search.search("epilepsy", "en", 1)[0] == (SEIZURE, "Seizure", "crisis convulsiva", "Epilepsy")
    assert search.search("hypertelorism", "es", 1)[0] == (HYPERTELORISM, "Hypertelorism", None, "Hypertelorism")


def test_the_language_decides_among_names_that_are_typed_alike(search: TermSearch) -> None:
    assert search.search("hipotonia", "es", 1)[0].matched == "hipotonía"
    assert search.search("hipotonia", "en", 1)[0].matched == "Hypotonia"


def test_a_term_is_listed_once_although_several_names_answer(search: TermSearch) -> None:
    found = ids(search, "seiz")
    assert sorted(found) == sorted([SEIZURE, FEBRILE, TONIC])
    assert ids(search, "seiz", limit=2) == found[:2]


@pytest.mark.parametrize("query", [SEIZURE, "hp:0001250", " HP 0001250", "0001250", "HP:0001275"])
def test_an_id_is_found_however_it_is_written_and_a_retired_one_too(search: TermSearch, query: str) -> None:
    assert ids(search, query) == [SEIZURE]


def test_the_beginning_of_an_id_lists_what_continues_it(search: TermSearch) -> None:
    assert ids(search, "HP:00012") == [SEIZURE, HYPOTONIA, HYPERTONIA]


def test_only_symptoms_and_signs_are_found(search: TermSearch) -> None:
    for query in ("autosomal recessive", RECESSIVE, "Phenotypic abnormality", "All"):
        assert {RECESSIVE, "HP:0000118", "HP:0000001"}.isdisjoint(ids(search, query))


@pytest.mark.parametrize("name", ["Convulsión", "SEIZURES", "epilepsy", "HP:0001250", "hp:0001275"])
def test_a_whole_name_or_id_stands_for_its_term(search: TermSearch, name: str) -> None:
    assert search.exact(name) == SEIZURE


@pytest.mark.parametrize("name", ["convuls", "", "seizure of the tonic kind", "HP:7777777"])
def test_part_of_a_name_stands_for_nothing(search: TermSearch, name: str) -> None:
    assert search.exact(name) is None


@given(query=st.text(max_size=80))
def test_whatever_is_typed_there_is_an_answer_of_current_terms(search: TermSearch, query: str) -> None:
    hits = search.search(query, "es", 5)
    assert len(hits) <= 5
    assert {hit.term_id for hit in hits} <= set(LABELS)
