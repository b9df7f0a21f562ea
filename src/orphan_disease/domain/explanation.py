"""Why a disorder is where it stands: what each finding speaks for or against, and what is missing.

The contributions are the terms of the likelihood scorer's sum, so that they add up to its score exactly.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.left_out import leave_own_paper_out
from orphan_disease.domain.likelihood import LikelihoodSettings, excluded_log_ratios

__all__ = ["Contribution", "Explanation", "MissingFeature", "explain"]

LEAST_TYPICAL_FREQUENCY: Final = 0.5


@dataclass(frozen=True)
class Contribution:
    """What one finding of the patient says of the disorder.

    Attributes:
        term_id: the finding.
        label: its name.
        is_excluded: whether it was looked for and not found.
        nats: log-likelihood ratio: above 0 for the disorder, below 0 against it.
        matched_id: the feature of the disorder that explains it best; None where only noise does.
        matched_label: its name.
        matched_frequency: share of the disorder's patients with that feature.
    """

    term_id: str
    label: str
    is_excluded: bool
    nats: float
    matched_id: str | None
    matched_label: str | None
    matched_frequency: float | None


@dataclass(frozen=True)
class MissingFeature:
    """A typical feature of the disorder of which the case says nothing."""

    term_id: str
    label: str
    frequency: float


@dataclass(frozen=True)
class Explanation:
    """Why a disorder has its likelihood score.

    Attributes:
        disorder_id: the disorder.
        score: the likelihood score in nats: the sum of the contributions.
        contributions: of every finding, strongest for it first, strongest against it last.
        missing: typical features neither found nor excluded, most informative first.
    """

    disorder_id: str
    score: float
    contributions: tuple[Contribution, ...]
    missing: tuple[MissingFeature, ...]


def explain(  # noqa: PLR0913  # three of them may be left out
    case: CaseBatch,
    disorder_id: str,
    knowledge: KnowledgeBase,
    *,
    settings: LikelihoodSettings | None = None,
    leave_out_own: bool = False,
    missing: int = 8,
) -> Explanation:
    """Explain one disorder's likelihood score for one case.

    Args:
        case: a batch of exactly one case.
        disorder_id: any member id of the disorder.
        knowledge: the knowledge base.
        settings: the likelihood model that the ranking uses.
        leave_out_own: leave out the rows that cite the case's own publication.
        missing: how many missing features to name.

    Raises:
        ValueError: if the batch is not of one case.
        KeyError: if the knowledge base has no such disorder.
    """
    if len(case) != 1:
        raise ValueError(f"explain takes one case at a time, got {len(case)}")
    chosen = settings or LikelihoodSettings()
    profile = _profile(case, knowledge.index[disorder_id], knowledge, leave_out_own)
    found = [_observed(int(term), profile, knowledge, chosen) for term in np.sort(case.observed.indices)]
    ruled_out = [_excluded(int(term), profile, knowledge, chosen) for term in np.sort(case.excluded.indices)]
    contributions = sorted([*found, *ruled_out], key=lambda each: -each.nats)
    return Explanation(
        disorder_id=knowledge.disorder_ids[knowledge.index[disorder_id]],
        score=float(sum(each.nats for each in contributions)),
        contributions=tuple(contributions),
        missing=_missing(case, profile, knowledge, missing),
    )


def _profile(case: CaseBatch, place: int, knowledge: KnowledgeBase, leave_out_own: bool) -> sparse.csr_matrix:
    """The disorder's frequencies, 1 x T, without the case's own paper where that is asked."""
    if leave_out_own:
        left = leave_own_paper_out(knowledge, case.identities)
        changed = np.flatnonzero(left.disorder == place)
        if len(changed):
            return sparse.csr_matrix(left.profiles[changed[:1]])
    return sparse.csr_matrix(knowledge.profiles[[place]])


def _observed(
    term: int, profile: sparse.csr_matrix, knowledge: KnowledgeBase, settings: LikelihoodSettings
) -> Contribution:
    closure, information = knowledge.ontology.closure, knowledge.information
    ancestors = closure.indices[closure.indptr[term] : closure.indptr[term + 1]]
    frequencies = _frequencies(profile, ancestors)
    cost = settings.imprecision_cost
    ratios = (
        np.log(np.maximum(frequencies, settings.least_frequency))
        + information[ancestors] * (1 + cost)
        - cost * information[term]
    )
    ratios = np.where(frequencies > 0, ratios, -np.inf)
    best, floor = int(np.argmax(ratios)), float(np.log(settings.noise_ratio))
    if ratios[best] <= floor:
        return _contribution(term, knowledge, False, floor, None)
    return _contribution(term, knowledge, False, float(ratios[best]), (int(ancestors[best]), float(frequencies[best])))


def _excluded(
    term: int, profile: sparse.csr_matrix, knowledge: KnowledgeBase, settings: LikelihoodSettings
) -> Contribution:
    ratios = excluded_log_ratios(profile, settings)
    terms = np.array([term], dtype=np.int32)
    frequency = float(_frequencies(profile, terms)[0])
    matched = (term, frequency) if frequency > 0 else None
    return _contribution(term, knowledge, True, float(_frequencies(ratios, terms)[0]), matched)


def _contribution(
    term: int, knowledge: KnowledgeBase, is_excluded: bool, nats: float, matched: tuple[int, float] | None
) -> Contribution:
    ontology = knowledge.ontology
    return Contribution(
        term_id=ontology.term_ids[term],
        label=ontology.labels[term],
        is_excluded=is_excluded,
        nats=nats,
        matched_id=ontology.term_ids[matched[0]] if matched else None,
        matched_label=ontology.labels[matched[0]] if matched else None,
        matched_frequency=matched[1] if matched else None,
    )


def _frequencies(row: sparse.csr_matrix, terms: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """The row's values at these columns, 0 where it has none."""
    if row.nnz == 0:
        return np.zeros(len(terms), dtype=np.float32)
    order = np.argsort(row.indices)
    places = np.minimum(np.searchsorted(row.indices[order], terms), row.nnz - 1)
    hit = row.indices[order][places] == terms
    return np.where(hit, row.data[order][places], 0.0).astype(np.float32)


def _missing(
    case: CaseBatch, profile: sparse.csr_matrix, knowledge: KnowledgeBase, size: int
) -> tuple[MissingFeature, ...]:
    """Typical features that no finding implies and no exclusion rules out; the most specific of a line only."""
    ontology, information = knowledge.ontology, knowledge.information
    implied = set(case.implied.indices.tolist())
    excluded = set(case.excluded.indices.tolist())
    closure = ontology.closure
    worth = profile.data * information[profile.indices]
    depth = np.diff(closure.indptr)[profile.indices]
    typical = np.flatnonzero((profile.data >= LEAST_TYPICAL_FREQUENCY) & (worth > 0))
    order = typical[np.lexsort((-depth[typical], -worth[typical]))]
    named: dict[int, int] = {}
    covered: set[int] = set()
    for entry in order.tolist():
        term = int(profile.indices[entry])
        above = set(closure.indices[closure.indptr[term] : closure.indptr[term + 1]].tolist())
        if term in implied or term in covered or above & excluded or above & named.keys():
            continue
        named[term] = entry
        covered |= above
        if len(named) == size:
            break
    return tuple(
        MissingFeature(
            ontology.term_ids[profile.indices[entry]],
            ontology.labels[profile.indices[entry]],
            float(profile.data[entry]),
        )
        for entry in named.values()
    )
