"""A hospital's own triage form in the project's columns, units and words, by a mapping from the configuration.

What cannot be converted stays as it was written: typing the form then says what is wrong with it, and where.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns, triage_form
from orphan_disease.contracts.parameters.triage_form import BIRTH_DATE, BLOOD_PRESSURE, ColumnSpec, FormMapping
from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain import ledger
from orphan_disease.domain.ledger import Finding
from orphan_disease.domain.units import conversion

__all__ = ["apply_mapping"]

# The unit that each number of the form has after mapping.
_FORM_UNITS: Final[Mapping[str, str]] = {
    triage_form.TEMPERATURE: "Cel",
    triage_form.HEART_RATE: "/min",
    triage_form.RESPIRATORY_RATE: "/min",
    triage_form.SYSTOLIC: "mm[Hg]",
    triage_form.DIASTOLIC: "mm[Hg]",
    triage_form.OXYGEN_SATURATION: "%",
    triage_form.PAIN: "{score}",
    triage_form.SYMPTOM_DURATION_DAYS: "d",
    triage_form.AGE_VALUE: "d",
    triage_form.PREVIOUS_VISITS: "1",
}
_NUMBERS: Final = frozenset(_FORM_UNITS)
_PLACE: Final = (columns.SOURCE_FILE, columns.SOURCE_LINE, columns.UNREADABLE)
_PRESSURES = re.compile(r"^\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*[/\-|\\]\s*(\d{1,3}(?:[.,]\d{1,2})?)")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$")
_ARTICLES: Final = frozenset({"de", "del", "el", "la", "los", "las"})
_DAY_SECONDS: Final = 86_400


def apply_mapping(form: pd.DataFrame, mapping: FormMapping) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The form in the project's columns.

    Args:
        form: the form as text, in the hospital's columns, with SOURCE_FILE, SOURCE_LINE and UNREADABLE where known.
        mapping: how the hospital writes it; without columns the form is returned as it is.

    Returns:
        The form as text, in columns of `contracts.triage_form`, and a ledger that names the columns of the form that no
        mapping uses, and those of the mapping that the form lacks.

    Raises:
        UnitError: if a declared unit is unknown or measures something else than its field.
    """
    if not mapping.columns or form.empty:
        return form, ledger.findings_frame()
    table = form.reset_index(drop=True)
    names = {_plain(str(name)): name for name in reversed(list(table.columns)) if name not in _PLACE}
    found = {names[_plain(name)]: spec for name, spec in mapping.columns.items() if _plain(name) in names}
    mapped: dict[str, pd.Series[str]] = {}
    for name, spec in found.items():
        cells = table[name].astype("str").str.strip().replace("", None).astype("str")
        for field, values in _converted(_worded(cells, spec), spec, mapping).items():
            mapped[field] = _joined(mapped[field], values) if field in mapped else values
    if BIRTH_DATE in mapped:
        mapped |= _ages(mapped.pop(BIRTH_DATE), mapped)
    place = {name: table[name] for name in _PLACE if name in table.columns}
    return pd.DataFrame(mapped | place, index=table.index), _column_ledger(table, mapping, set(found))


def _plain(name: str) -> str:
    """A column's name as it is compared: no accents, case, blanks, marks and Spanish articles.

    >>> _plain(" Tensión Arterial (mmHg)") == _plain("tension_arterial_mmhg")
    True
    >>> _plain("Fecha de la llegada") == _plain("fecha_llegada")
    True
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(each for each in letters if not unicodedata.combining(each)))
    return "".join([word for word in words if word not in _ARTICLES] or words)


def _worded(cells: "pd.Series[str]", spec: ColumnSpec) -> "pd.Series[str]":
    """The project's words for the form's; a word that the mapping does not name stays."""
    if not spec.values:
        return cells
    words = {written.strip().casefold(): meant for written, meant in spec.values.items()}
    return cells.str.casefold().map(words).astype("str").fillna(cells)


def _converted(cells: "pd.Series[str]", spec: ColumnSpec, mapping: FormMapping) -> dict[str, "pd.Series[str]"]:
    """The project's columns that one column of the form fills."""
    if spec.field == BLOOD_PRESSURE:
        return _pressures(cells, spec, mapping)
    if spec.field in {triage_form.ARRIVAL_AT, BIRTH_DATE}:
        return {spec.field: _times(cells, mapping)}
    if spec.field not in _NUMBERS:
        return {spec.field: cells}
    filled = {spec.field: _numbers(cells, spec.field, spec.unit, mapping)}
    if spec.field == triage_form.TEMPERATURE and spec.unit is not None:
        filled[triage_form.TEMPERATURE_UNIT] = pd.Series("C", index=cells.index, dtype="str")
    if spec.field == triage_form.AGE_VALUE and spec.unit is not None:
        filled[triage_form.AGE_UNIT] = pd.Series("days", index=cells.index, dtype="str")
    return filled


