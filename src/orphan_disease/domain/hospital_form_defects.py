"""Defects of the triage form: gaps, wrong units, impossible values, contradictions, unknown codes, repeated rows."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import triage_form
from orphan_disease.contracts.parameters.fabrication import DefectRates
from orphan_disease.domain.hospital_defects import details, hits, ledger_rows

__all__ = ["spoil_forms"]

Keys = npt.NDArray[np.uint64]

_OPTIONAL: Final = tuple(
    name
    for name in triage_form.TRIAGE_COLUMNS
    if name
    not in {
        triage_form.PATIENT_ID,
        triage_form.ENCOUNTER_ID,
        triage_form.ARRIVAL_AT,
        triage_form.AGE_UNIT,
        triage_form.TEMPERATURE_UNIT,
        triage_form.SIMULATED,
        triage_form.PREGNANT,
    }
)
_IMPOSSIBLE: Final[Mapping[str, Callable[[str], str]]] = {  # a slip of the finger
    triage_form.HEART_RATE: lambda value: f"{value}0",
    triage_form.RESPIRATORY_RATE: lambda value: f"{value}0",
    triage_form.SYSTOLIC: lambda value: f"{value}0",
    triage_form.OXYGEN_SATURATION: lambda value: f"1{value}",
    triage_form.PAIN: lambda value: f"{int(value) + 11}",
}
_UNKNOWN_CODES: Final = ("HP:9999999", "XXX999", "MALESTAR?", "R69")
_PLAUSIBLE_DIGITS: Final = 3  # of a systolic pressure
_UNKNOWN_COMPLAINT: Final = "triage-code-77"
_BROKEN_TIMES: Final = ("yesterday", "31/02/2025 25:61", "")


class _Change(NamedTuple):
    """Rewrites one cell of each row hit, where the row can bear it."""

    defect: str
    field: str
    rate: float
    bears: Callable[[pd.DataFrame], "pd.Series[bool]"]
    rewrite: Callable[[str, float], str]  # cell and a uniform number -> cell


def spoil_forms(form: pd.DataFrame, keys: Keys, rates: DefectRates) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The form with its defects, and the ledger's parts.

    Args:
        form: one row per visit, as text.
        keys: each visit's random key.
        rates: share of the rows that bear each defect.
    """
    spoiled, parts = form, []
    for change in _changes(rates):
        hit = hits(keys, f"{change.defect}/{change.field}", change.rate) & change.bears(spoiled).to_numpy(dtype=bool)
        chances = details(keys, change.defect)
        cells = [
            change.rewrite(cell, chance) if struck else cell
            for cell, chance, struck in zip(spoiled[change.field], chances, hit, strict=True)
        ]
        parts.append(ledger_rows("triage", spoiled.loc[hit], change.field, change.defect))
        spoiled = spoiled.assign(**{change.field: pd.Series(cells, index=spoiled.index, dtype="str")})
    spoiled, swapped = _swap_pressures(spoiled, keys, rates.swapped_pressures)
    repeated, repeats = _repeat_rows(spoiled, keys, rates)
    return repeated, [*parts, swapped, *repeats]


def _changes(rates: DefectRates) -> Iterator[_Change]:
    symptoms, sex = triage_form.SYMPTOMS, triage_form.SEX
    # Gaps come first: a defect that a gap wiped out would stand in the ledger and nowhere else.
    for field in _OPTIONAL:
        yield _Change("missing_field", field, rates.missing_field, _filled(field), _always(""))
    yield _Change("pregnant_male", triage_form.PREGNANT, rates.pregnant_male, _is(sex, "male"), _always("yes"))
    yield _Change(
        "unknown_symptom_code",
        symptoms,
        rates.unknown_symptom_code,
        _filled(symptoms),
        lambda cell, chance: f"{cell};{_UNKNOWN_CODES[int(chance * len(_UNKNOWN_CODES))]}",
    )
    yield _Change("contradicting_symptom", symptoms, rates.contradicting_symptom, _filled(symptoms), _deny_first)
    yield _Change(
        "unknown_complaint",
        triage_form.CHIEF_COMPLAINT,
        rates.unknown_complaint,
        _filled(triage_form.CHIEF_COMPLAINT),
        _always(_UNKNOWN_COMPLAINT),
    )
    age = triage_form.AGE_VALUE
    yield _Change("impossible_age", age, rates.impossible_age, _in_years, _two_centuries_more)
    for field, rewrite in _IMPOSSIBLE.items():
        share = rates.impossible_vital / len(_IMPOSSIBLE)
        yield _Change("impossible_vital", field, share, _filled(field), _on_cell(rewrite))
    yield _Change(
        "fahrenheit_as_celsius",
        triage_form.TEMPERATURE,
        rates.fahrenheit_as_celsius,
        lambda form: (form[triage_form.TEMPERATURE_UNIT] == "C") & (form[triage_form.TEMPERATURE] != ""),
        lambda cell, _: f"{float(cell) * 9 / 5 + 32:.1f}",
    )
    yield _Change(
        "broken_arrival",
        triage_form.ARRIVAL_AT,
        rates.broken_arrival,
        _filled(triage_form.ARRIVAL_AT),
        lambda _, chance: _BROKEN_TIMES[int(chance * len(_BROKEN_TIMES))],
    )


