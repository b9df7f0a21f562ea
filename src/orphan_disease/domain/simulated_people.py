"""Who a simulated patient is: sex, age, family, and how long it has been going on."""

import numpy as np
import numpy.typing as npt

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.vocabulary import Sex
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.random_draws import normals, uniforms
from orphan_disease.domain.simulation_knowledge import FEMALE_ONLY, MALE_ONLY, PhenotypeProfiles

__all__ = ["draw_ages", "draw_course", "draw_relatives", "draw_sexes", "recorded_sexes"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

YEAR_DAYS = 365.25
OLDEST_DAYS = 95 * YEAR_DAYS
# Where no source states an onset: the ages at which published patients of all disorders fell ill.
_GENERAL_ONSETS = (
    (0.0, 28.0),
    (28.0, YEAR_DAYS),
    (YEAR_DAYS, 5 * YEAR_DAYS),
    (5 * YEAR_DAYS, 15 * YEAR_DAYS),
    (15 * YEAR_DAYS, 60 * YEAR_DAYS),
)
_FLARE_RATE = 0.35


def draw_sexes(profiles: PhenotypeProfiles, rows: Ints, keys: Keys) -> npt.NDArray[np.int8]:
    """FEMALE_ONLY or MALE_ONLY for each patient, by the disorder's inheritance; shape (n,)."""
    shares = np.array([heredity.male for heredity in profiles.heredity])
    return np.where(uniforms(keys, Stream.SEX) < shares[rows], MALE_ONLY, FEMALE_ONLY).astype(np.int8)


def recorded_sexes(sexes: npt.NDArray[np.int8], keys: Keys, unknown_rate: float) -> npt.NDArray[np.str_]:
    """The sex as a source records it, sometimes unknown."""
    words = np.where(sexes == MALE_ONLY, str(Sex.MALE), str(Sex.FEMALE))
    return np.where(uniforms(keys, Stream.SEX_UNKNOWN) < unknown_rate, str(Sex.UNKNOWN), words)


def draw_ages(profiles: PhenotypeProfiles, rows: Ints, keys: Keys, params: SimulationParams) -> tuple[Floats, Floats]:
    """Age at onset and age at the encounter, both in days, neither missing; the former never exceeds the latter."""
    chance = uniforms(keys, Stream.ONSET_CLASS)
    spans = np.empty((len(rows), 2))
    for patient, row in enumerate(rows):
        ranges = profiles.onset_ranges[row] or _GENERAL_ONSETS
        spans[patient] = ranges[int(chance[patient] * len(ranges))]
    onset = spans[:, 0] + uniforms(keys, Stream.ONSET) * (spans[:, 1] - spans[:, 0])
    delay = params.delay_median_years * np.exp(params.delay_log_sd * normals(keys, Stream.DELAY)) * YEAR_DAYS
    return onset, np.minimum(onset + delay, np.maximum(OLDEST_DAYS, onset))


def draw_relatives(profiles: PhenotypeProfiles, rows: Ints, keys: Keys) -> dict[str, Floats]:
    """family_history and consanguinity of each patient: 1 or 0, by the disorder's inheritance."""
    heredity = np.array([tuple(entry) for entry in profiles.heredity])[rows]
    return {
        columns.FAMILY_HISTORY: (uniforms(keys, Stream.RELATIVES) < heredity[:, 1]).astype(np.float64),
        columns.CONSANGUINITY: (uniforms(keys, Stream.PARENTS) < heredity[:, 2]).astype(np.float64),
    }


def draw_course(keys: Keys, ages: Floats, onsets: Floats, acute: npt.NDArray[np.bool_]) -> dict[str, Floats]:
    """symptom_duration_days (at most the age) and previous_visits of each patient.

    Args:
        keys: each patient's random key.
        ages: days at the encounter.
        onsets: days at onset.
        acute: whether the visit is for an acute illness: days of symptoms, few earlier visits.
    """
    chronic = np.maximum(ages - onsets, 1.0) * uniforms(keys, Stream.DURATION)
    short = 4.0 * np.exp(1.2 * normals(keys, Stream.DURATION, 1))
    flares = uniforms(keys, Stream.DURATION, 2) < _FLARE_RATE  # a chronic patient who comes for something of this week
    duration = np.where(acute | flares, short, np.maximum(chronic, 1.0))
    visits = np.where(acute, 1.2, 3.0) * np.exp(0.7 * normals(keys, Stream.PREVIOUS_VISITS)) - 0.5
    possible = np.minimum(np.maximum(duration, 0.5), np.maximum(ages, 0.5))
    return {
        columns.SYMPTOM_DURATION_DAYS: np.round(possible, 1).astype(np.float64),
        columns.PREVIOUS_VISITS: np.round(np.clip(visits, 0, 40)).astype(np.float64),
    }
