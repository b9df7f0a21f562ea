"""Words become terms only where a whole phrase says so; denials reach as far as they are meant and no further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.adapters.clinical_vocabulary import read_vocabulary
from orphan_disease.domain.free_text import MAX_TEXT_CHARACTERS, normalise, phrase_table, read_text

NAMES = {
    "fiebre": "F",
    "fever": "F",
    "tos": "T",
    "cough": "T",
    "cefalea": "C",
    "headache": "C",
    "dolor articular": "A",
    "joint pain": "A",
    "dolor": "D",
    "pain": "D",
    "convulsiones": "S",
    "seizure": "S",
}
PHRASES = phrase_table([NAMES.items()])


@pytest.mark.parametrize(
    ("text", "observed", "excluded"),
    [
        ("Convulsiones", "S", ""),
        ("convulsión", "S", ""),
        ("DOLOR ARTICULAR intenso", "A", ""),
        ("no fever", "", "F"),
        ("niega fiebre y tos, refiere cefalea", "C", "FT"),
        ("Niega fiebre, tos, cefalea. Dolor articular", "A", "FTC"),
        ("sin fiebre ni tos, con cefalea", "C", "FT"),
        ("No fiebre, tos", "T", "F"),
        ("no fever, cough or headache", "", "FTC"),
        ("no fever, no cough but headache", "C", "FT"),
        ("denies fever, cough; reports joint pain", "A", "FT"),
        ("patient denies having seizures", "", "S"),
        ("does not have a cough", "", "T"),
        ("fiebre: no; tos", "T", "F"),
        ("fiebre no, tos sí", "T", "F"),
        ("fever absent, cough", "T", "F"),
        ("no mejora la fiebre", "F", ""),
        ("not only fever", "F", ""),
        ("no presenta fiebre pero sí tos", "T", "F"),
        ("without fever\ncough", "T", "F"),
        ("tos sin fiebre", "T", "F"),
        ("cough with no fever and headache", "T", "FC"),
    ],
)
def test_denials_reach_as_far_as_they_are_meant(text: str, observed: str, excluded: str) -> None:
    said = read_text(text, PHRASES)
    assert ("".join(said.observed), "".join(said.excluded)) == (observed, excluded)


@pytest.mark.parametrize(
    ("text", "observed", "excluded", "unmatched"),
    [
        ("fiebre de 3 días, niega tos", "F", "T", ()),
        ("fever for 2 weeks", "F", "", ()),
        ("no fiebre 48 h", "", "F", ()),
        ("386661006", "", "", ("386661006",)),  # a code of somebody's own
        ("tos 39", "T", "", ("39",)),
    ],
)
def test_how_long_is_no_symptom_and_another_number_is_kept(
    text: str, observed: str, excluded: str, unmatched: tuple[str, ...]
) -> None:
    said = read_text(text, PHRASES)
    assert ("".join(said.observed), "".join(said.excluded), said.unmatched) == (observed, excluded, unmatched)


@pytest.mark.parametrize(
    ("text", "unclaimed"),
    [
        ("posible fiebre", "F"),
        ("fever?", "F"),
        ("madre con convulsiones, tos", "ST"),
        ("family history of seizures", "S"),
        ("rule out fever", "F"),
        ("no cefalea pulsátil", "C"),
    ],
)
def test_doubt_relatives_and_narrower_denials_claim_nothing(text: str, unclaimed: str) -> None:
    said = read_text(text, PHRASES)
    assert "".join(said.unclaimed) == unclaimed
    assert not said.observed and not said.excluded


def test_what_matches_nothing_is_kept_as_it_was_written() -> None:
    said = read_text("Sensación Rara en la nuca, tos ferina y fiebre", PHRASES)
    assert said.unmatched == ("Sensación Rara", "nuca", "tos ferina")
    assert said.observed == ("F",)


def test_a_phrase_of_two_terms_is_never_guessed() -> None:
    table = phrase_table([[("Cramp", "A"), ("cramps", "B"), ("Tos", "T")], [("cramp", "A")], [("tos", "X")]])
    assert table == {"cramp": "A", "tos": "T"}
    assert phrase_table([[("Cramp", "A"), ("cramps", "B")]]) == {}


def test_a_text_beyond_the_limit_is_cut_and_says_so() -> None:
    assert read_text("tos " * MAX_TEXT_CHARACTERS, PHRASES).unmatched == ("…",)


_TEXTS = st.text(max_size=200) | st.lists(
    st.sampled_from([*NAMES, "no", "sin", "niega", "denies", ",", ".", "y", "or", "ni", "pero", "con", "madre", "xyz"]),
    max_size=15,
).map(" ".join)


@given(_TEXTS)
def test_only_what_is_written_is_claimed_and_no_word_is_lost(text: str) -> None:
    said = read_text(text, PHRASES)
    written = f" {normalise(text)} "
    for term in {*said.observed, *said.excluded, *said.unclaimed}:
        assert any(f" {normalise(name)} " in written for name, named in NAMES.items() if named == term)
    for fragment in said.unmatched:
        assert normalise(fragment) in written


@given(_TEXTS)
def test_a_text_means_the_same_in_any_case_and_beside_a_sentence_of_nothing(text: str) -> None:
    said = read_text(text, PHRASES)
    if text.upper().lower() == text.lower():
        assert read_text(text.lower(), PHRASES)[:3] == said[:3]
    assert read_text(f"xyz. {text}", PHRASES)[:3] == said[:3]


@given(st.lists(st.sampled_from(["fiebre", "tos", "cefalea"]), min_size=1, max_size=3, unique=True), st.booleans())
def test_a_denied_list_excludes_every_member_whatever_joins_it(names: list[str], spanish: bool) -> None:
    joined = " y ".join(names) if spanish else ", ".join(names)
    said = read_text(f"niega {joined}. dolor articular", PHRASES)
    assert set(said.excluded) == {NAMES[name] for name in names}
    assert said.observed == ("A",)


@pytest.mark.parametrize(
    ("text", "term"),
    [("convulsiones", "HP:0001250"), ("dolor articular", "HP:0002829"), ("rash", "HP:0000988"), ("fits", "HP:0001250")],
)
def test_the_release_and_the_packages_words_know_what_people_say(text: str, term: str) -> None:
    assert read_text(text, read_vocabulary().phrases).observed == (term,)
    assert read_text(f"no {text}", read_vocabulary().phrases).excluded == (term,)
