"""Score every disorder for every case: several scorers, and one ranking made of them.

Rank fusion after Cormack et al. (2009), https://doi.org/10.1145/1571941.1572114.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.left_out import LeftOut, leave_own_paper_out
from orphan_disease.domain.likelihood import LikelihoodSettings, excluded_log_ratios, term_log_ratios
from orphan_disease.domain.similarity import term_shared_information

__all__ = ["LIKELIHOOD", "RESNIK", "LeaveOut", "Ranker", "RankerScores", "RankingSettings", "fuse_ranks"]

FloatArray = npt.NDArray[np.float32]
LeaveOut = Literal["none", "own"]
LIKELIHOOD: Final = "likelihood"
RESNIK: Final = "resnik"


@dataclass(frozen=True)
class RankingSettings:
    """Weights of the ranking.

    Attributes:
        likelihood: the likelihood model.
        excluded_weight: weight of an excluded finding against an observed one.
        fusion_constant: the constant of reciprocal rank fusion.
        fusion_depth: ranks beyond this count as equal.
        temperature: divides the score before the softmax that makes probabilities.
        cached_terms: how many terms' vectors are kept in memory.
    """

    likelihood: LikelihoodSettings = field(default_factory=LikelihoodSettings)
    excluded_weight: float = 0.5
    fusion_constant: float = 60.0
    fusion_depth: int = 1000
    temperature: float = 2.0
    cached_terms: int = 1500


@dataclass(frozen=True, eq=False)
class RankerScores:
    """Scores of n cases against D disorders; larger is better.

    Attributes:
        case_ids: n identifiers.
        disorder_ids: D identifiers.
        scorers: name -> n x D float32. "likelihood" is in nats: the sum of each finding's log-likelihood ratio.
        fused: n x D float32, the final ranking.
        probabilities: n x D float32, rows sum to 1.
    """

    case_ids: tuple[str, ...]
    disorder_ids: tuple[str, ...]
    scorers: Mapping[str, FloatArray]
    fused: FloatArray
    probabilities: FloatArray


class Ranker:
    """Scores cases against a knowledge base. It keeps recent terms' vectors in memory, and nothing of any case."""

    def __init__(self, knowledge: KnowledgeBase, settings: RankingSettings | None = None) -> None:
        """Prepare the matrices that every case needs."""
        self.knowledge = knowledge
        self.settings = settings or RankingSettings()
        self._profiles = knowledge.profiles_by_term
        self._log_profiles = _log(self._profiles)
        self._excluded = self._excluded_of(knowledge.profiles)
        self._cache: OrderedDict[int, FloatArray] = OrderedDict()

    def score(self, cases: CaseBatch, leave_out: LeaveOut = "none") -> RankerScores:
        """Score every disorder for every case.

        Args:
            cases: n cases.
            leave_out: "own" scores each case as if the rows that cite the case's own publication did not exist.
        """
        terms, observed = _compact(cases.observed)
        vectors = self._vectors(terms)
        likelihood = np.asarray(observed @ vectors[:, 0], dtype=np.float32)
        likelihood += self.settings.excluded_weight * (cases.excluded @ self._excluded).toarray()
        resnik = np.asarray(observed @ vectors[:, 1], dtype=np.float32)
        if leave_out == "own":
            self._rescore(cases, leave_own_paper_out(self.knowledge, cases.references), likelihood, resnik)
        scorers = {LIKELIHOOD: likelihood, RESNIK: resnik}
        fused = fuse_ranks(scorers, self.settings.fusion_constant, self.settings.fusion_depth)
        probabilities = softmax(likelihood / np.float32(self.settings.temperature))
        return RankerScores(cases.case_ids, self.knowledge.disorder_ids, scorers, fused, probabilities)

    def _vectors(self, terms: npt.NDArray[np.int32]) -> FloatArray:
        """Each term's scores against every disorder, terms x scorers x D."""
        result = np.empty((len(terms), 2, len(self.knowledge)), dtype=np.float32)
        for row, term in enumerate(terms.tolist()):
            vector = self._cache.pop(term, None)
            if vector is None:
                vector = self._term_vector(term, self._profiles, self._log_profiles)
            self._cache[term] = vector
            result[row] = vector
        while len(self._cache) > self.settings.cached_terms:
            self._cache.popitem(last=False)
        return result

    def _term_vector(self, term: int, profiles: sparse.csc_matrix, logs: sparse.csc_matrix) -> FloatArray:
        closure, information = self.knowledge.ontology.closure, self.knowledge.information
        ancestors = closure.indices[closure.indptr[term] : closure.indptr[term + 1]]
        return np.stack(
            [
                term_log_ratios(term, ancestors, logs, information, self.settings.likelihood),
                term_shared_information(ancestors, profiles, information),
            ]
        )

    def _excluded_of(self, profiles: sparse.csr_matrix) -> sparse.csr_matrix:
        ratios = excluded_log_ratios(profiles, self.settings.likelihood)
        return sparse.csr_matrix(ratios.T)

    def _rescore(self, cases: CaseBatch, left_out: LeftOut, likelihood: FloatArray, resnik: FloatArray) -> None:
        """Overwrite, in the two new arrays, the scores that the left-out rows touch."""
        if len(left_out.case) == 0:
            return
        profiles = sparse.csc_matrix(left_out.profiles)
        logs = _log(profiles)
        observed, excluded = cases.observed[left_out.case], cases.excluded[left_out.case]
        terms, compact = _compact(sparse.csr_matrix(observed))
        vectors = np.stack([self._term_vector(int(term), profiles, logs) for term in terms])
        own = np.einsum("kt,tsk->ks", compact.toarray(), vectors)
        against = excluded.multiply(self._excluded_of(left_out.profiles).T).sum(axis=1)
        against = np.asarray(against).ravel()
        likelihood[left_out.case, left_out.disorder] = own[:, 0] + self.settings.excluded_weight * against
        resnik[left_out.case, left_out.disorder] = own[:, 1]


