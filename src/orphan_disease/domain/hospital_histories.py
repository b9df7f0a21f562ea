"""The clinical histories of the fabricated hospital: one GA4GH Phenopacket v2 each, before any defect is put in.

A history holds no diagnosis: that is in the truth file alone.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from orphan_disease.contracts import columns, triage_form
from orphan_disease.contracts.parameters.fabrication import FabricationParams
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.hospital_forms import ARRIVAL, PATIENT_ROW
from orphan_disease.domain.hospital_patients import KEY, SEX_CODE, Patients
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.random_draws import uniforms
from orphan_disease.domain.simulated_people import recorded_sexes

__all__ = ["CREATED_BY", "iso_duration", "payload_of", "write_histories"]

CREATED_BY: Final = "orphan_disease fabricated hospital (simulated)"

_SCHEMA_VERSION: Final = "2.0"
_AGE_RATE, _DATE_RATE = 0.8, 0.92  # age as a duration; above, as dates of birth and visit; above, not at all
_ONSET_RATE: Final = 0.45
_TRIAGE_ONLY_RATE: Final = 0.05  # signs noted at the desk and not in the history
_UNSTATED: Final = "unstated"  # of an HPO file that does not name its release
_SEXES: Final = {"female": "FEMALE", "male": "MALE", "unknown": "UNKNOWN_SEX"}


def iso_duration(days: float) -> str:
    """An age as an ISO 8601 duration of whole years, months and days.

    >>> iso_duration(0.4), iso_duration(45.0), iso_duration(8035.5)
    ('P0D', 'P1M14D', 'P22Y')
    """
    years, rest = divmod(days, 365.25)
    months, remaining = divmod(rest, 365.25 / 12)
    parts = ((int(years), "Y"), (int(months), "M"), (int(remaining), "D"))
    text = "".join(f"{value}{unit}" for value, unit in parts if value)
    return f"P{text}" if text else "P0D"


def payload_of(packet: dict[str, Any]) -> str:
    """A phenopacket as JSON text."""
    return orjson.dumps(packet, option=orjson.OPT_INDENT_2).decode()


def write_histories(
    patients: Patients, visits: pd.DataFrame, ontology: Ontology, params: FabricationParams
) -> pd.DataFrame:
    """The histories of the patients who have one: patient_id, encounter_id and the phenopacket (a dict), by patient.

    A history is written at the patient's first visit.
    """
    first = visits.loc[visits[triage_form.ENCOUNTER_ID].str.endswith("-1")].sort_values(PATIENT_ROW, kind="stable")
    keys = patients.table[KEY].to_numpy(dtype=np.uint64)
    has_history = uniforms(keys, Stream.HISTORY) < params.hospital.history_rate
    sexes = recorded_sexes(patients.table[SEX_CODE].to_numpy(dtype=np.int8), keys, params.simulation.unknown_sex_rate)
    onsets = patients.table[columns.ONSET_AGE_DAYS].to_numpy(dtype=np.float64)
    shows_onset = uniforms(keys, Stream.HISTORY, 1) < _ONSET_RATE
    form_of_age = uniforms(keys, Stream.HISTORY, 2)
    all_features = _features(patients, keys, ontology)
    records = []
    for row, visit in enumerate(first.to_dict("records")):
        if not has_history[row]:
            continue
        features = all_features[row]
        if shows_onset[row] and features:
            onset = {"age": {"iso8601duration": iso_duration(onsets[row])}}
            features = [{**features[0], "onset": onset}, *features[1:]]
        subject = {
            "id": visit[triage_form.PATIENT_ID],
            **_age(visit[columns.AGE_DAYS], visit[ARRIVAL], form_of_age[row]),
            "sex": _SEXES[str(sexes[row])],
        }
        packet = {
            "id": visit[triage_form.PATIENT_ID].replace("SIM-", "HIS-"),
            "subject": subject,
            "phenotypicFeatures": features,
            "metaData": _metadata(visit[ARRIVAL], ontology.version),
        }
        records.append((visit[triage_form.PATIENT_ID], visit[triage_form.ENCOUNTER_ID], packet))
    return pd.DataFrame(records, columns=[triage_form.PATIENT_ID, triage_form.ENCOUNTER_ID, columns.PAYLOAD])


def _features(patients: Patients, keys: npt.NDArray[np.uint64], ontology: Ontology) -> list[list[dict[str, Any]]]:
    """Each patient's observed features, then the excluded ones."""
    features: list[list[dict[str, Any]]] = [[] for _ in range(len(keys))]
    for matrix, mark in ((patients.observed, {}), (patients.excluded, {"excluded": True})):
        places = np.repeat(np.arange(len(keys)), np.diff(matrix.indptr))
        draws = uniforms(keys[places], Stream.HISTORY_TERM, matrix.indices)
        only = np.diff(matrix.indptr)[places] == 1  # a lone sign is never left out
        kept = only | (draws >= _TRIAGE_ONLY_RATE)
        for row, term in zip(places[kept], matrix.indices[kept], strict=True):
            features[row].append({"type": {"id": ontology.term_ids[term], "label": ontology.labels[term]}, **mark})
    return features


def _age(days: float, arrival: pd.Timestamp, chance: float) -> dict[str, Any]:
    if chance < _AGE_RATE:
        return {"timeAtLastEncounter": {"age": {"iso8601duration": iso_duration(days)}}}
    if chance < _DATE_RATE:
        birth = (arrival - pd.to_timedelta(round(days), unit="D")).normalize()
        return {"dateOfBirth": _instant(birth), "timeAtLastEncounter": {"timestamp": _instant(arrival)}}
    return {}


def _metadata(arrival: pd.Timestamp, version: str) -> dict[str, Any]:
    resource = {
        "id": "hp",
        "name": "Human Phenotype Ontology",
        "url": "http://purl.obolibrary.org/obo/hp.owl",
        "version": version or _UNSTATED,
        "namespacePrefix": "HP",
        "iriPrefix": "http://purl.obolibrary.org/obo/HP_",
    }
    return {
        "created": _instant(arrival + pd.Timedelta(hours=3)),
        "createdBy": CREATED_BY,
        "resources": [resource],
        "phenopacketSchemaVersion": _SCHEMA_VERSION,
    }


def _instant(moment: pd.Timestamp) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
