"""The truth file of the fabricated hospital: what each patient had, confirmed weeks or months after the visit."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns, triage_form, truth_file
from orphan_disease.contracts.parameters.fabrication import FabricationParams
from orphan_disease.contracts.vocabulary import NOTHING_FOUND
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.hospital_defects import details, hits, ledger_rows
from orphan_disease.domain.hospital_forms import ARRIVAL, PATIENT_ROW
from orphan_disease.domain.hospital_patients import ACUTE, KEY, Patients
from orphan_disease.domain.random_draws import normals, uniforms

__all__ = ["write_truth"]

_ORPHAN_MEDIAN_DAYS: Final = 120.0
_OTHER_MEDIAN_DAYS: Final = 14.0
_NOTHING_MEDIAN_DAYS: Final = 60.0
_LOG_SD: Final = 0.7
_LATE_DAYS: Final = truth_file.LATE_AFTER_DAYS + 100.0  # late for a second visit too, which comes within 92 days
_NO_CODE: Final = "diagnosis pending"


def write_truth(
    patients: Patients, visits: pd.DataFrame, params: FabricationParams
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The truth file's rows (all text) with their defects, and the ledger's parts.

    A patient who came twice has one row without a visit, which explains both.
    """
    first = visits.loc[visits[triage_form.ENCOUNTER_ID].str.endswith("-1")].sort_values(PATIENT_ROW, kind="stable")
    first = first.reset_index(drop=True)
    keys = patients.table[KEY].to_numpy(dtype=np.uint64)
    diagnosis = patients.table[columns.DIAGNOSIS_ID].astype("str")
    twice = visits[PATIENT_ROW].value_counts().reindex(range(len(first))).to_numpy() > 1
    rates = params.defects
    early = hits(keys, "confirmed_before_visit", rates.confirmed_before_visit)
    late = hits(keys, "late_confirmation", rates.late_confirmation) & ~early
    coded = ~hits(keys, "unknown_diagnosis_code", rates.unknown_diagnosis_code)
    usual = _days_to_confirmation(patients.table, keys) * params.hospital.confirmation_pace
    days = np.where(early, -30.0, usual + np.where(late, _LATE_DAYS, 0.0))
    confirmed = first[ARRIVAL] + pd.to_timedelta(np.round(days * 24.0), unit="h")
    truth = pd.DataFrame(
        {
            truth_file.PATIENT_ID: first[triage_form.PATIENT_ID],
            truth_file.ENCOUNTER_ID: first[triage_form.ENCOUNTER_ID].mask(pd.Series(twice), ""),
            truth_file.DIAGNOSIS_ID: diagnosis.where(pd.Series(coded), _NO_CODE),
            truth_file.CONFIRMED_AT: confirmed.map(lambda instant: instant.isoformat()),
            truth_file.CATEGORY: "",
            truth_file.SIMULATED: triage_form.YES,
        },
        columns=list(truth_file.TRUTH_COLUMNS),
    ).astype("str")
    settled = uniforms(keys, Stream.TRUTH) < params.hospital.truth_rate
    parts = [
        _part(first, settled & early, truth_file.CONFIRMED_AT, "confirmed_before_visit"),
        _part(first, settled & late, truth_file.CONFIRMED_AT, "late_confirmation"),
        _part(first, settled & ~coded, truth_file.DIAGNOSIS_ID, "unknown_diagnosis_code"),
    ]
    conflict = hits(keys, "conflicting_diagnosis", rates.conflicting_diagnosis) & settled & coded
    places = np.floor(details(keys, "conflicting_diagnosis") * len(diagnosis)).astype(np.int64)
    other = diagnosis.take(places).reset_index(drop=True)
    conflict &= (other != diagnosis).to_numpy()
    # The standing diagnosis comes last: a reader takes the later row of one moment.
    contradicting = truth.assign(**{truth_file.DIAGNOSIS_ID: other}).loc[conflict]
    parts.append(_part(first, conflict, truth_file.DIAGNOSIS_ID, "conflicting_diagnosis"))
    return pd.concat([contradicting, truth.loc[settled]], ignore_index=True), parts


def _days_to_confirmation(table: pd.DataFrame, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    nothing = (table[columns.DIAGNOSIS_ID] == NOTHING_FOUND).to_numpy()
    acute = table[ACUTE].to_numpy(dtype=bool)
    other = np.where(acute, _OTHER_MEDIAN_DAYS, _ORPHAN_MEDIAN_DAYS)
    days: npt.NDArray[np.float64] = np.where(nothing, _NOTHING_MEDIAN_DAYS, other) * np.exp(
        _LOG_SD * normals(keys, Stream.CONFIRMATION)
    )
    return days


def _part(first: pd.DataFrame, found: npt.NDArray[np.bool_], field: str, defect: str) -> pd.DataFrame:
    return ledger_rows("truth", first.loc[found], field, defect)
