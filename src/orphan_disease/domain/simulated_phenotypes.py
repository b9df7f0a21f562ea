"""Drawing the observed and the excluded terms of many simulated patients at once.

A patient's own terms come from the profile: each annotated feature is present with its frequency; of the present ones
some are recorded, of the absent ones some are recorded as excluded. What is recorded may be imprecise (an ancestor),
more precise than the annotation (a descendant), or foreign: a feature of a related disorder or of none in particular,
since no list of annotations is complete.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.domain.case_batch import without_contradictions
from orphan_disease.domain.draw_streams import Stream
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.random_draws import normals, round_randomly, uniforms
from orphan_disease.domain.simulation_knowledge import BOTH_SEXES, SimulationKnowledge

__all__ = [
    "Cohort",
    "DrawnPhenotypes",
    "Picks",
    "background_terms",
    "draw_phenotypes",
    "imprecise",
    "pick_matrix",
    "related_profiles",
    "without_implied",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_MOST_STEPS = 3  # up or down the ontology
_STEP_AGAIN = 0.35  # chance of a further step
_BATCH = 512


@dataclass(frozen=True, eq=False)
class Cohort:
    """The n patients to draw for, column by column.

    Attributes:
        rows: each patient's profile, shape (n,).
        keys: each patient's random key, shape (n,).
        sexes: FEMALE_ONLY or MALE_ONLY of each patient, shape (n,): terms of the other sex are never drawn.
        related: profiles to borrow from, shape (n, k), of `related_profiles`.
    """

    rows: Ints
    keys: Keys
    sexes: npt.NDArray[np.int8]
    related: Ints


@dataclass(frozen=True, eq=False)
class DrawnPhenotypes:
    """Terms of n patients: two n x T matrices of 0 and 1. No excluded term is an observed one or its ancestor."""

    observed: sparse.csr_matrix
    excluded: sparse.csr_matrix


@dataclass(frozen=True, eq=False)
class Picks:
    """Terms chosen for patients: parallel arrays."""

    patients: Ints
    terms: Ints


def related_profiles(knowledge: SimulationKnowledge, rows: Ints, count: int) -> Ints:
    """The `count` most similar other profiles of each row, by cosine of informative terms; shape (n, count)."""
    distinct, places = np.unique(rows, return_inverse=True)
    linked = knowledge.linked_terms
    count = min(count, max(linked.shape[0] - 1, 1))
    columns = sparse.csc_matrix(linked.T)
    nearest = np.zeros((len(distinct), count), dtype=np.int64)
    for start in range(0, len(distinct), _BATCH):
        batch = distinct[start : start + _BATCH]
        similarity = (linked[batch] @ columns).toarray()
        similarity[np.arange(len(batch)), batch] = -1.0
        nearest[start : start + len(batch)] = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    return np.sort(nearest, axis=1)[places]


def draw_phenotypes(knowledge: SimulationKnowledge, cohort: Cohort, params: SimulationParams) -> DrawnPhenotypes:
    """Draw the terms of n patients.

    Args:
        knowledge: what to draw from.
        cohort: the patients.
        params: counts and shares.
    """
    keys = cohort.keys
    asked, asked_excluded = _counts(keys, params)
    borrowed = round_randomly(asked * params.observed_related_share, uniforms(keys, Stream.SHARE_OBSERVED))
    noise = round_randomly(asked * params.observed_background_share, uniforms(keys, Stream.SHARE_OBSERVED, 1))
    own = np.maximum(asked.astype(np.int64) - borrowed - noise, 0)
    own_excluded = round_randomly(asked_excluded * params.excluded_own_share, uniforms(keys, Stream.SHARE_EXCLUDED))
    borrowed_excluded = round_randomly(
        asked_excluded * params.excluded_related_share, uniforms(keys, Stream.SHARE_EXCLUDED, 1)
    )
    rest = np.maximum(asked_excluded.astype(np.int64) - own_excluded - borrowed_excluded, 0)

    present, absent = _own_terms(knowledge, cohort, own, own_excluded)
    present = imprecise(
        knowledge, present, keys, generalised=params.generalised_share, specialised=params.specialised_share
    )
    foreign = _borrowed_terms(knowledge, cohort, borrowed, Stream.RELATED_OBSERVED)
    general = background_terms(knowledge, keys, noise, Stream.BACKGROUND_OBSERVED)
    foreign_absent = _borrowed_terms(knowledge, cohort, borrowed_excluded, Stream.RELATED_EXCLUDED)
    general_absent = background_terms(knowledge, keys, rest, Stream.BACKGROUND_EXCLUDED)
    observed = pick_matrix(knowledge, [present, foreign, general], cohort.sexes)
    observed = _with_a_sign(knowledge, observed, keys)
    excluded = pick_matrix(knowledge, [absent, foreign_absent, general_absent], cohort.sexes)
    return DrawnPhenotypes(observed, without_implied(excluded, observed, knowledge.ontology))


def without_implied(excluded: sparse.csr_matrix, observed: sparse.csr_matrix, ontology: Ontology) -> sparse.csr_matrix:
    """`excluded` less every term that `observed` names or implies, indices sorted."""
    return without_contradictions(excluded, ontology.with_ancestors(observed)).sorted_indices()


def _counts(keys: Keys, params: SimulationParams) -> tuple[Floats, Floats]:
    """Observed (at least 1) and excluded terms asked for: two lognormals that share the examiner's thoroughness."""
    rho = params.thoroughness_correlation
    first = normals(keys, Stream.COUNT_OBSERVED)
    second = rho * first + np.sqrt(1.0 - rho**2) * normals(keys, Stream.COUNT_EXCLUDED)
    observed = np.round(params.observed_terms_median * np.exp(params.observed_terms_log_sd * first))
    excluded = np.round(params.excluded_terms_median * np.exp(params.excluded_terms_log_sd * second))
    silent = uniforms(keys, Stream.ANY_EXCLUDED) < params.no_excluded_rate
    return (
        np.clip(observed, 1, params.maximum_terms),
        np.where(silent, 0.0, np.clip(excluded, 1, params.maximum_terms)),
    )


