"""Who comes to the fabricated hospital: each patient's final diagnosis, person, and the signs that can be found."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import FabricationParams, HospitalParams, SimulationParams
from orphan_disease.contracts.vocabulary import NOTHING_FOUND, UNKNOWN_CATEGORY
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.hospital_conditions import CommonConditions, triangular_ages
from orphan_disease.domain.hospital_shifts import recode_terms, refer_phenocopies, tick_signs
from orphan_disease.domain.random_draws import record_keys, uniforms
from orphan_disease.domain.simulated_people import draw_ages, draw_course, draw_relatives
from orphan_disease.domain.simulated_phenotypes import draw_phenotypes
from orphan_disease.domain.simulation import draw_cohort
from orphan_disease.domain.simulation_knowledge import SimulationKnowledge

__all__ = ["ACUTE", "COMPLAINT", "DIAGNOSIS_NAME", "KEY", "NUMBER", "SEX_CODE", "Patients", "draw_patients"]

NUMBER: Final = "number"
KEY: Final = "key"
SEX_CODE: Final = "sex_code"  # FEMALE_ONLY or MALE_ONLY
DIAGNOSIS_NAME: Final = "diagnosis_name"
COMPLAINT: Final = "usual_complaint"  # of the condition; empty for an orphan disorder
ACUTE: Final = "acute"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

# Upper bounds of Orphanet's point prevalence classes, as patients per person; the rest is taken as very rare.
_PREVALENCES: Final[Mapping[str, float]] = {
    ">1 / 1000": 2e-3,
    "6-9 / 10 000": 7.5e-4,
    "1-5 / 10 000": 3e-4,
    "1-9 / 100 000": 5e-5,
    "1-9 / 1 000 000": 5e-6,
    "<1 / 1 000 000": 5e-7,
}
_UNSTATED_PREVALENCE: Final = 5e-7
_COMMON_BACKGROUND: Final = 0.6  # of the background of non-orphan patients; the rest are signs of any disorder


@dataclass(frozen=True, eq=False)
class Patients:
    """n patients: a table in the order of their number, and their signs.

    Attributes:
        table: number, key, diagnosis_id, diagnosis_name, sex_code, ages, course, relatives, complaint.
        observed: n x T signs that can be found.
        excluded: n x T signs that were looked for and are absent.
        vital_shifts: vital sign -> n x 2, see `draw_vitals`.
    """

    table: pd.DataFrame
    observed: sparse.csr_matrix
    excluded: sparse.csr_matrix
    vital_shifts: Mapping[str, Floats]


def draw_patients(
    knowledge: SimulationKnowledge, disorders: pd.DataFrame, common: CommonConditions, params: FabricationParams
) -> Patients:
    """Every patient of the hospital; patient i depends on the seed, the knowledge, the parameters and i alone.

    Args:
        knowledge: of the orphan disorders.
        disorders: one row per profile of `knowledge`, in its order.
        common: the non-orphan conditions.
        params: how many, and of what.
    """
    hospital = params.hospital
    keys = record_keys(params.seed, hospital.patients, hospital.first_patient)
    kind = uniforms(keys, Stream.DIAGNOSIS)
    nothing_from = 1.0 - (1.0 - hospital.orphan_share) * hospital.nothing_found_share
    is_orphan, is_nothing = kind < hospital.orphan_share, kind >= nothing_from
    pool, weights = orphan_pool(knowledge, disorders, hospital, params.seed)
    mixed = _COMMON_BACKGROUND * common.knowledge.background + (1 - _COMMON_BACKGROUND) * knowledge.background
    everyday = replace(common.knowledge, background=mixed, contents=knowledge.contents)
    chosen = _select(keys, is_orphan, hospital.first_patient)
    rows = pool[_pick(weights, chosen.keys, Stream.DIAGNOSIS_NAME)]
    rows, shown = refer_phenocopies(knowledge, disorders, chosen.keys, pool, rows, params)
    groups = [
        _orphan_group(knowledge, disorders, chosen, rows, shown, params.simulation),
        _common_group(
            everyday, common, _select(keys, ~is_orphan & ~is_nothing, hospital.first_patient), _everyday_params(params)
        ),
        _nothing_group(
            replace(knowledge, background=mixed), _select(keys, is_nothing, hospital.first_patient), pool, params
        ),
    ]
    together = _in_order([group for group in groups if len(group.table)])
    ticked = tick_signs(together.observed, together.excluded, keys, knowledge, params)
    observed, excluded = (recode_terms(signs, knowledge, params) for signs in ticked)
    return replace(together, observed=observed, excluded=excluded)


def orphan_pool(
    knowledge: SimulationKnowledge, disorders: pd.DataFrame, params: HospitalParams, seed: int
) -> tuple[Ints, Floats]:
    """The profiles to draw orphan patients of, and their shares: by prevalence class, flattened.

    Raises:
        ValueError: if no disorder has enough annotated terms.
    """
    enough = knowledge.profiles.term_counts >= params.minimum_annotated_terms
    classes = disorders[columns.PREVALENCE_CLASS].map(_PREVALENCES).astype("float64").fillna(_UNSTATED_PREVALENCE)
    weights = classes.to_numpy(dtype=np.float64) ** params.prevalence_exponent
    known = (disorders[columns.CATEGORY].fillna(UNKNOWN_CATEGORY) != UNKNOWN_CATEGORY).to_numpy(dtype=bool)
    unknown_count = round(params.orphan_disorders * params.unknown_category_share)
    # Efraimidis and Spirakis 2006 (doi:10.1016/j.ipl.2005.11.003): the largest u^(1/w) are a weighted sample.
    order = -np.log(uniforms(record_keys(seed, len(weights)), Stream.DIAGNOSIS_NAME)) / weights
    chosen = []
    for members, count in ((known, params.orphan_disorders - unknown_count), (~known, unknown_count)):
        rows = np.flatnonzero(members & enough)
        chosen.append(rows[np.argsort(order[rows], kind="stable")][:count])
    pool = np.sort(np.concatenate(chosen)).astype(np.int64)
    if not len(pool):
        raise ValueError(f"no disorder has {params.minimum_annotated_terms} annotated terms: lower the minimum")
    return pool, weights[pool] / weights[pool].sum()


@dataclass(frozen=True, eq=False)
class _Chosen:
    numbers: Ints
    keys: Keys


def _select(keys: Keys, members: npt.NDArray[np.bool_], first: int) -> _Chosen:
    return _Chosen(np.flatnonzero(members).astype(np.int64) + first, keys[members])


def _pick(weights: Floats, keys: Keys, stream: Stream) -> Ints:
    running = np.cumsum(weights)
    return np.asarray(np.searchsorted(running, uniforms(keys, stream) * running[-1], side="right"), dtype=np.int64)


def _orphan_group(  # noqa: PLR0913, PLR0917  # what a group is drawn from
    knowledge: SimulationKnowledge,
    disorders: pd.DataFrame,
    chosen: _Chosen,
    rows: Ints,
    shown: Ints,
    params: SimulationParams,
) -> Patients:
    onsets, ages = draw_ages(knowledge.profiles, rows, chosen.keys, params)
    place = uniforms(chosen.keys, Stream.MIMIC)
    members = disorders[columns.MEMBER_IDS].to_list()
    names = disorders[columns.DISORDER_NAME].to_list()
    fields = {
        columns.DIAGNOSIS_ID: [
            members[row][int(u * len(members[row]))] for row, u in zip(rows, place, strict=True)
        ],  # hospitals code by OMIM or by ORPHA
        DIAGNOSIS_NAME: [names[row] for row in rows],
        columns.AGE_DAYS: ages,
        columns.ONSET_AGE_DAYS: onsets,
        COMPLAINT: "",
        ACUTE: False,
    }
    return _drawn(knowledge, chosen, shown, fields, params)


def _common_group(
    knowledge: SimulationKnowledge, common: CommonConditions, chosen: _Chosen, params: SimulationParams
) -> Patients:
    rows = _pick(common.incidences, chosen.keys, Stream.DIAGNOSIS_NAME)
    ages = triangular_ages(common.age_years[rows], chosen.keys, Stream.DELAY)
    fields = {
        columns.DIAGNOSIS_ID: [knowledge.profiles.profile_ids[row] for row in rows],
        DIAGNOSIS_NAME: [common.names[row] for row in rows],
        columns.AGE_DAYS: ages,
        columns.ONSET_AGE_DAYS: ages,
        COMPLAINT: [common.complaints[row] for row in rows],
        ACUTE: True,
    }
    group = _drawn(knowledge, chosen, rows, fields, params)
    return replace(group, vital_shifts={name: values[rows] for name, values in common.vital_shifts.items()})


def _nothing_group(knowledge: SimulationKnowledge, chosen: _Chosen, pool: Ints, params: FabricationParams) -> Patients:
    """Visits after which nothing was found: a few vague signs, some of which made somebody think of a disorder."""
    rows = pool[np.floor(uniforms(chosen.keys, Stream.DIAGNOSIS_NAME) * len(pool)).astype(np.int64)]
    vague = params.simulation.model_copy(
        update={
            "observed_terms_median": params.hospital.nothing_observed_terms_median,
            "observed_related_share": 0.10,
            "observed_background_share": 0.55,
            "generalised_share": 0.5,
            "specialised_share": 0.0,
        }
    )
    everybody = np.tile([0.0, 35.0, 95.0], (len(rows), 1))
    ages = triangular_ages(everybody, chosen.keys, Stream.DELAY)
    fields = {
        columns.DIAGNOSIS_ID: NOTHING_FOUND,
        DIAGNOSIS_NAME: "",
        columns.AGE_DAYS: ages,
        columns.ONSET_AGE_DAYS: ages * uniforms(chosen.keys, Stream.ONSET),
        COMPLAINT: "",
        ACUTE: uniforms(chosen.keys, Stream.MIMIC) < 0.5,  # noqa: PLR2004  # even odds
    }
    return _drawn(knowledge, chosen, rows, fields, vague)


def _everyday_params(params: FabricationParams) -> SimulationParams:
    return params.simulation.model_copy(
        update={
            "observed_terms_median": params.hospital.common_observed_terms_median,
            "observed_related_share": 0.08,
            "observed_background_share": 0.20,
            "related_disorders": 8,
        }
    )


def _drawn(
    knowledge: SimulationKnowledge,
    chosen: _Chosen,
    rows: Ints,
    fields: Mapping[str, object],
    params: SimulationParams,
) -> Patients:
    """The signs, the family and the course of a group, joined to what is known of it."""
    cohort = draw_cohort(knowledge, rows, chosen.keys, params)
    drawn = draw_phenotypes(knowledge, cohort, params)
    table = pd.DataFrame({NUMBER: chosen.numbers, KEY: chosen.keys, SEX_CODE: cohort.sexes, **fields})
    course = draw_course(
        chosen.keys,
        table[columns.AGE_DAYS].to_numpy(),
        table[columns.ONSET_AGE_DAYS].to_numpy(),
        table[ACUTE].to_numpy(dtype=bool),
    )
    relatives = draw_relatives(knowledge.profiles, rows, chosen.keys)
    began = table[columns.AGE_DAYS] - course[columns.SYMPTOM_DURATION_DAYS]
    onset = table[columns.ONSET_AGE_DAYS].where(~table[ACUTE].astype(bool), began.clip(lower=0.0))
    return Patients(
        table.assign(**course, **relatives, **{columns.ONSET_AGE_DAYS: onset}),
        drawn.observed,
        drawn.excluded,
        {name: np.full((len(rows), 2), np.nan) for name in columns.VITAL_SIGNS},
    )


def _in_order(groups: list[Patients]) -> Patients:
    """The groups as one, by patient number."""
    table = pd.concat([group.table for group in groups], ignore_index=True)
    order = np.argsort(table[NUMBER].to_numpy(), kind="stable")
    shifts = {name: np.concatenate([group.vital_shifts[name] for group in groups]) for name in columns.VITAL_SIGNS}
    return Patients(
        table.iloc[order].reset_index(drop=True),
        sparse.csr_matrix(sparse.vstack([group.observed for group in groups], format="csr"))[order],
        sparse.csr_matrix(sparse.vstack([group.excluded for group in groups], format="csr"))[order],
        {name: values[order] for name, values in shifts.items()},
    )