def fuse_ranks(scorers: Mapping[str, FloatArray], constant: float, depth: int) -> FloatArray:
    """Reciprocal rank fusion: the sum over scorers of 1 / (constant + rank).

    Ranks beyond `depth` count as depth + 1.

    Args:
        scorers: name -> n x D scores, larger is better.
        constant: 60 in the paper.
        depth: how many ranks are told apart.
    """
    first = next(iter(scorers.values()))
    fused = np.full(first.shape, len(scorers) / (constant + depth + 1), dtype=np.float32)
    kept = min(depth, first.shape[1])
    gains = (1 / (constant + 1 + np.arange(kept)) - 1 / (constant + depth + 1)).astype(np.float32)
    for scores in scorers.values():
        best = np.argpartition(-scores, kept - 1, axis=1)[:, :kept]
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
        places = np.take_along_axis(best, order, axis=1)
        np.put_along_axis(fused, places, np.take_along_axis(fused, places, axis=1) + gains, axis=1)
    return fused


def softmax(scores: FloatArray) -> FloatArray:
    """Exponentials of each row, scaled to sum to 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _log(matrix: sparse.csc_matrix) -> sparse.csc_matrix:
    values = np.log(np.maximum(matrix.data, np.float32(1e-3))).astype(np.float32)
    return sparse.csc_matrix((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def _compact(matrix: sparse.csr_matrix) -> tuple[npt.NDArray[np.int32], sparse.csr_matrix]:
    """The columns in use, and the matrix of these columns alone."""
    terms = np.unique(matrix.indices)
    places = np.searchsorted(terms, matrix.indices)
    return terms.astype(np.int32), sparse.csr_matrix(
        (matrix.data, places, matrix.indptr), shape=(matrix.shape[0], len(terms))
    )
