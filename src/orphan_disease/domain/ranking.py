"""Score every disorder for every case: several scorers, their fusion by rank, and the learned re-ranker of its best.

Rank fusion after Cormack et al. (2009), https://doi.org/10.1145/1571941.1572114.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.candidates import CandidateSet, select_candidates
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.left_out import LeftOut, leave_own_paper_out, nothing_left_out
from orphan_disease.domain.likelihood import LikelihoodSettings, excluded_log_ratios
from orphan_disease.domain.reranker import Reranker
from orphan_disease.domain.term_vectors import (
    LIKELIHOOD,
    OWN_LIKELIHOOD,
    RESNIK,
    TERM_SCORERS,
    TermScorer,
    TermVectors,
    paired_scores,
)

__all__ = [
    "LIKELIHOOD",
    "OWN_LIKELIHOOD",
    "RESNIK",
    "LeaveOut",
    "Ranker",
    "RankerScores",
    "RankingSettings",
    "fuse_ranks",
]

FloatArray = npt.NDArray[np.float32]
LeaveOut = Literal["none", "own"]
FUSION_WEIGHTS: Final[Mapping[str, float]] = {LIKELIHOOD: 1.0, RESNIK: 1.0, OWN_LIKELIHOOD: 0.4}


@dataclass(frozen=True)
class RankingSettings:
    """Weights of the ranking.

    Attributes:
        likelihood: the likelihood model.
        fusion_constant: the constant of reciprocal rank fusion.
        fusion_depth: ranks beyond this count as equal.
        candidates: length of the short list that the re-ranker orders.
        temperature: where there is no re-ranker, divides the likelihood before the softmax that makes probabilities.
        cached_terms: how many terms' vectors are kept in memory (160 kB each).
    """

    likelihood: LikelihoodSettings = field(default_factory=LikelihoodSettings)
    fusion_constant: float = 30.0
    fusion_depth: int = 400
    candidates: int = 120
    temperature: float = 4.0
    cached_terms: int = 1200


@dataclass(frozen=True, eq=False)
class RankerScores:
    """Scores of n cases against D disorders; larger is better.

    Attributes:
        case_ids: n identifiers.
        disorder_ids: D identifiers.
        scorers: name -> n x D float32. "likelihood" is in nats: the sum of each finding's log-likelihood ratio.
        fused: n x D float32, the final ranking.
        probabilities: n x D float32, rows sum to 1. Disorders outside the short list share what it leaves.
        candidates: the short list.
    """

    case_ids: tuple[str, ...]
    disorder_ids: tuple[str, ...]
    scorers: Mapping[str, FloatArray]
    fused: FloatArray
    probabilities: FloatArray
    candidates: CandidateSet


class Ranker:
    """Scores cases against a knowledge base. It keeps recent terms' vectors in memory, and nothing of any case."""

    def __init__(
        self, knowledge: KnowledgeBase, settings: RankingSettings | None = None, reranker: Reranker | None = None
    ) -> None:
        """Prepare the matrices that every case needs.

        Args:
            knowledge: disorders and their evidence.
            settings: weights.
            reranker: orders the short list; without it the fusion does.
        """
        self.knowledge = knowledge
        self.settings = settings or RankingSettings()
        self.reranker = reranker
        scorer = TermScorer(
            knowledge.profiles,
            knowledge.own_profiles,
            knowledge.information,
            knowledge.ontology.closure,
            self.settings.likelihood,
        )
        self._vectors = TermVectors(scorer, self.settings.cached_terms)
        excluded = excluded_log_ratios(knowledge.profiles, self.settings.likelihood)
        self._nothing = nothing_left_out(knowledge)
        self._excluded_by_term = sparse.csr_matrix(excluded.T)

    def score(self, cases: CaseBatch, leave_out: LeaveOut = "none") -> RankerScores:
        """Score every disorder for every case.

        Args:
            cases: n cases.
            leave_out: "own" scores each case as if the rows that cite the case's own publication, or the case itself in
                the case base, did not exist.
        """
        left_out = self._left_out(cases, leave_out)
        scorers = self._scores(cases, left_out)
        fused = fuse_ranks(scorers, self.settings.fusion_constant, self.settings.fusion_depth, FUSION_WEIGHTS)
        candidates = select_candidates(
            cases, self.knowledge, left_out, scorers, fused=fused, size=self.settings.candidates
        )
        if self.reranker is None:
            probabilities = softmax(scorers[LIKELIHOOD] / np.float32(self.settings.temperature))
        else:
            fused, probabilities = _reranked(fused, candidates, self.reranker)
        return RankerScores(cases.case_ids, self.knowledge.disorder_ids, scorers, fused, probabilities, candidates)

    def scorers(self, cases: CaseBatch, leave_out: LeaveOut = "none") -> dict[str, FloatArray]:
        """Every scorer's scores alone, n x D each, without the ranking that `score` makes of them.

        Args:
            cases: n cases.
            leave_out: as for `score`.
        """
        return self._scores(cases, self._left_out(cases, leave_out))

    def _left_out(self, cases: CaseBatch, leave_out: LeaveOut) -> LeftOut:
        if leave_out == "own":
            return leave_own_paper_out(self.knowledge, cases.identities)
        return nothing_left_out(self.knowledge)

    def _scores(self, cases: CaseBatch, left_out: LeftOut) -> dict[str, FloatArray]:
        """Every scorer's scores: n x D each, the left-out profiles in their places."""
        scores = self._vectors.scores(cases.observed)
        scores[LIKELIHOOD] += (cases.excluded @ self._excluded_by_term).toarray()
        if len(left_out.case):
            places = (left_out.case, left_out.disorder)
            for name, values in self._left_out_scores(cases, left_out).items():
                scores[name][places] = values
        return scores

    def _left_out_scores(self, cases: CaseBatch, left_out: LeftOut) -> dict[str, FloatArray]:
        """Each left-out profile's scores for its case: K each."""
        totals = paired_scores(
            sparse.csr_matrix(cases.observed[left_out.case]),
            left_out.profiles,
            left_out.own_profiles,
            information=self.knowledge.information,
            closure=self.knowledge.ontology.closure,
            settings=self.settings.likelihood,
        )
        excluded = excluded_log_ratios(left_out.profiles, self.settings.likelihood)
        against = cases.excluded[left_out.case].multiply(excluded).sum(axis=1)
        totals[0] += np.asarray(against, dtype=np.float32).ravel()
        return dict(zip(TERM_SCORERS, totals, strict=True))


