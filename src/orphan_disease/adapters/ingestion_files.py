"""Files of any number of made-up triage rows and histories, to measure how fast they are read."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import triage_form
from orphan_disease.contracts.vocabulary import ChiefComplaint

__all__ = ["write_phenopackets", "write_triage"]

_TERMS: Final = ("HP:0001250", "HP:0001945", "HP:0002315", "HP:0012735", "HP:0001252", "HP:0000252", "HP:0001263")
_CELLS: Final = (
    "HP:0001250;no:HP:0001945",
    "fiebre de 3 días, niega tos",
    "headache and vomiting, no fever",
    "HP:0002315;TOS;no:HP:0001252",
    "dolor abdominal; cansancio",
    "HP:0001263;HP:0000252",
    "sin disnea ni dolor torácico",
)


_COMPLAINTS: Final = tuple(map(str, ChiefComplaint))
_MINUTES: Final = 3 * 365 * 24 * 60  # in which the visits fall
_TYPED_TWICE: Final = 0.01  # rows that repeat the one before them under another patient's id


def write_triage(folder: Path, size: int) -> Path:
    """A form whose readings, hours and words vary as a hospital's do; a patient comes twice on average."""
    generator = np.random.default_rng(size)
    arrival = pd.Timestamp("2022-01-01") + pd.to_timedelta(generator.integers(0, _MINUTES, size), unit="min")
    first, second = (generator.choice(_CELLS, size) for _ in range(2))
    patient = np.char.add("SIM-", np.char.zfill(generator.integers(0, max(1, size // 2), size).astype("str"), 8))
    form = pd.DataFrame(
        {
            triage_form.PATIENT_ID: patient,
            triage_form.ENCOUNTER_ID: np.char.add("V", np.char.zfill(np.arange(size).astype("str"), 8)),
            triage_form.ARRIVAL_AT: arrival.strftime("%Y-%m-%dT%H:%M:%SZ"),
            triage_form.AGE_VALUE: generator.integers(0, 95, size),
            triage_form.AGE_UNIT: "years",
            triage_form.SEX: generator.choice(("female", "male"), size),
            triage_form.TEMPERATURE: generator.normal(37.0, 0.8, size).clip(34, 41).round(1),
            triage_form.TEMPERATURE_UNIT: "C",
            triage_form.HEART_RATE: generator.normal(85, 18, size).clip(40, 200).round(),
            triage_form.RESPIRATORY_RATE: generator.normal(17, 4, size).clip(8, 60).round(),
            triage_form.SYSTOLIC: generator.normal(125, 18, size).clip(85, 220).round(),
            triage_form.DIASTOLIC: generator.normal(68, 7, size).clip(45, 84).round(),
            triage_form.OXYGEN_SATURATION: generator.integers(90, 101, size),
            triage_form.PAIN: generator.integers(0, 11, size),
            triage_form.CONSCIOUSNESS: "alert",
            triage_form.CHIEF_COMPLAINT: generator.choice(_COMPLAINTS, size),
            triage_form.SYMPTOMS: np.char.add(np.char.add(first, ";"), second),
            triage_form.SIMULATED: "yes",
        }
    )
    twice = np.flatnonzero(generator.random(size) < _TYPED_TWICE)
    twice = twice[twice > 0]
    copied = [name for name in form if name not in {triage_form.PATIENT_ID, triage_form.ENCOUNTER_ID}]
    form.loc[twice, copied] = form.loc[twice - 1, copied].to_numpy()
    path = folder / "triage.csv"
    form.to_csv(path, index=False)
    return path


def write_phenopackets(folder: Path, size: int) -> Path:
    """Histories as JSON lines, one a patient."""
    path = folder / "histories.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for number in range(size):
            features = [
                {"type": {"id": term, "label": "a sign"}, "excluded": (number + place) % 5 == 0}
                for place, term in enumerate(_TERMS)
            ]
            packet = {
                "id": f"case-{number}",
                "subject": {"id": f"SIM-{number:08d}", "sex": "FEMALE"},
                "phenotypicFeatures": features,
                "metaData": {"created": "2024-01-01T00:00:00Z", "createdBy": "simulated"},
            }
            stream.write(json.dumps(packet) + "\n")
    return path
