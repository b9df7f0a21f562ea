"""OBO text: what a stanza says survives comments, qualifiers, escapes, and stanzas of other kinds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain.obo import parse_obo

TEXT = """format-version: 1.2
data-version: hp/releases/2025-01-16
synonymtypedef: layperson "layperson term"

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000118
name: Phenotypic abnormality
alt_id: HP:0000999
def: "A \\"quoted\\" abnormality." [ORCID:1]
synonym: "Organ abnormality" EXACT layperson [ORCID:1]
synonym: "Sign" RELATED []
xref: UMLS:C4021819 "a remark"
is_a: HP:0000001 {source="x"} ! All

[Term]
id: HP:0000057
name: obsolete Clitoromegaly
is_obsolete: true
replaced_by: HP:0000118
is_a: HP:0000001 ! a mistake of the publisher

[Term]
id: HP:0000489
name: obsolete Without replacement
is_obsolete: true
consider: HP:0000118

[Term]
id: UBERON:0000001
name: not a phenotype

[Typedef]
id: part_of
name: part of
is_a: HP:0000118
"""


def test_every_tag_of_a_term_is_read() -> None:
    content = parse_obo(TEXT.splitlines())
    term = content.terms.set_index("term_id").loc["HP:0000118"]
    assert content.version == "2025-01-16"
    assert term["label"] == "Phenotypic abnormality"
    assert term["definition"] == 'A "quoted" abnormality.'
    assert term["synonyms"] == ["Organ abnormality", "Sign"]
    assert term["cross_references"] == ["UMLS:C4021819"]
    assert term["release"] == "2025-01-16"


def test_only_is_a_between_current_hpo_terms_makes_an_edge() -> None:
    content = parse_obo(TEXT.splitlines())
    assert content.edges.to_numpy().tolist() == [["HP:0000118", "HP:0000001"]]
    assert content.terms["term_id"].tolist() == ["HP:0000001", "HP:0000118", "HP:0000057", "HP:0000489"]
    assert content.terms["is_obsolete"].tolist() == [False, False, True, True]


def test_alternative_and_replaced_ids_lead_to_the_current_one_and_hints_do_not() -> None:
    content = parse_obo(TEXT.splitlines())
    assert dict(content.alternatives.to_numpy().tolist()) == {
        "HP:0000999": "HP:0000118",
        "HP:0000057": "HP:0000118",
    }


def test_lines_with_and_without_ends_say_the_same() -> None:
    bare, ended = parse_obo(TEXT.splitlines()), parse_obo(TEXT.splitlines(keepends=True))
    assert bare.terms.equals(ended.terms)
    assert bare.edges.equals(ended.edges)


def test_a_text_without_terms_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no \[Term\]"):
        parse_obo(["<html>", "not found"])


@given(st.lists(st.text(max_size=30), max_size=30))
def test_noise_between_stanzas_never_changes_what_they_say(noise: list[str]) -> None:
    lines = [line for line in noise if not line.strip().startswith("[")]
    content = parse_obo([*lines, "[Typedef]", *lines, "[Term]", "id: HP:0000001", "name: All"])
    assert content.terms[["term_id", "label"]].to_numpy().tolist() == [["HP:0000001", "All"]]