def fuse_ranks(
    scorers: Mapping[str, FloatArray], constant: float, depth: int, weights: Mapping[str, float] | None = None
) -> FloatArray:
    """Reciprocal rank fusion: the sum over scorers of 1 / (constant + rank).

    Ranks beyond `depth` count as depth + 1.

    Args:
        scorers: name -> n x D scores, larger is better.
        constant: 60 in the paper.
        depth: how many ranks are told apart.
        weights: weight of each scorer that takes part; all of them alike where None.
    """
    first = next(iter(scorers.values()))
    chosen = dict.fromkeys(scorers, 1.0) if weights is None else weights
    fused = np.full(first.shape, sum(chosen.values()) / (constant + depth + 1), dtype=np.float32)
    kept = min(depth, first.shape[1])
    gains = (1 / (constant + 1 + np.arange(kept)) - 1 / (constant + depth + 1)).astype(np.float32)
    for name, weight in chosen.items():
        scores = scorers[name]
        best = np.argpartition(-scores, kept - 1, axis=1)[:, :kept]
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
        places = np.take_along_axis(best, order, axis=1)
        np.put_along_axis(fused, places, np.take_along_axis(fused, places, axis=1) + np.float32(weight) * gains, axis=1)
    return fused


def _reranked(fused: FloatArray, candidates: CandidateSet, reranker: Reranker) -> tuple[FloatArray, FloatArray]:
    """The ranking with the short list in the re-ranker's order before all others, and its probabilities."""
    margins = reranker.margins(candidates)
    shares = reranker.probabilities(margins)
    others = max(fused.shape[1] - margins.shape[1], 1)
    spread = (1 - shares.sum(axis=1, keepdims=True)) / others
    probabilities = np.broadcast_to(spread, fused.shape).astype(np.float32)
    np.put_along_axis(probabilities, candidates.disorder, shares, axis=1)
    ahead = fused.max(axis=1, keepdims=True) + 1 + margins - margins.min(axis=1, keepdims=True)
    ranking = fused.copy()
    np.put_along_axis(ranking, candidates.disorder, ahead.astype(np.float32), axis=1)
    return ranking, probabilities


def softmax(scores: FloatArray) -> FloatArray:
    """Exponentials of each row, scaled to sum to 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return shares
