"""Vital signs of a simulated patient: usual values of the age, moved by what the patient shows.

Usual heart and respiratory rates follow the centiles of Fleming et al. 2011 (doi:10.1016/S0140-6736(10)62226-X), blood
pressures the fourth report on children (doi:10.1542/peds.114.2.S2.555) and adult means of NHANES; rounded.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Consciousness
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.random_draws import normals, uniforms

__all__ = ["draw_consciousness", "draw_vitals", "usual_vital"]

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

_YEARS: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 18.0, 50.0, 80.0)
_USUAL: Final[Mapping[str, tuple[float, ...]]] = {
    columns.TEMPERATURE_C: (36.9, 36.9, 36.9, 36.9, 36.8, 36.8, 36.8, 36.7, 36.6, 36.5),
    columns.HEART_RATE_BPM: (140, 140, 130, 118, 108, 96, 88, 78, 76, 75),
    columns.RESPIRATORY_RATE_BPM: (44, 40, 36, 30, 25, 21, 19, 16, 16, 17),
    columns.SYSTOLIC_MMHG: (70, 85, 90, 93, 97, 103, 110, 119, 127, 138),
    columns.DIASTOLIC_MMHG: (42, 48, 52, 55, 59, 65, 68, 73, 78, 76),
    columns.OXYGEN_SATURATION_PCT: (97.5, 98.0, 98.2, 98.3, 98.4, 98.5, 98.5, 98.4, 97.6, 96.2),
}
_SPREAD: Final[Mapping[str, float]] = {
    columns.TEMPERATURE_C: 0.35,
    columns.HEART_RATE_BPM: 12.0,
    columns.RESPIRATORY_RATE_BPM: 2.5,
    columns.SYSTOLIC_MMHG: 10.0,
    columns.DIASTOLIC_MMHG: 7.5,
    columns.OXYGEN_SATURATION_PCT: 1.1,
}
# A sign moves its vital by this much on average; descendants count.
_EFFECTS: Final[Mapping[str, Mapping[str, float]]] = {
    "HP:0001945": {columns.TEMPERATURE_C: 1.8, columns.HEART_RATE_BPM: 16, columns.RESPIRATORY_RATE_BPM: 3},  # fever
    "HP:0002045": {columns.TEMPERATURE_C: -1.8},  # hypothermia
    "HP:0001649": {columns.HEART_RATE_BPM: 35},  # tachycardia
    "HP:0001662": {columns.HEART_RATE_BPM: -30},  # bradycardia
    "HP:0002789": {columns.RESPIRATORY_RATE_BPM: 12},  # tachypnoea
    "HP:0002094": {columns.RESPIRATORY_RATE_BPM: 7, columns.OXYGEN_SATURATION_PCT: -2.5},  # dyspnoea
    "HP:0012418": {columns.OXYGEN_SATURATION_PCT: -8},  # hypoxaemia
    "HP:0000961": {columns.OXYGEN_SATURATION_PCT: -8},  # cyanosis
    "HP:0002878": {columns.OXYGEN_SATURATION_PCT: -9, columns.RESPIRATORY_RATE_BPM: 9},  # respiratory failure
    "HP:0000822": {columns.SYSTOLIC_MMHG: 35, columns.DIASTOLIC_MMHG: 18},  # hypertension
    "HP:0002615": {columns.SYSTOLIC_MMHG: -28, columns.DIASTOLIC_MMHG: -15},  # hypotension
}
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    columns.TEMPERATURE_C: (32.0, 42.0),
    columns.HEART_RATE_BPM: (32.0, 235.0),
    columns.RESPIRATORY_RATE_BPM: (6.0, 85.0),
    columns.SYSTOLIC_MMHG: (45.0, 240.0),
    columns.DIASTOLIC_MMHG: (22.0, 150.0),
    columns.OXYGEN_SATURATION_PCT: (62.0, 100.0),
}
_USUAL_PAIN: Final = 0.8
_PAIN: Final = "HP:0012531"
_CLOUDED: Final = ("HP:0004372", "HP:0001250")  # reduced consciousness, seizure
_LEVELS: Final = np.array([str(level) for level in Consciousness])


def usual_vital(name: str, ages: npt.ArrayLike) -> Floats:
    """The usual value of a vital sign at an age in days, in the unit of its column.

    >>> float(usual_vital("heart_rate_bpm", 30 * 365.25))
    77.25
    """
    if name == columns.PAIN_SCORE:
        return np.full(np.shape(ages), _USUAL_PAIN)
    return np.asarray(np.interp(np.asarray(ages) / 365.25, _YEARS, _USUAL[name]), dtype=np.float64)


def draw_vitals(
    ontology: Ontology,
    keys: Keys,
    ages: Floats,
    observed: sparse.csr_matrix,
    shifts: Mapping[str, tuple[Floats, Floats]],
) -> dict[str, Floats]:
    """Every vital sign of n patients, none missing.

    Args:
        ontology: the terms.
        keys: each patient's random key.
        ages: days at the encounter.
        observed: n x T observed terms.
        shifts: vital sign -> (distance from usual, standard deviation) of each patient's condition, each of shape (n,);
            NaN where the condition leaves it as usual. A stated distance replaces the effect of single signs.
    """
    found: dict[str, Floats] = {}
    unstated = np.full(len(keys), np.nan)
    for number, name in enumerate(_USUAL):
        centre = usual_vital(name, ages)
        signs = np.zeros(len(keys))
        for sign, effects in _EFFECTS.items():
            if name in effects:
                signs += effects[name] * _shows(ontology, observed, sign)
        shift, spread = shifts.get(name, (unstated, unstated))
        moved = centre + np.where(np.isnan(shift), signs, shift)
        width = np.where(np.isnan(spread), _SPREAD[name], spread)
        value = moved + width * normals(keys, Stream.VITALS, number)
        digits = 1 if name == columns.TEMPERATURE_C else 0
        found[name] = np.round(np.clip(value, *_BOUNDS[name]), digits).astype(np.float64)
    narrowest = found[columns.SYSTOLIC_MMHG] - 12.0
    found[columns.DIASTOLIC_MMHG] = np.minimum(found[columns.DIASTOLIC_MMHG], narrowest)
    found[columns.PAIN_SCORE] = _pain(ontology, keys, observed, shifts)
    return found


def _pain(
    ontology: Ontology, keys: Keys, observed: sparse.csr_matrix, shifts: Mapping[str, tuple[Floats, Floats]]
) -> Floats:
    hurts = _shows(ontology, observed, _PAIN)
    centre = np.where(hurts > 0, 4.5, _USUAL_PAIN)
    unstated = np.full(len(keys), np.nan)
    shift, spread = shifts.get(columns.PAIN_SCORE, (unstated, unstated))
    centre = np.where(np.isnan(shift), centre, _USUAL_PAIN + shift)
    width = np.where(np.isnan(spread), 1.8, spread)
    pain: Floats = np.round(np.clip(centre + width * normals(keys, Stream.PAIN), 0.0, 10.0)).astype(np.float64)
    return pain


def draw_consciousness(ontology: Ontology, keys: Keys, observed: sparse.csr_matrix) -> npt.NDArray[np.str_]:
    """The AVPU level of each patient; lower where consciousness is reduced or there are seizures."""
    clouded = np.maximum.reduce([_shows(ontology, observed, sign) for sign in _CLOUDED])
    shares = np.where(clouded[:, None] > 0, np.array([0.88, 0.96, 0.99]), np.array([0.992, 0.998, 0.9995]))
    level = (uniforms(keys, Stream.CONSCIOUSNESS)[:, None] >= shares).sum(axis=1)
    return np.asarray(_LEVELS[level])


def _shows(ontology: Ontology, observed: sparse.csr_matrix, sign: str) -> Floats:
    """1 for each patient with the sign or a descendant of it."""
    if sign not in ontology.index:
        return np.zeros(observed.shape[0])
    column = np.zeros(len(ontology.term_ids), dtype=np.float32)
    column[[ontology.index[term] for term in ontology.descendants(sign)]] = 1.0
    shown: Floats = (observed @ column > 0).astype(np.float64)
    return shown
