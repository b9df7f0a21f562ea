"""Numbers of the triage form: from text in a stated unit to one unit, with every repair and refusal in a ledger."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import triage_form
from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain import checks, ledger
from orphan_disease.domain.checks import NumericCheck
from orphan_disease.domain.ledger import Cause

__all__ = ["read_ages", "read_numbers", "read_temperatures", "type_number", "type_pressures"]

_WITH_UNIT: Final = r"^\s*([+-]?\d{1,12}(?:[.,]\d{1,12})?)\s*[^\d\s.,+-][^\d]*$"  # "38,5 ºC", "72 bpm"


def read_numbers(texts: "pd.Series[str]") -> "tuple[pd.Series[float], pd.Series[bool]]":
    """Numbers of a column of text, with a decimal comma and a unit behind them understood.

    Returns:
        The numbers (NaN where there is none) and which texts are not a finite number.
    """
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
    odd = texts.notna() & ~np.isfinite(numbers)
    if odd.any():
        plain = texts[odd].str.replace(",", ".", n=1, regex=False)
        behind = plain.str.extract(_WITH_UNIT, expand=False).str.replace(",", ".", n=1, regex=False)
        repaired = pd.to_numeric(plain, errors="coerce").fillna(pd.to_numeric(behind, errors="coerce"))
        numbers = numbers.where(~odd, repaired.reindex(numbers.index))
    numbers = numbers.where(np.isfinite(numbers))
    return numbers, texts.notna() & numbers.isna()


def type_number(form: pd.DataFrame, check: NumericCheck) -> "tuple[pd.Series[float], list[pd.DataFrame]]":
    """One column of the form by its check: rescued, or set missing where impossible.

    Args:
        form: the form as text.
        check: which column, its limits and its known wrong units.

    Returns:
        The numbers, named as the typed column, and the ledgers.
    """
    numbers, unreadable = read_numbers(form[check.field])
    ledgers = [_not_a_number(form, unreadable, check.field)]
    for rescue in check.rescues:
        found = numbers.between(rescue.low, rescue.high)
        numbers = numbers.where(~found, numbers * rescue.factor + rescue.offset)
        ledgers.append(
            ledger.findings_of_rows(
                form, found, Cause(check.field, "UNIT_MISLABELLED", rescue.detail, CleaningAction.REPAIR)
            )
        )
    return _limited(form, numbers, check, ledgers)


def read_temperatures(
    form: pd.DataFrame, *, is_declared: bool = False
) -> "tuple[pd.Series[float], list[pd.DataFrame]]":
    """Body temperatures in °C: by the unit stated, else by the only unit in which the reading is possible.

    39.2 °C written as 102.6 with the unit "C" is read as °F, and the ledger says so. Where the hospital declares its
    unit, 102.6 is an error.
    """
    check = checks.TEMPERATURE_CHECK
    readings, unreadable = read_numbers(form[check.field])
    stated = form[triage_form.TEMPERATURE_UNIT].str.upper().str.strip("º° .").str[:1].fillna("C")
    known = stated.isin(list(checks.TEMPERATURE_SCALES))
    stated = stated.where(known, "C")
    by_scale = {name: readings * factor + offset for name, (factor, offset) in checks.TEMPERATURE_SCALES.items()}
    numbers = readings.copy()
    for name, values in by_scale.items():
        numbers = numbers.mask(stated == name, values)
    rescued = pd.Series(data=False, index=form.index)
    for name, values in by_scale.items():
        explains = (
            (not is_declared) & _outside(numbers, check) & (stated != name) & values.between(check.low, check.high)
        )
        numbers, rescued = numbers.mask(explains, values), rescued | explains
    repair = CleaningAction.REPAIR
    ledgers = [
        _not_a_number(form, unreadable, check.field),
        ledger.findings_of_rows(
            form, ~known, Cause(triage_form.TEMPERATURE_UNIT, "VALUE_UNKNOWN", "expected C, F or K; C assumed", repair)
        ),
        ledger.findings_of_rows(
            form,
            rescued,
            Cause(check.field, "UNIT_MISLABELLED", "a temperature on another scale, converted to °C", repair),
        ),
    ]
    return _limited(form, numbers, check, ledgers)


def read_ages(form: pd.DataFrame) -> "tuple[pd.Series[float], list[pd.DataFrame]]":
    """Ages in days; without a unit they are years."""
    check = checks.AGE_CHECK
    numbers, unreadable = read_numbers(form[check.field])
    units = form[triage_form.AGE_UNIT].str.lower().str.strip(" .")
    days = units.map(_AGE_UNITS)
    assumed = numbers.notna() & days.isna()
    detail = f"expected one of {', '.join(triage_form.AGE_UNIT_DAYS)}; years assumed"
    ledgers = [
        _not_a_number(form, unreadable, check.field),
        ledger.findings_of_rows(
            form, assumed, Cause(triage_form.AGE_UNIT, "UNIT_MISSING", detail, CleaningAction.REPAIR)
        ),
    ]
    return _limited(form, numbers * days.fillna(triage_form.AGE_UNIT_DAYS["years"]).astype("float64"), check, ledgers)


def type_pressures(
    form: pd.DataFrame, systolic: "pd.Series[float]", diastolic: "pd.Series[float]"
) -> "tuple[pd.Series[float], pd.Series[float], pd.DataFrame]":
    """Put the higher pressure first: a diastolic above the systolic one is a swap of the two boxes."""
    swapped = diastolic > systolic
    detail = "below the diastolic pressure; the two were swapped"
    found = ledger.findings_of_rows(
        form, swapped, Cause(triage_form.SYSTOLIC, "PRESSURES_SWAPPED", detail, CleaningAction.REPAIR)
    )
    return systolic.mask(swapped, diastolic), diastolic.mask(swapped, systolic), found


def _limited(
    form: pd.DataFrame, numbers: "pd.Series[float]", check: NumericCheck, ledgers: list[pd.DataFrame]
) -> "tuple[pd.Series[float], list[pd.DataFrame]]":
    outside = _outside(numbers, check)
    if check.whole:
        outside |= numbers.notna() & (numbers % 1 != 0)
    impossible = ledger.findings_of_rows(
        form, outside, Cause(check.field, check.reason, check.detail, CleaningAction.IMPUTE)
    )
    return numbers.mask(outside).rename(check.column), [*ledgers, impossible]


def _outside(numbers: "pd.Series[float]", check: NumericCheck) -> "pd.Series[bool]":
    return numbers.notna() & ~numbers.between(check.low, check.high)


def _not_a_number(form: pd.DataFrame, unreadable: "pd.Series[bool]", field: str) -> pd.DataFrame:
    return ledger.findings_of_rows(
        form, unreadable, Cause(field, "NOT_A_NUMBER", "expected a number", CleaningAction.IMPUTE)
    )


_AGE_UNITS: Final[Mapping[str, float]] = {
    spelling: triage_form.AGE_UNIT_DAYS[unit]
    for unit, spellings in {
        "years": ("years", "year", "y", "yr", "yrs", "años", "año", "a"),
        "months": ("months", "month", "mo", "meses", "mes", "m"),
        "weeks": ("weeks", "week", "w", "semanas", "semana", "s"),
        "days": ("days", "day", "d", "días", "día", "dias", "dia"),
        "hours": ("hours", "hour", "h", "horas", "hora"),
    }.items()
    for spelling in spellings
}
