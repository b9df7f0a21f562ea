"""Ages, vital signs and history of cases as numbers: what the encoder fills, and what it only reads."""

from collections.abc import Mapping
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Consciousness, Sex

__all__ = ["AGE_BANDS", "NUMBERS", "SEXES", "case_demographics", "case_numbers"]

_FloatArray = npt.NDArray[np.float32]

DAYS_PER_YEAR: Final = 365.25
AGE_BANDS: Final = (  # name, first day, first day of the next band
    ("neonate", 0.0, 28.0),
    ("infant", 28.0, DAYS_PER_YEAR),
    ("child", DAYS_PER_YEAR, 12 * DAYS_PER_YEAR),
    ("adolescent", 12 * DAYS_PER_YEAR, 18 * DAYS_PER_YEAR),
    ("adult", 18 * DAYS_PER_YEAR, 65 * DAYS_PER_YEAR),
    ("older_adult", 65 * DAYS_PER_YEAR, np.inf),
)
CONSCIOUSNESS_LEVELS: Final[Mapping[str, float]] = {
    level.value: float(rank) for rank, level in enumerate(Consciousness)
}
_LOG_AGES: Final = (columns.AGE_DAYS, columns.ONSET_AGE_DAYS)
_LOG_HISTORY: Final = (columns.SYMPTOM_DURATION_DAYS, columns.PREVIOUS_VISITS)
SEXES: Final = (Sex.FEMALE, Sex.MALE)
_PLAIN_HISTORY: Final = (columns.FAMILY_HISTORY, columns.CONSANGUINITY)
NUMBERS: Final = (
    *(f"demographics__log_{name}" for name in _LOG_AGES),
    *(f"vitals__{name}" for name in columns.VITAL_SIGNS),
    "vitals__consciousness",
    *(f"history__log_{name}" for name in _LOG_HISTORY),
    *(f"history__{name}" for name in _PLAIN_HISTORY),
)


def case_numbers(cases: pd.DataFrame) -> dict[str, _FloatArray]:
    """Every number that may be missing, in its unit or as log(1 + x), by its column name; NaN is missing."""
    consciousness = [CONSCIOUSNESS_LEVELS.get(level, np.nan) for level in cases[columns.CONSCIOUSNESS]]
    values = (
        *(np.log1p(np.maximum(_float(cases[name]), 0.0)) for name in _LOG_AGES),
        *(_float(cases[name]) for name in columns.VITAL_SIGNS),
        np.array(consciousness, dtype=np.float32),
        *(np.log1p(np.maximum(_float(cases[name]), 0.0)) for name in _LOG_HISTORY),
        *(_float(cases[name]) for name in _PLAIN_HISTORY),
    )
    return dict(zip(NUMBERS, values, strict=True))


def case_demographics(cases: pd.DataFrame) -> list[npt.NDArray[np.bool_]]:
    """Age bands and sexes."""
    age = _float(cases[columns.AGE_DAYS])[:, None]
    first, end = (np.array(bounds) for bounds in zip(*((low, high) for _, low, high in AGE_BANDS), strict=True))
    sex = cases[columns.SEX].to_numpy(dtype=object)[:, None]
    return [(age >= first) & (age < end), np.asarray(sex == np.array([each.value for each in SEXES], dtype=object))]


def _float(values: pd.Series) -> _FloatArray:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "fiu":
        return np.asarray(values, dtype=np.float32)  # pandas' own way costs ten times as much for one row
    numbers = pd.to_numeric(values, errors="coerce")
    return cast(_FloatArray, numbers.to_numpy(dtype=np.float32, na_value=np.nan))
