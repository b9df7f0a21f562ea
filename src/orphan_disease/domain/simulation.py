"""Simulated cases of orphan disorders, in the shape of the `cases` table, every one marked as simulated.

Used for the fabricated hospital and, inside a training fold, to add cases of scarce disorders and categories.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.vocabulary import Provenance
from orphan_disease.domain.cases import CASE_COLUMNS, INDICATED_FIELDS, missing_indicator
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.random_draws import record_keys, uniforms
from orphan_disease.domain.simulated_people import draw_ages, draw_course, draw_relatives, draw_sexes, recorded_sexes
from orphan_disease.domain.simulated_phenotypes import Cohort, draw_phenotypes, related_profiles
from orphan_disease.domain.simulated_vitals import draw_consciousness, draw_vitals
from orphan_disease.domain.simulation_knowledge import SimulationKnowledge, build_simulation_knowledge

__all__ = ["build_simulation_knowledge", "case_columns", "draw_cohort", "simulate_case", "simulate_cases", "term_lists"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_MAY_BE_MISSING = (
    *columns.VITAL_SIGNS,
    columns.CONSCIOUSNESS,
    columns.FAMILY_HISTORY,
    columns.CONSANGUINITY,
    columns.SYMPTOM_DURATION_DAYS,
    columns.PREVIOUS_VISITS,
)


def simulate_cases(  # noqa: PLR0913  # the last four are named
    knowledge: SimulationKnowledge,
    disorder_ids: Sequence[str],
    *,
    seed: int,
    params: SimulationParams,
    first: int = 0,
    prefix: str = "AUG",
) -> pd.DataFrame:
    """One simulated case for each id, in their order, as rows of the `cases` table.

    Case i depends on the seed, on `first + i` and on its disorder alone.

    Args:
        knowledge: of `build_simulation_knowledge`.
        disorder_ids: each case's disorder (a disorder_id of the knowledge); repeat one for several cases of it.
        seed: of everything random.
        params: how a case is drawn.
        first: number of the first case, to continue a series.
        prefix: of the case and patient ids.

    Raises:
        KeyError: if the knowledge has no such disorder.
    """
    rows = np.array([knowledge.profiles.index[disorder_id] for disorder_id in disorder_ids], dtype=np.int64)
    keys = record_keys(seed, len(rows), first)
    cohort = draw_cohort(knowledge, rows, keys, params)
    phenotypes = draw_phenotypes(knowledge, cohort, params)
    onset, age = draw_ages(knowledge.profiles, rows, keys, params)
    acute = np.zeros(len(rows), dtype=bool)
    fields = {
        **draw_vitals(knowledge.ontology, keys, age, phenotypes.observed, {}),
        columns.CONSCIOUSNESS: draw_consciousness(knowledge.ontology, keys, phenotypes.observed),
        **draw_course(keys, age, onset, acute),
        **draw_relatives(knowledge.profiles, rows, keys),
    }
    ids = [f"{prefix}-{number:07d}" for number in range(first, first + len(rows))]
    terms = knowledge.ontology.term_ids
    return case_columns(
        {
            columns.CASE_ID: ids,
            columns.PATIENT_ID: ids,
            columns.AGE_DAYS: np.where(uniforms(keys, Stream.AGE_UNKNOWN) < params.unknown_age_rate, np.nan, age),
            columns.ONSET_AGE_DAYS: np.where(
                uniforms(keys, Stream.ONSET_UNKNOWN) < params.unknown_onset_rate, np.nan, onset
            ),
            columns.SEX: recorded_sexes(cohort.sexes, keys, params.unknown_sex_rate),
            columns.OBSERVED_TERMS: term_lists(phenotypes.observed, terms),
            columns.EXCLUDED_TERMS: term_lists(phenotypes.excluded, terms),
            **_sometimes_missing(fields, keys, params.missing_field_rate),
        }
    )


def simulate_case(
    knowledge: SimulationKnowledge, disorder_id: str, *, seed: int, params: SimulationParams, number: int = 0
) -> "pd.Series[Any]":
    """One case of one disorder: the row that `simulate_cases` gives it."""
    return simulate_cases(knowledge, [disorder_id], seed=seed, params=params, first=number).iloc[0]


def draw_cohort(knowledge: SimulationKnowledge, rows: Ints, keys: Keys, params: SimulationParams) -> Cohort:
    """The patients of the given profiles, with their sex and the profiles that they may be confused with."""
    related = related_profiles(knowledge, rows, params.related_disorders)
    return Cohort(rows, keys, draw_sexes(knowledge.profiles, rows, keys), related)


def case_columns(fields: Mapping[str, Any]) -> pd.DataFrame:
    """Simulated cases with every column of the `cases` table, missing where `fields` says nothing."""
    cases = pd.DataFrame(dict(fields))
    absent: dict[str, Any] = {
        columns.PROVENANCE: str(Provenance.SIMULATED),
        columns.REFERENCE: pd.Series(None, index=cases.index, dtype="str"),
        columns.ENCOUNTER_AT: pd.Series(pd.NaT, index=cases.index, dtype="datetime64[us, UTC]"),
        columns.CHIEF_COMPLAINT: pd.Series(None, index=cases.index, dtype="str"),
        columns.PREGNANT: np.nan,
        columns.UNKNOWN_TERM_COUNT: 0,
        columns.REPLACED_TERM_COUNT: 0,
        columns.WITHOUT_OBSERVED_TERMS: False,
    }
    complete = cases.assign(**absent)
    indicators = {missing_indicator(field): complete[field].isna() for field in INDICATED_FIELDS}
    return complete.assign(**indicators)[list(CASE_COLUMNS)]


def term_lists(matrix: sparse.csr_matrix, term_ids: Sequence[str]) -> list[list[str]]:
    """Each row's terms, in the order of the ontology."""
    bounds = zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    return [[term_ids[place] for place in matrix.indices[start:end]] for start, end in bounds]


def _sometimes_missing(fields: Mapping[str, object], keys: Keys, rate: float) -> dict[str, object]:
    """Each field with a share of its values taken away, independently."""
    kept: dict[str, object] = dict(fields)
    for number, name in enumerate(_MAY_BE_MISSING):
        gone = uniforms(keys, Stream.MISSING, number) < rate
        values = pd.Series(np.asarray(fields[name]))
        kept[name] = (values.astype("str") if values.dtype == object else values).mask(gone).to_numpy()
    return kept
