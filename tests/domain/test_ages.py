from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain import ages


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("P22Y", 8035.5),
        ("P3M", 91.3125),
        ("P1Y6M2D", 365.25 + 182.625 + 2),
        ("P2W", 14.0),
        ("P0D", 0.0),
        ("P1,5Y", 547.875),
        ("PT36H", 1.5),
        (" p1d ", 1.0),
    ],
)
def test_a_duration_is_read_in_days(text: str, days: float) -> None:
    assert ages.parse_duration(text) == pytest.approx(days)


@pytest.mark.parametrize("text", ["", "P", "PT", "22", "P-1Y", "-P1Y", "P1Y6", "PY", "P\uff11Y", "P1Y\n2M"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert ages.parse_duration(text) is None


@given(st.text())
def test_any_text_is_a_duration_or_none(text: str) -> None:
    days = ages.parse_duration(text)
    assert days is None or days >= 0


@given(st.text())
def test_any_text_is_an_instant_or_none(text: str) -> None:
    instant = ages.parse_timestamp(text)
    assert instant is None or instant.tzinfo is UTC


def test_an_instant_without_offset_is_utc_and_one_with_offset_is_moved() -> None:
    assert ages.parse_timestamp("2021-05-01T10:00:00Z") == datetime(2021, 5, 1, 10, tzinfo=UTC)
    assert ages.parse_timestamp("2021-05-01T10:00:00") == datetime(2021, 5, 1, 10, tzinfo=UTC)
    assert ages.parse_timestamp("2021-05-01T10:00:00+02:00") == datetime(2021, 5, 1, 8, tzinfo=UTC)
    assert ages.parse_timestamp("0001-01-01T00:00:00+14:00") is None


def test_age_before_birth_is_day_zero() -> None:
    assert ages.days_between(datetime(2020, 1, 2, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)) == 0.0
