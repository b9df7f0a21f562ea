"""HPO's annotation file: frequencies in each shape, negation, references, and rows that must not pass."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain.annotations import expected_frequency, parse_frequencies, parse_hpoa, release_of

FIELDS = "database_id disease_name qualifier hpo_id reference evidence onset frequency sex modifier aspect biocuration"
HEADER = FIELDS.replace(" ", "\t")


def _row(**given: str) -> str:
    cells = {
        "database_id": "OMIM:154700",
        "disease_name": 'A "quoted disease',
        "hpo_id": "HP:0001166",
        "reference": "PMID:1",
        "evidence": "PCS",
        "aspect": "P",
    }
    return "\t".join({**cells, **given}.get(name, "") for name in FIELDS.split())


def test_a_row_keeps_its_references_its_sex_and_its_lone_quotation_mark() -> None:
    rows = parse_hpoa(
        ["#version: 2025-01-16", HEADER, _row(reference="PMID:1;PMID:22", sex="MALE", onset="HP:0003577")]
    )
    assert rows.at[0, "references"] == ["PMID:1", "PMID:22"]
    assert rows.at[0, "sex"] == "male"
    assert rows.at[0, "onset"] == "HP:0003577"
    assert rows.at[0, "disease_name"] == 'A "quoted disease'
    assert pd.isna(rows.at[0, "modifier"])


@pytest.mark.parametrize(
    ("given_cells", "negated"),
    [({}, False), ({"qualifier": "NOT"}, True), ({"frequency": "HP:0040285"}, True), ({"frequency": "0/9"}, False)],
)
def test_a_row_is_negated_by_its_qualifier_or_by_the_class_excluded(given_cells: dict[str, str], negated: bool) -> None:
    assert bool(parse_hpoa([HEADER, _row(**given_cells)]).at[0, "negated"]) is negated


@pytest.mark.parametrize(
    ("text", "observed", "examined", "low", "high"),
    [
        ("3/7", 3, 7, None, None),
        ("0/5", 0, 5, None, None),
        ("45%", None, None, 0.45, 0.45),
        ("24.3 %", None, None, 0.243, 0.243),
        ("HP:0040280", None, None, 1.0, 1.0),
        ("HP:0040281", None, None, 0.80, 0.99),
        ("HP:0040282", None, None, 0.30, 0.79),
        ("HP:0040283", None, None, 0.05, 0.29),
        ("HP:0040284", None, None, 0.01, 0.04),
        ("HP:0040285", None, None, 0.0, 0.0),
        ("", None, None, None, None),
        ("7/0", None, None, None, None),
        ("8/7", None, None, None, None),
        ("120%", None, None, None, None),
        ("HP:0000001", None, None, None, None),
    ],
)
def test_every_shape_of_frequency(
    text: str, observed: int | None, examined: int | None, low: float | None, high: float | None
) -> None:
    typed = parse_frequencies(pd.Series(["1/1", text])).iloc[1]
    found = [None if pd.isna(value) else value for value in typed]
    assert found == [observed, examined, low, high]


@given(st.lists(st.text(max_size=8) | st.from_regex(r"\d{1,3}/\d{1,3}", fullmatch=True), max_size=30))
def test_frequencies_stay_possible_whatever_the_text(texts: list[str]) -> None:
    typed = parse_frequencies(pd.Series(texts, dtype="str", index=range(5, 5 + len(texts))))
    assert typed.index.tolist() == list(range(5, 5 + len(texts)))
    counted = typed.dropna(subset=["frequency_examined"])
    assert (
        (counted["frequency_observed"] >= 0) & (counted["frequency_observed"] <= counted["frequency_examined"])
    ).all()
    bounded = typed.dropna(subset=["frequency_low"])
    assert ((bounded["frequency_low"] >= 0) & (bounded["frequency_high"] <= 1)).all()


def test_the_types_do_not_depend_on_what_the_texts_are() -> None:
    types = [parse_frequencies(pd.Series(texts)).dtypes.astype(str).tolist() for texts in (["1/2", "5%"], [""], ["x"])]
    assert types == [["Int32", "Int32", "float64", "float64"]] * 3


def test_the_expected_frequency_by_hand() -> None:
    typed = parse_frequencies(pd.Series(["3/6", "10%", "HP:0040282", ""]))
    assert np.allclose(expected_frequency(typed, unspecified=0.25), [0.5, 0.1, 0.545, 0.25])


@pytest.mark.parametrize(("field", "value"), [("database_id", "154700"), ("hpo_id", "HP:12"), ("hpo_id", "")])
def test_a_row_without_its_ids_is_refused_by_its_number(field: str, value: str) -> None:
    with pytest.raises(ValueError, match="annotation 2"):
        parse_hpoa([HEADER, _row(), _row(**{field: value})])


def test_a_file_of_another_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the columns"):
        parse_hpoa(["#DatabaseID\tDiseaseName", "OMIM:1\tx"])


def test_a_file_of_no_rows_gives_a_frame_of_no_rows() -> None:
    assert parse_hpoa([HEADER]).shape == (0, 14)


def test_the_release_is_read_from_the_comments_only() -> None:
    assert release_of(["#description: x", "#version: 2025-01-16"]) == "2025-01-16"
    assert release_of(["database_id", "#version: 2025-01-16"]) == ""
