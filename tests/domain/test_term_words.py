import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain.term_words import MAXIMUM_WORDS, fold_word, fold_words, inflections


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anaemia", "anemia"),
        ("oesophagus", "esophagus"),
        ("ophthalmoplegia", "oftalmoplejía"),
        ("hypertelorism", "hipertelorism"),
        ("kyphosis", "cifosis"),
        ("haemorrhage", "hemorrage"),
        ("NISTAGMO", "nistagmo"),
    ],
)
def test_spellings_of_one_word_fold_together(one: str, other: str) -> None:
    assert fold_word(one) == fold_word(other)


@pytest.mark.parametrize(("one", "other"), [("hypotonia", "hypertonia"), ("mano", "pie"), ("cornea", "coma")])
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert fold_word(one) != fold_word(other)


def test_a_text_gives_its_first_words_only_and_never_a_sign() -> None:
    assert fold_words("Dolor, ¿articular?") == ["dolor", "articular"]
    assert len(fold_words("a " * 500)) == MAXIMUM_WORDS
    assert fold_words("¡¿…?!") == []


def test_a_short_word_has_no_stem() -> None:
    assert inflections("ojos") == []
    assert inflections("dolores") == ["dolore", "dolor"]


@given(st.text(max_size=200))
def test_folding_gives_plain_letters_and_digits_whatever_is_typed(text: str) -> None:
    for word in fold_words(text):
        assert word.isascii()
        assert word.isalnum()
        assert word == word.lower()
