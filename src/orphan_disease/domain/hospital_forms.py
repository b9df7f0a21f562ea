"""The triage form of the fabricated hospital: visits as rows of text, before any defect is put in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns, package_tables, triage_form
from orphan_disease.contracts.parameters.fabrication import FabricationParams
from orphan_disease.contracts.vocabulary import ChiefComplaint
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.hospital_complaints import complaint_of_terms
from orphan_disease.domain.hospital_patients import COMPLAINT, KEY, NUMBER, SEX_CODE, Patients
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.random_draws import record_keys, uniforms
from orphan_disease.domain.simulated_people import recorded_sexes
from orphan_disease.domain.simulated_vitals import draw_consciousness, draw_vitals
from orphan_disease.domain.simulation_knowledge import FEMALE_ONLY

__all__ = ["ARRIVAL", "PATIENT_ROW", "VISIT_KEY", "HospitalWords", "draw_visits", "write_forms"]

PATIENT_ROW: Final = "patient_row"  # row of the patients' table
VISIT_KEY: Final = "visit_key"
ARRIVAL: Final = "arrival"

Floats = npt.NDArray[np.float64]

YEAR_DAYS: Final = 365.25
_RETURN_DAYS: Final = 90.0
_FERTILE_YEARS: Final = (14.0, 48.0)
_MOST_SYMPTOMS: Final = 6
_MOST_DENIED: Final = 3
_LOCAL_CODE_RATE: Final = 0.6  # visits whose symptoms are written by local code, where there is one
_WORD_ADVANTAGE: Final = 0.35
_FAHRENHEIT_RATE: Final = 0.06  # thermometers that show °F, and say so
_PREGNANT_RATE: Final = 0.05
_ASKED_RATE: Final = 0.7  # of women of fertile age
_USUAL_COMPLAINT_RATE: Final = 0.85


@dataclass(frozen=True, eq=False)
class HospitalWords:
    """What the form's words stand for: the ontology, the local codes (code, hpo_id) and the chief complaints."""

    ontology: Ontology
    local_codes: pd.DataFrame
    chief_complaints: pd.DataFrame


def draw_visits(patients: Patients, params: FabricationParams) -> pd.DataFrame:
    """One row per visit, by arrival: patient_row, visit_key, encounter_id, patient_id, arrival (UTC), age_days."""
    table, hospital = patients.table, params.hospital
    keys = table[KEY].to_numpy(dtype=np.uint64)
    numbers = table[NUMBER].to_numpy()
    before = uniforms(keys, Stream.ARRIVAL) * hospital.visit_window_days
    gap = 2.0 + uniforms(keys, Stream.REPEAT_VISIT, 1) * _RETURN_DAYS
    again = (uniforms(keys, Stream.REPEAT_VISIT) < hospital.repeat_visit_rate) & (before > gap)
    returning = np.flatnonzero(again)
    later_keys = record_keys(params.seed + 1, len(keys), hospital.first_patient)[returning]
    rows = np.concatenate([np.arange(len(keys)), returning])
    days_before = np.concatenate([before, (before - gap)[returning]])
    visits = pd.DataFrame(
        {
            PATIENT_ROW: rows,
            VISIT_KEY: np.concatenate([keys, later_keys]),
            triage_form.PATIENT_ID: [f"SIM-{number:06d}" for number in numbers[rows]],
            triage_form.ENCOUNTER_ID: [
                *(f"ENC-{number:06d}-1" for number in numbers),
                *(f"ENC-{number:06d}-2" for number in numbers[returning]),
            ],
            ARRIVAL: pd.Timestamp(hospital.reference_date).tz_convert("UTC")
            - pd.to_timedelta(np.round(days_before * 1440), unit="min"),
            columns.AGE_DAYS: np.concatenate([table[columns.AGE_DAYS], (table[columns.AGE_DAYS] + gap)[returning]]),
        }
    )
    return visits.sort_values([ARRIVAL, triage_form.ENCOUNTER_ID], kind="stable", ignore_index=True)


