"""Further patients made of confirmed ones: a copy loses findings, has some less precise, and shows some of chance.

A copy is as leaky as its parent. It therefore keeps the parent's disorder, by which a fold leaves it out together with
the parent, and the parent's publication, by which its annotations are left out when the copy is scored.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import CopyParams
from orphan_disease.contracts.vocabulary import Provenance, Sex
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.random_draws import record_keys, round_randomly, uniforms
from orphan_disease.domain.simulated_phenotypes import Picks, background_terms, imprecise, pick_matrix, without_implied
from orphan_disease.domain.simulation import term_lists
from orphan_disease.domain.simulation_knowledge import BOTH_SEXES, FEMALE_ONLY, MALE_ONLY, SimulationKnowledge

__all__ = ["copy_cases"]

Keys = npt.NDArray[np.uint64]

_SEX_CODES = {Sex.FEMALE.value: FEMALE_ONLY, Sex.MALE.value: MALE_ONLY}


def copy_cases(
    knowledge: SimulationKnowledge, parents: pd.DataFrame, params: CopyParams, *, seed: int, prefix: str = "COP"
) -> pd.DataFrame:
    """One copy of each parent, in their order, marked as simulated.

    Args:
        knowledge: the ontology, and how often each term is met.
        parents: n rows of the `cases` table; one case may stand several times.
        params: how much a copy differs.
        seed: of everything random; copy i depends on it, on i and on its parent alone.
        prefix: of the case and patient ids.
    """
    keys = record_keys(seed, len(parents))
    draw = _Draw(knowledge, keys, params)
    sexes = np.array([_SEX_CODES.get(sex, BOTH_SEXES) for sex in parents[columns.SEX]], dtype=np.int8)
    observed = draw.observed(_indicator(knowledge, parents[columns.OBSERVED_TERMS]), sexes)
    excluded = _matrix(draw.kept(_picks(_indicator(knowledge, parents[columns.EXCLUDED_TERMS])), least=0), observed)
    consistent = without_implied(excluded, observed, knowledge.ontology)
    ids = [f"{prefix}-{number:07d}" for number in range(len(parents))]
    terms = knowledge.ontology.term_ids
    changed: dict[str, Any] = {
        columns.CASE_ID: ids,
        columns.PATIENT_ID: ids,
        columns.PROVENANCE: Provenance.SIMULATED.value,
        columns.OBSERVED_TERMS: term_lists(observed, terms),
        columns.EXCLUDED_TERMS: term_lists(consistent, terms),
    }
    return parents.reset_index(drop=True).assign(**changed)


@dataclass(frozen=True, eq=False)
class _Draw:
    """The random part of n copies."""

    knowledge: SimulationKnowledge
    keys: Keys
    params: CopyParams

    def observed(self, own: sparse.csr_matrix, sexes: npt.NDArray[np.int8]) -> sparse.csr_matrix:
        """The parents' findings, fewer and less precise, with terms of chance that the patient's sex can have."""
        share = self.params.generalised_share
        left = imprecise(self.knowledge, self.kept(_picks(own), least=1), self.keys, generalised=share, specialised=0.0)
        expected = np.diff(own.indptr) * self.params.noise_share
        counts = round_randomly(expected, uniforms(self.keys, Stream.COPY_NOISE))
        foreign = background_terms(self.knowledge, self.keys, counts, Stream.COPY_NOISE_TERM)
        both = sparse.csr_matrix(_matrix(left, own) + pick_matrix(self.knowledge, [foreign], sexes))
        both.data[:] = 1.0
        both.sort_indices()
        return both

    def kept(self, picks: Picks, *, least: int) -> Picks:
        """The picks that are not dropped; at least so many (0 or 1) of each patient who has any."""
        chance = uniforms(self.keys[picks.patients], Stream.COPY_DROPOUT, picks.terms)
        best = np.zeros(len(self.keys))
        np.maximum.at(best, picks.patients, chance)
        stays = (chance >= self.params.dropped_share) | ((least > 0) & (chance == best[picks.patients]))
        return Picks(picks.patients[stays], picks.terms[stays])


def _indicator(knowledge: SimulationKnowledge, terms: "pd.Series[list[str]]") -> sparse.csr_matrix:
    return knowledge.ontology.indicator([list(each) for each in terms])


def _picks(matrix: sparse.csr_matrix) -> Picks:
    patients = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return Picks(patients.astype(np.int64), matrix.indices.astype(np.int64))


def _matrix(picks: Picks, like: sparse.csr_matrix) -> sparse.csr_matrix:
    """The picks as 0 and 1; what a patient was found to have is not questioned by the sex."""
    ones = np.ones(len(picks.terms), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (picks.patients, picks.terms)), shape=like.shape)
    matrix.data[:] = 1.0
    matrix.sort_indices()
    return matrix
