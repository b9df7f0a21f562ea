"""Ages: from ISO 8601 durations, HPO onset classes and dates to days since birth.

A year is 365.25 days and a month a twelfth of it. Before birth counts as day 0, so that an age is never negative.
"""

import re
from datetime import UTC, datetime
from typing import Final

__all__ = ["MAX_AGE_DAYS", "ONSET_CLASS_DAYS", "days_between", "parse_duration", "parse_timestamp"]

YEAR_DAYS: Final = 365.25
MONTH_DAYS: Final = YEAR_DAYS / 12
WEEK_DAYS: Final = 7.0
MAX_AGE_DAYS: Final = 125 * YEAR_DAYS  # the oldest person on record lived 122 years

# Middle of each class of HPO's "Onset" branch (definitions of HPO release 2025-01-16), open ends cut at 80 years.
ONSET_CLASS_DAYS: Final = {
    "HP:0030674": 0.0,  # antenatal
    "HP:0011460": 0.0,  # embryonal
    "HP:0011461": 0.0,  # fetal
    "HP:0034199": 0.0,  # late first trimester
    "HP:0034198": 0.0,  # second trimester
    "HP:0034197": 0.0,  # third trimester
    "HP:0003577": 0.0,  # congenital
    "HP:0003623": 14.0,  # neonatal: 0 to 28 days
    "HP:0003593": (28.0 + YEAR_DAYS) / 2,  # infantile: 28 days to 1 year
    "HP:0410280": 7.5 * YEAR_DAYS,  # pediatric: before 15 years
    "HP:0011463": 3 * YEAR_DAYS,  # childhood: 1 to 5 years
    "HP:0003621": 10 * YEAR_DAYS,  # juvenile: 5 to 15 years
    "HP:0003581": 48 * YEAR_DAYS,  # adult: 16 years or later
    "HP:0011462": 28 * YEAR_DAYS,  # young adult: 16 to 40 years
    "HP:0025708": 17.5 * YEAR_DAYS,  # early young adult: 16 to 19 years
    "HP:0025709": 22 * YEAR_DAYS,  # intermediate young adult: 19 to 25 years
    "HP:0025710": 32.5 * YEAR_DAYS,  # late young adult: 25 to 40 years
    "HP:0003596": 50 * YEAR_DAYS,  # middle age: 40 to 60 years
    "HP:0003584": 70 * YEAR_DAYS,  # late: after 60 years
}

_NUMBER = r"(\d{1,9}(?:[.,]\d{1,9})?)"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.ASCII | re.IGNORECASE,
)
_PART_DAYS: Final = (YEAR_DAYS, MONTH_DAYS, WEEK_DAYS, 1.0, 1 / 24, 1 / 1_440, 1 / 86_400)
_FRACTION = re.compile(r"\.(\d{6})\d+")  # protobuf writes nanoseconds


def parse_duration(text: str) -> float | None:
    """Days in an ISO 8601 duration; None where the text is not one or says nothing ("P").

    >>> parse_duration("P22Y"), parse_duration("P2W3D"), parse_duration("PT12H")
    (8035.5, 17.0, 0.5)
    >>> parse_duration("P1Y6M2D")
    549.875
    >>> parse_duration("22 years") is None
    True
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    parts = zip(match.groups(), _PART_DAYS, strict=True)
    return sum(float(part.replace(",", ".")) * days for part, days in parts if part)


def parse_timestamp(text: str) -> datetime | None:
    """The instant that an ISO 8601 text names, in UTC; None where it names none. Without an offset it is UTC.

    >>> parse_timestamp("2021-05-01T10:00:00.123456789+02:00").isoformat()
    '2021-05-01T08:00:00.123456+00:00'
    """
    try:
        instant = datetime.fromisoformat(_FRACTION.sub(r".\1", text.strip()))
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: year 1 or 9999 moved across the calendar's end by its offset
        return None


def days_between(birth: datetime, then: datetime) -> float:
    """Age in days at `then`; 0 before birth.

    >>> days_between(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 31, 12, tzinfo=UTC))
    30.5
    """
    return max(0.0, (then - birth).total_seconds() / 86_400)