def _own_terms(
    knowledge: SimulationKnowledge, cohort: Cohort, wanted: Ints, wanted_absent: Ints
) -> tuple[Picks, Picks]:
    """Of each profile's features: some of those present in the patient, some of those absent."""
    rows, keys = cohort.rows, cohort.keys
    matrix = knowledge.profiles.frequencies
    lengths = knowledge.profiles.term_counts[rows]
    patients = np.repeat(np.arange(len(rows)), lengths)
    offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    places = np.repeat(matrix.indptr[rows].astype(np.int64), lengths) + offsets
    terms = matrix.indices[places].astype(np.int64)
    limits = knowledge.profiles.sex_limits[places]
    possible = (limits == BOTH_SEXES) | (limits == cohort.sexes[patients])
    is_present = uniforms(keys[patients], Stream.PRESENCE, terms) < matrix.data[places]
    order = uniforms(keys[patients], Stream.ORDER, terms)
    present, absent = possible & is_present, possible & ~is_present
    return (
        _first(Picks(patients[present], terms[present]), order[present], wanted),
        _first(Picks(patients[absent], terms[absent]), order[absent], wanted_absent),
    )


def _first(picks: Picks, order: Floats, wanted: Ints) -> Picks:
    """The first `wanted[i]` picks of each patient i, in the given order."""
    sequence = np.lexsort((order, picks.patients))
    patients, terms = picks.patients[sequence], picks.terms[sequence]
    counts = np.bincount(patients, minlength=len(wanted))
    rank = np.arange(len(patients)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = rank < wanted[patients]
    return Picks(patients[kept], terms[kept])


def imprecise(
    knowledge: SimulationKnowledge, picks: Picks, keys: Keys, *, generalised: float, specialised: float
) -> Picks:
    """Replace a share of the terms by an ancestor, the likelier the more informative, and one by a descendant."""
    chance = uniforms(keys[picks.patients], Stream.IMPRECISION, picks.terms)
    contents = knowledge.contents[picks.terms]
    relative = contents / knowledge.mean_content
    upwards = np.minimum(generalised * relative, 1.0 - specialised)
    climbs = chance < upwards
    descends = ~climbs & (chance < upwards + specialised)
    moved = _walk(knowledge.ontology.parents, picks, climbs, keys, Stream.CLIMB)
    moved = _walk(knowledge.children, Picks(picks.patients, moved), descends, keys, Stream.DESCENT)
    roots = knowledge.contents[moved] <= 0.0  # a walk that ends at the root says nothing
    return Picks(picks.patients, np.where(roots, picks.terms, moved))


def _walk(links: sparse.csr_matrix, picks: Picks, moving: npt.NDArray[np.bool_], keys: Keys, stream: Stream) -> Ints:
    """Follow random links from the terms that move, a step or a few; a term without links stays."""
    terms = picks.terms.copy()
    for step in range(_MOST_STEPS):
        degrees = np.diff(links.indptr)[terms]
        going = moving & (degrees > 0)
        if step:
            going &= uniforms(keys[picks.patients], stream, picks.terms * 16 + 2 * step + 1) < _STEP_AGAIN
        moving = going
        chance = uniforms(keys[picks.patients], stream, picks.terms * 16 + 2 * step)
        places = links.indptr[terms] + np.floor(chance * np.maximum(degrees, 1)).astype(np.int64)
        terms = np.where(going, links.indices[np.where(going, places, 0)], terms).astype(np.int64)
    return terms


def _slots(counts: Ints) -> tuple[Ints, Ints]:
    """Patient and number of each slot."""
    patients = np.repeat(np.arange(len(counts)), counts)
    return patients, np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _borrowed_terms(knowledge: SimulationKnowledge, cohort: Cohort, counts: Ints, stream: Stream) -> Picks:
    """Features of related profiles, the frequent ones oftener."""
    keys, related = cohort.keys, cohort.related
    patients, numbers = _slots(counts)
    matrix = knowledge.profiles.frequencies
    choice = np.floor(uniforms(keys[patients], stream, numbers) * related.shape[1]).astype(np.int64)
    profiles = related[patients, choice]
    filled = knowledge.profiles.term_counts[profiles] > 0
    patients, numbers, profiles = patients[filled], numbers[filled], profiles[filled]
    running = np.concatenate([[0.0], np.cumsum(matrix.data)])
    low, high = running[matrix.indptr[profiles]], running[matrix.indptr[profiles + 1]]
    target = low + uniforms(keys[patients], Stream(stream + 1), numbers) * (high - low)
    places = np.clip(
        np.searchsorted(running, target, side="right") - 1, matrix.indptr[profiles], matrix.indptr[profiles + 1] - 1
    )
    return Picks(patients, matrix.indices[places].astype(np.int64))


def background_terms(knowledge: SimulationKnowledge, keys: Keys, counts: Ints, stream: Stream) -> Picks:
    """So many terms of each patient, as often as all annotations together have them."""
    patients, numbers = _slots(counts)
    running = np.cumsum(knowledge.background)
    target = uniforms(keys[patients], stream, numbers) * running[-1]
    return Picks(patients, np.searchsorted(running, target, side="right").astype(np.int64))


def _with_a_sign(knowledge: SimulationKnowledge, observed: sparse.csr_matrix, keys: Keys) -> sparse.csr_matrix:
    """`observed`, patients without any sign given one from the background that either sex can show."""
    bare = (np.diff(observed.indptr) == 0).astype(np.int64)
    running = np.cumsum(np.where(knowledge.term_sex_limits == BOTH_SEXES, knowledge.background, 0.0))
    if not bare.any() or running[-1] == 0.0:
        return observed
    patients = np.flatnonzero(bare)
    target = uniforms(keys[patients], Stream.BACKGROUND_OBSERVED, -1) * running[-1]
    places = (patients, np.searchsorted(running, target, side="right"))
    added = sparse.csr_matrix((np.ones(len(patients), dtype=np.float32), places), shape=observed.shape)
    whole = sparse.csr_matrix(observed + added)
    whole.sort_indices()
    return whole


def pick_matrix(knowledge: SimulationKnowledge, parts: list[Picks], sexes: npt.NDArray[np.int8]) -> sparse.csr_matrix:
    """The picks as n x T of 0 and 1, those that the patient's sex cannot have left out."""
    patients = np.concatenate([part.patients for part in parts])
    terms = np.concatenate([part.terms for part in parts])
    limits = knowledge.term_sex_limits[terms]
    possible = (limits == BOTH_SEXES) | (limits == sexes[patients])
    places = (patients[possible], terms[possible])
    shape = (len(sexes), len(knowledge.ontology.term_ids))
    matrix = sparse.csr_matrix((np.ones(int(possible.sum()), dtype=np.float32), places), shape=shape)
    matrix.data[:] = 1.0
    matrix.sort_indices()
    return matrix