def write_forms(
    patients: Patients, visits: pd.DataFrame, words: HospitalWords, params: FabricationParams
) -> pd.DataFrame:
    """The form's rows, one per visit, in the order of `visits`; every cell is text, an empty one says nothing."""
    rows = visits[PATIENT_ROW].to_numpy()
    keys = visits[VISIT_KEY].to_numpy(dtype=np.uint64)
    ages = visits[columns.AGE_DAYS].to_numpy(dtype=np.float64)
    people = patients.table.iloc[rows].reset_index(drop=True)
    observed = sparse.csr_matrix(patients.observed[rows])
    ontology = words.ontology
    shifts = {name: (values[rows, 0], values[rows, 1]) for name, values in patients.vital_shifts.items()}
    vitals = draw_vitals(ontology, keys, ages, observed, shifts)
    person_keys = people[KEY].to_numpy(dtype=np.uint64)
    symptoms, complaint = _symptoms(patients, visits, words, people[COMPLAINT].to_numpy())
    temperature, unit = _temperatures(vitals[columns.TEMPERATURE_C], keys)
    age_value, age_unit = _age_cells(ages)
    form = {
        triage_form.PATIENT_ID: visits[triage_form.PATIENT_ID],
        triage_form.ENCOUNTER_ID: visits[triage_form.ENCOUNTER_ID],
        triage_form.ARRIVAL_AT: visits[ARRIVAL].map(lambda instant: instant.isoformat()),
        triage_form.AGE_VALUE: age_value,
        triage_form.AGE_UNIT: age_unit,
        triage_form.SEX: recorded_sexes(
            people[SEX_CODE].to_numpy(dtype=np.int8), person_keys, params.simulation.unknown_sex_rate
        ),
        triage_form.TEMPERATURE: temperature,
        triage_form.TEMPERATURE_UNIT: unit,
        triage_form.HEART_RATE: _whole(vitals[columns.HEART_RATE_BPM]),
        triage_form.RESPIRATORY_RATE: _whole(vitals[columns.RESPIRATORY_RATE_BPM]),
        triage_form.SYSTOLIC: _whole(vitals[columns.SYSTOLIC_MMHG]),
        triage_form.DIASTOLIC: _whole(vitals[columns.DIASTOLIC_MMHG]),
        triage_form.OXYGEN_SATURATION: _whole(vitals[columns.OXYGEN_SATURATION_PCT]),
        triage_form.PAIN: _whole(vitals[columns.PAIN_SCORE]),
        triage_form.CONSCIOUSNESS: draw_consciousness(ontology, keys, observed),
        triage_form.CHIEF_COMPLAINT: complaint,
        triage_form.SYMPTOMS: symptoms,
        triage_form.SYMPTOM_DURATION_DAYS: [f"{value:g}" for value in people[columns.SYMPTOM_DURATION_DAYS]],
        triage_form.PREGNANT: _pregnancies(people[SEX_CODE].to_numpy(), ages, complaint, keys),
        triage_form.FAMILY_HISTORY: _yes_no(people[columns.FAMILY_HISTORY]),
        triage_form.CONSANGUINITY: _yes_no(people[columns.CONSANGUINITY]),
        triage_form.PREVIOUS_VISITS: _whole(people[columns.PREVIOUS_VISITS].to_numpy()),
        triage_form.SIMULATED: triage_form.YES,
    }
    return pd.DataFrame(form, columns=list(triage_form.TRIAGE_COLUMNS)).astype("str")


