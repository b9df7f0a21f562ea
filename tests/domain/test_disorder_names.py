"""Names: which mean the same disorder, and which belong to one series."""

import pytest

from orphan_disease.domain.disorder_names import name_keys, series_stem, without_parentheses


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Marfan syndrome", "MARFAN SYNDROME"),
        ("Albinism, oculocutaneous, type V", "Oculocutaneous albinism type 5"),
        ("Hypophosphatemic rickets, autosomal recessive", "Autosomal recessive hypophosphatemic rickets"),
        ("Cri-Du-Chat syndrome", "Cri du chat syndrome"),
        ("Huntington's disease", "Huntington disease"),
        ("Exstrophy of bladder", "Bladder exstrophy"),
    ],
)
def test_two_spellings_of_one_name_share_a_key(left: str, right: str) -> None:
    assert name_keys(left) & name_keys(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Goldberg-Shprintzen syndrome", "Shprintzen-Goldberg syndrome"),
        ("Mitochondrial complex I deficiency, type 3", "Mitochondrial complex III deficiency, type 1"),
        ("Marfan syndrome", "Marfan syndrome type 2"),
        ("Bardet-Biedl syndrome 1", "Bardet-Biedl syndrome 11"),
    ],
)
def test_two_disorders_with_like_names_share_none(left: str, right: str) -> None:
    assert not name_keys(left) & name_keys(right)


def test_a_name_of_signs_only_has_no_key() -> None:
    assert name_keys("  - / the of ") == frozenset()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Developmental and epileptic encephalopathy 96", "developmental and epileptic encephalopathy"),
        ("Deafness, autosomal recessive 12", "deafness, autosomal recessive"),
        ("Waardenburg syndrome, type IIA", "waardenburg syndrome"),
        ("Glycogen storage disease Ib", "glycogen storage disease"),
        ("Mitochondrial complex I deficiency, nuclear type 3", "mitochondrial complex i deficiency, nuclear"),
        ("Spinocerebellar ataxia (slow)", "spinocerebellar ataxia"),
        ("Cataract 4", None),
        ("7", None),
    ],
)
def test_the_stem_of_a_series(name: str, stem: str | None) -> None:
    assert series_stem(name) == stem


def test_remarks_in_parentheses_go() -> None:
    assert without_parentheses("Williams-Beuren Syndrome (WBS)") == "Williams-Beuren Syndrome"
