"""Planted changes of the fabricated hospital: phenocopies, a referral form that ticks signs, a faulty change of coding.

Each is systematic. What a form ticks for everybody can be learned by a model that is trained on its patients, also for
disorders that it has not met; a phenocopy only for the very disorder. Without their shares nothing is changed, to the
last bit.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import FabricationParams
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.random_draws import record_keys, uniforms
from orphan_disease.domain.simulation_knowledge import SimulationKnowledge

__all__ = ["recode_terms", "refer_phenocopies", "tick_signs"]

Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]


def refer_phenocopies(  # noqa: PLR0913, PLR0917  # what a group is drawn from
    knowledge: SimulationKnowledge,
    disorders: pd.DataFrame,
    keys: Keys,
    pool: Ints,
    rows: Ints,
    params: FabricationParams,
) -> tuple[Ints, Ints]:
    """The disorder of each orphan patient, and the one whose signs the patient shows: they differ in phenocopies.

    The clinic sees a few disorders of the hospital; each looks like one disorder of another category that the hospital
    does not see otherwise.

    Args:
        knowledge: of the orphan disorders.
        disorders: one row per profile of `knowledge`.
        keys: n patients.
        pool: profiles that the hospital sees.
        rows: n profiles, drawn of the pool.
        params: share and number of the clinic's disorders.

    Raises:
        ValueError: if the hospital sees every disorder that a phenocopy could look like.
    """
    hospital = params.hospital
    if not hospital.phenocopy_share:
        return rows, rows
    category = disorders[columns.CATEGORY].fillna(UNKNOWN_CATEGORY).to_numpy(dtype=object)
    order = uniforms(record_keys(params.seed, len(category)), Stream.REFERRAL, 1)
    known = category != UNKNOWN_CATEGORY
    seen = np.isin(np.arange(len(category)), pool)
    enough = knowledge.profiles.term_counts >= hospital.minimum_annotated_terms
    by_draw = np.argsort(order, kind="stable")
    clinic = by_draw[(seen & known)[by_draw]][: hospital.phenocopy_disorders]
    models = by_draw[(~seen & known & enough)[by_draw]]
    looks = np.empty(len(clinic), dtype=np.int64)
    for number, disorder in enumerate(clinic):
        others = models[category[models] != category[disorder]]
        if not len(others):
            raise ValueError("phenocopy_share: no disorder of another category is left that the hospital does not see")
        looks[number] = others[number % len(others)]
    is_copy = uniforms(keys, Stream.REFERRAL) < hospital.phenocopy_share
    place = np.floor(uniforms(keys, Stream.REFERRAL, 2) * len(clinic)).astype(np.int64)
    return np.where(is_copy, clinic[place], rows), np.where(is_copy, looks[place], rows)


def tick_signs(
    observed: sparse.csr_matrix,
    excluded: sparse.csr_matrix,
    keys: Keys,
    knowledge: SimulationKnowledge,
    params: FabricationParams,
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """The signs of n patients (n x T each) where a referral form ticks the same ones for everybody who comes with it.

    Raises:
        ValueError: if a ticked term is not in the ontology.
    """
    share = params.hospital.ticked_share
    if not share:
        return observed, excluded
    unknown = [term for term in params.hospital.ticked_terms if knowledge.ontology.canonical(term) is None]
    if unknown:
        raise ValueError(f"ticked_terms: {', '.join(unknown)} not in HPO {knowledge.ontology.version}")
    comes = uniforms(keys, Stream.TICKED_FORM) < share
    ticked = knowledge.ontology.indicator([params.hospital.ticked_terms if each else () for each in comes])
    ruled_out = sparse.csr_matrix(excluded - excluded.multiply(ticked))
    ruled_out.eliminate_zeros()  # what is stored counts as ruled out
    return sparse.csr_matrix(observed.maximum(ticked)), ruled_out


def recode_terms(
    signs: sparse.csr_matrix, knowledge: SimulationKnowledge, params: FabricationParams
) -> sparse.csr_matrix:
    """The signs of n patients (n x T) under the new codes: the affected terms change places in one cycle."""
    share = params.hospital.recoded_share
    if not share:
        return signs
    size = signs.shape[1]
    used = np.flatnonzero(knowledge.contents > 0)
    affected = used[uniforms(record_keys(params.seed, size)[used], Stream.RECODING) < share]
    target = np.arange(size)
    target[affected] = np.roll(affected, 1)
    recoded = sparse.csr_matrix((signs.data.copy(), target[signs.indices], signs.indptr.copy()), shape=signs.shape)
    recoded.sort_indices()
    return recoded