def _numbers(cells: "pd.Series[str]", field: str, unit: str | None, mapping: FormMapping) -> "pd.Series[str]":
    """Numbers with a point, in the project's unit; other text stays as it is."""
    plain = _pointed(cells) if mapping.decimal == "comma" else cells
    factor, offset = conversion(unit, _FORM_UNITS[field]) if unit is not None else (1.0, 0.0)
    if (factor, offset) == (1.0, 0.0):
        return plain
    numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
    converted = (numbers * factor + offset).round(9).map(repr, na_action="ignore").astype("str")
    return converted.where(np.isfinite(numbers), plain).astype("str")


def _pointed(cells: "pd.Series[str]") -> "pd.Series[str]":
    """The text "38,5" as "38.5", and "1.200,5" as "1200.5"."""
    grouped = cells.str.fullmatch(_THOUSANDS).fillna(value=False).astype("bool")
    plain: pd.Series[str] = cells.mask(grouped, cells.str.replace(".", "", regex=False)).astype("str")
    return plain.str.replace(",", ".", n=1, regex=False).astype("str")


def _pressures(cells: "pd.Series[str]", spec: ColumnSpec, mapping: FormMapping) -> dict[str, "pd.Series[str]"]:
    """Both pressures of "120/80"; a cell of another shape stays in the systolic column, where typing refuses it."""
    parts = cells.str.extract(_PRESSURES)
    is_pair = parts[0].notna()
    systolic = _numbers(parts[0].astype("str"), triage_form.SYSTOLIC, spec.unit, mapping)
    diastolic = _numbers(parts[1].astype("str"), triage_form.DIASTOLIC, spec.unit, mapping)
    return {triage_form.SYSTOLIC: systolic.where(is_pair, cells).astype("str"), triage_form.DIASTOLIC: diastolic}


def _times(cells: "pd.Series[str]", mapping: FormMapping) -> "pd.Series[str]":
    """Times in ISO 8601 and UTC; text of another shape stays as it is."""
    naive = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[us]")
    for written in mapping.time_formats:
        naive = naive.fillna(pd.to_datetime(cells, format=written, errors="coerce").astype("datetime64[us]"))
    rest = naive.isna() & ~cells.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", na=True)
    iso = pd.to_datetime(cells.where(rest), format="ISO8601", errors="coerce").astype("datetime64[us]")
    local = naive.fillna(iso).dt.tz_localize(
        mapping.timezone, ambiguous=np.ones(len(cells), dtype=bool), nonexistent="shift_forward"
    )
    instants = local.dt.tz_convert("UTC")
    written_out: pd.Series[str] = instants.dt.strftime("%Y-%m-%dT%H:%M:%SZ").astype("str")
    return written_out.where(instants.notna(), cells).astype("str")


def _ages(born: "pd.Series[str]", mapped: Mapping[str, "pd.Series[str]"]) -> dict[str, "pd.Series[str]"]:
    """The age in days at arrival, where the form gives none of its own."""
    birth, arrival = (
        pd.to_datetime(each, utc=True, format="ISO8601", errors="coerce").astype("datetime64[us, UTC]")
        for each in (born, mapped.get(triage_form.ARRIVAL_AT, born.where(born.isna())))
    )
    days = (arrival - birth).dt.total_seconds() / _DAY_SECONDS
    reckoned = days.map(repr, na_action="ignore").astype("str")
    given = mapped.get(triage_form.AGE_VALUE)
    if given is None:
        return {triage_form.AGE_VALUE: reckoned, triage_form.AGE_UNIT: pd.Series("days", index=born.index, dtype="str")}
    units = mapped.get(triage_form.AGE_UNIT, pd.Series("years", index=born.index, dtype="str"))
    unit = units.where(given.notna(), "days")
    return {triage_form.AGE_VALUE: given.fillna(reckoned), triage_form.AGE_UNIT: unit.astype("str")}


def _joined(first: "pd.Series[str]", second: "pd.Series[str]") -> "pd.Series[str]":
    """Symptoms of two columns as one cell."""
    both = first.str.cat(second, sep=triage_form.SYMPTOM_SEPARATOR)
    return both.fillna(first).fillna(second).astype("str")


def _column_ledger(table: pd.DataFrame, mapping: FormMapping, used: set[str]) -> pd.DataFrame:
    source = str(table[columns.SOURCE_FILE].iloc[0]) if columns.SOURCE_FILE in table.columns else None
    present = {_plain(str(name)) for name in table.columns}
    unused = [str(name) for name in table.columns if name not in used and name not in _PLACE]
    absent = [name for name in mapping.columns if _plain(name) not in present]
    named = [
        *((name, "COLUMN_NOT_MAPPED", "a column that no mapping uses") for name in unused),
        *((name, "COLUMN_ABSENT", "the mapping names it, the form has none") for name in absent),
    ]
    return ledger.findings_frame(
        Finding(source, 1, None, name, reason, CleaningAction.NOTE, detail) for name, reason, detail in named
    )