def _is(field: str, value: str) -> Callable[[pd.DataFrame], "pd.Series[bool]"]:
    return lambda form: form[field] == value


def _filled(field: str) -> Callable[[pd.DataFrame], "pd.Series[bool]"]:
    return lambda form: form[field] != ""


def _always(value: str) -> Callable[[str, float], str]:
    return lambda _cell, _chance: value


def _on_cell(rewrite: Callable[[str], str]) -> Callable[[str, float], str]:
    return lambda cell, _chance: rewrite(cell)


def _in_years(form: pd.DataFrame) -> "pd.Series[bool]":
    return (form[triage_form.AGE_UNIT] == "years") & (form[triage_form.AGE_VALUE] != "")


def _two_centuries_more(cell: str, _chance: float) -> str:
    return f"{int(cell) + 200}"


def _deny_first(cell: str, _chance: float) -> str:
    """The first symptom once more, on the other side."""
    first = cell.split(triage_form.SYMPTOM_SEPARATOR, maxsplit=1)[0]
    prefix = triage_form.EXCLUDED_PREFIX
    other = first.removeprefix(prefix) if first.startswith(prefix) else prefix + first
    return f"{cell}{triage_form.SYMPTOM_SEPARATOR}{other}"


def _swap_pressures(form: pd.DataFrame, keys: Keys, rate: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    systolic, diastolic = triage_form.SYSTOLIC, triage_form.DIASTOLIC
    both = (form[systolic] != "") & (form[diastolic] != "") & (form[systolic].str.len() <= _PLAUSIBLE_DIGITS)
    hit = hits(keys, "swapped_pressures", rate) & both.to_numpy(dtype=bool)
    swapped = form.assign(
        **{systolic: form[systolic].mask(hit, form[diastolic]), diastolic: form[diastolic].mask(hit, form[systolic])}
    )
    return swapped, ledger_rows("triage", form.loc[hit], systolic, "swapped_pressures")


def _repeat_rows(form: pd.DataFrame, keys: Keys, rates: DefectRates) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Rows sent again at the file's end: the same; with a later pulse; or under a second visit id."""
    visit = triage_form.ENCOUNTER_ID
    same = form.loc[hits(keys, "duplicate_row", rates.duplicate_row)]
    near = hits(keys, "near_duplicate_row", rates.near_duplicate_row)
    renamed = details(keys, "near_duplicate_row") < 0.5  # noqa: PLR2004  # even odds
    again = form.loc[near & renamed].assign(**{visit: form.loc[near & renamed, visit] + "R"})
    corrected = form.loc[near & ~renamed]
    pulses = corrected[triage_form.HEART_RATE].map(lambda cell: f"{int(cell) + 2}" if cell.isdigit() else "80")
    rows = [
        form,
        same,
        again,
        corrected.assign(**{triage_form.HEART_RATE: pulses.astype("str")}),
    ]
    parts = [
        ledger_rows("triage", same, visit, "duplicate_row"),
        ledger_rows("triage", again, visit, "visit_under_two_ids"),
        ledger_rows("triage", corrected, triage_form.HEART_RATE, "conflicting_row"),
    ]
    return pd.concat(rows, ignore_index=True), parts
