"""A hospital's own form becomes the project's by configuration alone."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.triage_form import ColumnSpec, FormMapping, TriageFormParams
from orphan_disease.domain.triage import type_triage
from orphan_disease.domain.triage_mapping import apply_mapping
from orphan_disease.domain.units import UnitError

TERMS = {"HP:0001945": "HP:0001945", "HP:0012735": "HP:0012735"}
PHRASES = {"fiebre": "HP:0001945", "tos": "HP:0012735"}


@pytest.fixture
def spanish(project_root: Path) -> FormMapping:
    text = (project_root / "conf/base/parameters_triage_form.yml").read_text(encoding="utf-8")
    content = yaml.safe_load(text.replace("${runtime_params:triage_mapping,project}", "spanish_example"))
    return TriageFormParams.model_validate(content["triage_form"]).active


def form(*rows: dict[str, str]) -> pd.DataFrame:
    place = {columns.SOURCE_FILE: "urgencias.csv"}
    return pd.DataFrame([row | place for row in rows]).astype("str").assign(**{columns.SOURCE_LINE: 2})


SPANISH = {
    "NHC": "H-1",
    "Episodio": "U-1",
    "Fecha llegada": "05/03/2024 14:30",
    "Edad": "7",
    "Sexo": "M",
    "Motivo consulta": "Fiebre de 3 días, niega tos",
    "Temperatura": "38,5",
    "Frecuencia cardíaca": "110",
    "Tensión arterial": "120/80",
    "Saturación": "97,5",
    "Nivel conciencia": "Alerta",
    "Embarazo": "no procede",
    "Cama": "12",
}


def test_a_spanish_form_is_read_by_its_mapping(spanish: FormMapping) -> None:
    mapped, ledger = apply_mapping(form(SPANISH), spanish)
    typed, found = type_triage(mapped, TERMS, {}, PHRASES)
    visit = typed.iloc[0]
    assert visit[columns.CASE_ID] == "U-1"
    assert visit[columns.ENCOUNTER_AT] == pd.Timestamp("2024-03-05T13:30:00Z")  # Madrid in winter
    assert visit[columns.AGE_DAYS] == pytest.approx(7 * 365.25)
    assert visit[columns.SEX] == "female"  # M is "mujer" here
    assert (visit[columns.OBSERVED_TERMS], visit[columns.EXCLUDED_TERMS]) == (["HP:0001945"], ["HP:0012735"])
    assert visit[columns.TEMPERATURE_C] == 38.5
    assert (visit[columns.SYSTOLIC_MMHG], visit[columns.DIASTOLIC_MMHG]) == (120, 80)
    assert visit[columns.OXYGEN_SATURATION_PCT] == 97.5
    assert (visit[columns.CONSCIOUSNESS], visit[columns.PREGNANT]) == ("alert", 0.0)
    assert set(found[columns.REASON]) <= {"TERM_UNKNOWN"}
    reasons = dict(zip(ledger[columns.FIELD], ledger[columns.REASON], strict=True))
    assert reasons["Cama"] == "COLUMN_NOT_MAPPED"
    assert reasons["dolor_eva"] == "COLUMN_ABSENT"


@pytest.mark.parametrize(
    ("field", "unit", "written", "column", "expected"),
    [
        ("temperature", "[degF]", "101,3", columns.TEMPERATURE_C, 38.5),
        ("temperature", "K", "311,65", columns.TEMPERATURE_C, 38.5),
        ("heart_rate", "Hz", "1,5", columns.HEART_RATE_BPM, 90.0),
        ("blood_pressure", "cmHg", "12/8", columns.SYSTOLIC_MMHG, 120.0),
        ("blood_pressure", "kPa", "16/10,7", columns.DIASTOLIC_MMHG, 80.26),
        ("oxygen_saturation", "1", "0,97", columns.OXYGEN_SATURATION_PCT, 97.0),
        ("symptom_duration_days", "wk", "2", columns.SYMPTOM_DURATION_DAYS, 14.0),
        ("age_value", "mo", "6", columns.AGE_DAYS, 182.625),
    ],
)
def test_a_declared_unit_is_converted(field: str, unit: str, written: str, column: str, expected: float) -> None:
    typed = _typed({"x": ColumnSpec(field=field, unit=unit)}, {"x": written})[0]
    assert typed[column].iloc[0] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("written", ["820", "120-", "doce", "-5", "1e999"])
def test_what_is_impossible_is_an_error_and_no_value(written: str) -> None:
    typed, found = _typed({"x": ColumnSpec(field="heart_rate", unit="/min")}, {"x": written})
    assert typed[columns.HEART_RATE_BPM].isna().all()
    assert set(found[columns.REASON]) <= {"VITAL_OUT_OF_RANGE", "NOT_A_NUMBER"}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("field", "unit", "written"), [("blood_pressure", "mm[Hg]", "12/8"), ("temperature", "Cel", "101,3")]
)
def test_no_other_unit_is_tried_on_a_declared_one(field: str, unit: str, written: str) -> None:
    typed, found = _typed({"x": ColumnSpec(field=field, unit=unit)}, {"x": written})
    assert typed[[columns.SYSTOLIC_MMHG, columns.DIASTOLIC_MMHG, columns.TEMPERATURE_C]].isna().all(axis=None)
    assert set(found[columns.REASON]) == {"VITAL_OUT_OF_RANGE"}


def test_the_age_is_reckoned_from_the_birth_where_the_form_gives_none() -> None:
    specs = {
        "nacimiento": ColumnSpec(field="birth_date"),
        "edad": ColumnSpec(field="age_value", unit="a"),
    }
    typed, _ = _typed(specs, {"nacimiento": "01/03/2020", "edad": ""}, {"nacimiento": "01/03/2020", "edad": "2"})
    assert typed[columns.AGE_DAYS].tolist() == [pytest.approx(4.0), pytest.approx(2 * 365.25)]


def test_a_form_in_the_projects_own_columns_is_left_as_it_is() -> None:
    table = form({"patient_id": "a"})
    assert apply_mapping(table, FormMapping())[0] is table


def test_a_mapping_that_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ValidationError, match="field 'pulse': expected one of age_unit"):
        ColumnSpec(field="pulse")
    with pytest.raises(ValidationError, match="two columns for heart_rate"):
        FormMapping(columns={"a": ColumnSpec(field="heart_rate"), "b": ColumnSpec(field="heart_rate")})
    with pytest.raises(ValidationError, match="mapping 'x': expected one of project"):
        TriageFormParams(mapping="x", mappings={"project": FormMapping()})
    with pytest.raises(UnitError, match="expected a unit that converts to /min"):
        _typed({"x": ColumnSpec(field="heart_rate", unit="kg")}, {"x": "1"})


def _typed(specs: dict[str, ColumnSpec], *rows: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    identity = {
        "nhc": ColumnSpec(field="patient_id"),
        "id": ColumnSpec(field="encounter_id"),
        "llegada": ColumnSpec(field="arrival_at"),
    }
    mapping = FormMapping(columns=specs | identity, decimal="comma", time_formats=("%d/%m/%Y",))
    visits = [row | {"nhc": f"p{n}", "id": f"v{n}", "llegada": "05/03/2020"} for n, row in enumerate(rows)]
    return type_triage(apply_mapping(form(*visits), mapping)[0], TERMS, {}, {}, mapping.declared_fields)