def _symptoms(
    patients: Patients, visits: pd.DataFrame, words: HospitalWords, usual: npt.NDArray[np.object_]
) -> tuple[list[str], list[str]]:
    """Of every visit, the symptoms as staff write them and the chief complaint."""
    ids = words.ontology.term_ids
    complaints = complaint_of_terms(words.ontology, words.chief_complaints)
    table = zip(words.local_codes[package_tables.HPO_ID], words.local_codes[package_tables.CODE], strict=True)
    codes = {str(term): str(code) for term, code in table}
    has_code = np.array([term in codes for term in ids], dtype=bool)
    keys, rows = visits[VISIT_KEY].to_numpy(dtype=np.uint64), visits[PATIENT_ROW].to_numpy()
    wanted = np.minimum(1 + np.floor(-2.0 * np.log(uniforms(keys, Stream.FORM))), _MOST_SYMPTOMS).astype(np.int64)
    denied = np.floor(uniforms(keys, Stream.FORM, 1) * (_MOST_DENIED + 1)).astype(np.int64)
    keeps_usual = uniforms(keys, Stream.COMPLAINT) < _USUAL_COMPLAINT_RATE
    uses_codes = uniforms(keys, Stream.SYMPTOM_CODE) < _LOCAL_CODE_RATE
    told = zip(
        _told(sparse.csr_matrix(patients.observed[rows]), keys, wanted, has_code),
        _told(sparse.csr_matrix(patients.excluded[rows]), keys, denied, has_code),
        strict=True,
    )
    cells, chief = [], []
    for visit, (seen, absent) in enumerate(told):
        spelled = codes if uses_codes[visit] else {}
        names = [spelled.get(ids[term], ids[term]) for term in seen]
        names += [triage_form.EXCLUDED_PREFIX + spelled.get(ids[term], ids[term]) for term in absent]
        cells.append(triage_form.SYMPTOM_SEPARATOR.join(names))
        own = str(complaints[seen[0]]) if len(seen) else str(ChiefComplaint.OTHER)
        chief.append(str(usual[visit]) if usual[visit] and keeps_usual[visit] else own)
    return cells, chief


def _told(
    matrix: sparse.csr_matrix,
    keys: npt.NDArray[np.uint64],
    counts: npt.NDArray[np.int64],
    has_code: npt.NDArray[np.bool_],
) -> Iterator[npt.NDArray[np.int64]]:
    """Some of each row's terms; those that triage staff have a word for come first more often."""
    terms = matrix.indices.astype(np.int64)
    draws = uniforms(np.repeat(keys, np.diff(matrix.indptr)), Stream.SYMPTOM_CHOICE, terms)
    order = draws - _WORD_ADVANTAGE * has_code[terms]
    for row, count in enumerate(counts):
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        yield terms[entries][np.argsort(order[entries], kind="stable")[:count]]


def _temperatures(celsius: Floats, keys: npt.NDArray[np.uint64]) -> tuple[list[str], npt.NDArray[np.str_]]:
    american = uniforms(keys, Stream.FORM, 2) < _FAHRENHEIT_RATE
    shown = np.where(american, celsius * 9.0 / 5.0 + 32.0, celsius)
    return [f"{value:.1f}" for value in shown], np.where(american, "F", "C")


def _age_cells(ages: Floats) -> tuple[list[str], list[str]]:
    """Age as staff write it: hours, days, months or years, whole numbers rounded down."""
    spans = ((2.0, "hours"), (31.0, "days"), (2 * YEAR_DAYS, "months"), (np.inf, "years"))
    units = [next(unit for limit, unit in spans if age < limit) for age in ages]
    values = [f"{int(age / triage_form.AGE_UNIT_DAYS[unit])}" for age, unit in zip(ages, units, strict=True)]
    return values, units


def _pregnancies(
    sexes: npt.NDArray[np.int8], ages: Floats, complaints: list[str], keys: npt.NDArray[np.uint64]
) -> npt.NDArray[np.str_]:
    years = ages / YEAR_DAYS
    possible = (sexes == FEMALE_ONLY) & (years >= _FERTILE_YEARS[0]) & (years <= _FERTILE_YEARS[1])
    evident = np.array([complaint == str(ChiefComplaint.PREGNANCY) for complaint in complaints], dtype=bool)
    pregnant = evident | (uniforms(keys, Stream.FORM, 3) < _PREGNANT_RATE)
    asked = evident | (uniforms(keys, Stream.FORM, 4) < _ASKED_RATE)
    answer = np.where(pregnant, triage_form.YES, triage_form.NO)
    return np.where(possible & asked, answer, "")


def _whole(values: Floats) -> list[str]:
    return [f"{value:.0f}" for value in values]


def _yes_no(values: "pd.Series[float]") -> npt.NDArray[np.str_]:
    return np.where(values.to_numpy() > 0, triage_form.YES, triage_form.NO)
