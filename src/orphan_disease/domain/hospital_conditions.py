"""The common (non-orphan) conditions of the fabricated hospital, in the shape that a simulation draws from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns, package_tables
from orphan_disease.domain.inheritance import Heredity
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.random_draws import uniforms
from orphan_disease.domain.simulated_vitals import usual_vital
from orphan_disease.domain.simulation_knowledge import BOTH_SEXES, SimulationKnowledge, profiles_from_pairs

__all__ = ["CommonConditions", "build_common_conditions", "triangular_ages"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

YEAR_DAYS: Final = 365.25


@dataclass(frozen=True, eq=False)
class CommonConditions:
    """C conditions with who gets them.

    Attributes:
        knowledge: the conditions as profiles; their background is weighted by incidence.
        names: C English names.
        incidences: C shares summing to 1.
        age_years: C x 3: youngest, most frequent and oldest age.
        complaints: C chief complaints.
        vital_shifts: vital sign -> C x 2: distance from the usual value, standard deviation; NaN if unstated.
    """

    knowledge: SimulationKnowledge
    names: tuple[str, ...]
    incidences: Floats
    age_years: Floats
    complaints: tuple[str, ...]
    vital_shifts: Mapping[str, Floats]


def build_common_conditions(
    ontology: Ontology, conditions: pd.DataFrame, terms: pd.DataFrame, vitals: pd.DataFrame
) -> CommonConditions:
    """Read the three tables of common conditions.

    Args:
        ontology: the terms; features that it does not know are passed over.
        conditions: condition_id, icd10, name_en, relative_incidence, age_min_years, age_mode_years, age_max_years,
            female_share, chief_complaint.
        terms: icd10, hpo_id, frequency (0 to 1).
        vitals: icd10, field (a vital sign's column), mean, sd.
    """
    codes = pd.Index(conditions[package_tables.ICD10].astype("str"))
    incidences = conditions[package_tables.RELATIVE_INCIDENCE].to_numpy(dtype=np.float64)
    incidences = incidences / incidences.sum()
    found = codes.get_indexer(pd.Index(terms[package_tables.ICD10].astype("str")))
    pairs = pd.DataFrame(
        {
            "profile": found,
            "term": [ontology.index.get(ontology.canonical(term) or "", -1) for term in terms[package_tables.HPO_ID]],
            "frequency": terms[package_tables.FREQUENCY].to_numpy(dtype=np.float64),
            "weight": 1.0,
            "sex": BOTH_SEXES,
        }
    )
    female = conditions[package_tables.FEMALE_SHARE].to_numpy(dtype=np.float64)
    heredity = tuple(Heredity(1.0 - share, affected_relative=0.12, related_parents=0.02) for share in female)
    ids = tuple(conditions[package_tables.CONDITION_ID].astype("str"))
    knowledge = profiles_from_pairs(ontology, ids, pairs, heredity, ((),) * len(ids), weights=incidences)
    ages = conditions[
        [package_tables.AGE_MIN_YEARS, package_tables.AGE_MODE_YEARS, package_tables.AGE_MAX_YEARS]
    ].to_numpy(dtype=np.float64)
    return CommonConditions(
        knowledge=knowledge,
        names=tuple(conditions[package_tables.NAME_EN].astype("str")),
        incidences=incidences,
        age_years=ages,
        complaints=tuple(conditions[package_tables.CHIEF_COMPLAINT].astype("str")),
        vital_shifts=_vital_shifts(codes, ages[:, 1], vitals),
    )


def _vital_shifts(codes: "pd.Index[str]", mode_years: Floats, vitals: pd.DataFrame) -> dict[str, Floats]:
    shifts: dict[str, Floats] = {}
    for name in columns.VITAL_SIGNS:
        stated = vitals.loc[vitals[package_tables.FIELD] == name]
        rows = codes.get_indexer(pd.Index(stated[package_tables.ICD10].astype("str")))
        values = np.full((len(codes), 2), np.nan)
        known = rows >= 0
        usual = usual_vital(name, mode_years * YEAR_DAYS)
        means = stated[package_tables.MEAN].to_numpy(dtype=np.float64)[known]
        values[rows[known], 0] = means - usual[rows[known]]
        values[rows[known], 1] = stated[package_tables.SD].to_numpy(dtype=np.float64)[known]
        shifts[name] = values
    return shifts


def triangular_ages(age_years: Floats, keys: npt.NDArray[np.uint64], stream: int) -> Floats:
    """Ages in days from triangular distributions (n x 3: lowest, mode, highest, in years), by inversion."""
    low, mode, high = age_years.T
    width = np.maximum(high - low, 1e-9)
    chance = uniforms(keys, stream)
    rising = low + np.sqrt(chance * width * np.maximum(mode - low, 0.0))
    falling = high - np.sqrt((1.0 - chance) * width * np.maximum(high - mode, 0.0))
    years = np.where(chance < (mode - low) / width, rising, falling)
    ages: Floats = np.maximum(years * YEAR_DAYS, 0.25)
    return ages
