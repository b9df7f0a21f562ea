"""Units of measurement: from UCUM codes and the words of forms to one unit, by pint.

Every conversion that a clinical reading needs is linear: reading * factor + offset.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pint

__all__ = ["Conversion", "UnitError", "conversion"]


class UnitError(ValueError):
    """A unit that is unknown, or that measures something else than the unit that is wanted."""


class Conversion(NamedTuple):
    """reading * factor + offset."""

    factor: float
    offset: float


# UCUM (https://ucum.org) writes units that pint spells differently; counts in braces carry no dimension.
_UCUM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Cel": "degC",
        "[degF]": "degF",
        "K": "kelvin",
        "C": "degC",
        "°C": "degC",
        "ºC": "degC",
        "F": "degF",
        "°F": "degF",
        "ºF": "degF",
        "mm[Hg]": "mmHg",
        "mm Hg": "mmHg",
        "mmhg": "mmHg",
        "cm[H2O]": "cmH2O",
        "/min": "1/minute",
        "{beats}/min": "1/minute",
        "{breaths}/min": "1/minute",
        "{Beats}/min": "1/minute",
        "beats/minute": "1/minute",
        "beats/min": "1/minute",
        "breaths/minute": "1/minute",
        "breaths/min": "1/minute",
        "bpm": "1/minute",
        "lpm": "1/minute",
        "rpm": "1/minute",
        "/s": "1/second",
        "Hz": "1/second",
        "%": "percent",
        "1": "dimensionless",
        "{score}": "dimensionless",
        "{0-10}": "dimensionless",
        "points": "dimensionless",
        "puntos": "dimensionless",
        "{count}": "dimensionless",
        "a": "year",
        "mo": "month",
        "wk": "week",
        "d": "day",
        "h": "hour",
        "min": "minute",
        "years": "year",
        "years_old": "year",
        "años": "year",
        "months": "month",
        "meses": "month",
        "semanas": "week",
        "días": "day",
        "horas": "hour",
    }
)


@cache
def _registry() -> Any:
    """One registry a process: building it takes half a second."""
    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


@lru_cache(maxsize=1_024)  # units come from documents: the memory of them is bounded
def conversion(unit: str, wanted: str) -> Conversion:
    """How a reading in `unit` becomes one in `wanted`.

    Args:
        unit: a UCUM code ("[degF]", "mm[Hg]"), pint's own name or a form's word ("°F").
        wanted: the same.

    Raises:
        UnitError: if a unit is unknown, or measures something else.

    >>> [round(each, 4) for each in conversion("[degF]", "Cel")]
    [0.5556, -17.7778]
    >>> round(conversion("kPa", "mm[Hg]").factor, 4)
    7.5006
    """
    registry = _registry()
    try:
        parsed, target = (registry.parse_units(_name(each)) for each in (unit, wanted))
        zero, one = (float(registry.Quantity(value, parsed).to(target).magnitude) for value in (0.0, 1.0))
    except (
        pint.PintError,
        ValueError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
        SyntaxError,
    ) as error:
        raise UnitError(f"expected a unit that converts to {wanted}") from error
    return Conversion(one - zero, zero)


# Names and quotients of names: an expression with numbers and powers ("9**9**9") would be reckoned, not looked up.
_NAME = re.compile(r"[^\W\d]{1,24}(?:/[^\W\d]{1,24})?")


def _name(unit: str) -> str:
    plain = unit.strip()
    named = _UCUM.get(plain) or _UCUM.get(plain.lower())
    if named is None and not _NAME.fullmatch(plain):
        raise ValueError("no name of a unit")
    return named or plain
