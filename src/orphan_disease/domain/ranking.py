"""Score every disorder for every case: several scorers, their fusion by rank, and the learned re-ranker of its best.

The annotations alone are scored first; then the few disorders that the case base holds patients of are scored again
with them. So every case has both: the ranking uses what the confirmed patients taught, and the evidence for the
categories does not, as it is learned on those very patients.

Rank fusion after Cormack et al. (2009), https://doi.org/10.1145/1571941.1572114.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from orphan_disease.domain.candidates import CandidateSet, select_candidates
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.demographic_evidence import DemographicEvidence
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.knowledge_scores import Findings, KnowledgeScorer, LeaveOut
from orphan_disease.domain.left_out import LeftOut, leave_own_paper_out, nothing_left_out
from orphan_disease.domain.likelihood import LikelihoodSettings
from orphan_disease.domain.reranker import Reranker
from orphan_disease.domain.term_vectors import LIKELIHOOD, OWN_LIKELIHOOD, RESNIK

__all__ = [
    "LIKELIHOOD",
    "OWN_LIKELIHOOD",
    "RESNIK",
    "LeaveOut",
    "Ranker",
    "RankerScores",
    "RankingSettings",
    "best_disorders",
    "fuse_ranks",
]

FloatArray = npt.NDArray[np.float32]
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
    cached_terms: int = 800


@dataclass(frozen=True, eq=False)
class RankerScores:
    """Scores of n cases against D disorders; larger is better.

    Attributes:
        case_ids: n identifiers.
        disorder_ids: D identifiers.
        scorers: name -> n x D float32. "likelihood" is in nats: the sum of each finding's log-likelihood ratio.
        annotation_scorers: the same as if there were no case base.
        fused: n x D float32, the final ranking.
        probabilities: n x D float32, rows sum to 1. Disorders outside the short list share what it leaves.
        candidates: the short list.
        prior: n x k nats that age and sex add to the candidates' probabilities.
        left_out: the profiles that were replaced for some case.
    """

    case_ids: tuple[str, ...]
    disorder_ids: tuple[str, ...]
    scorers: Mapping[str, FloatArray]
    annotation_scorers: Mapping[str, FloatArray]
    fused: FloatArray
    probabilities: FloatArray
    candidates: CandidateSet
    prior: FloatArray
    left_out: LeftOut


class Ranker:
    """Scores cases against a knowledge base. It keeps recent terms' vectors in memory, and nothing of any case."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        settings: RankingSettings | None = None,
        reranker: Reranker | None = None,
        demographics: DemographicEvidence | None = None,
    ) -> None:
        """Prepare the matrices that every case needs.

        Args:
            knowledge: disorders and their evidence.
            settings: weights.
            reranker: orders the short list; without it the fusion does.
            demographics: what age and sex say of the same disorders; None leaves them out.
        """
        self.knowledge = knowledge
        self.demographics = demographics
        self.settings = settings or RankingSettings()
        self.reranker = reranker
        self._enriched = knowledge.enriched
        chosen = self.settings.likelihood, self.settings.cached_terms
        self._by_annotations = KnowledgeScorer(knowledge.without_case_base(), *chosen)
        self._with_patients = KnowledgeScorer(knowledge.of_disorders(self._enriched), *chosen)
        self._nothing = nothing_left_out(knowledge)

    def score(self, cases: CaseBatch, leave_out: LeaveOut = "none") -> RankerScores:
        """Score every disorder for every case.

        Args:
            cases: n cases.
            leave_out: "own" scores each case as if the rows that cite the case's own publication, or the case itself in
                the case base, did not exist.
        """
        annotated = self._by_annotations.score(cases, leave_out)
        scorers = self._scores_with_patients(cases, annotated.scores, leave_out)
        fused = fuse_ranks(scorers, self.settings.fusion_constant, self.settings.fusion_depth, FUSION_WEIGHTS)
        left_out = self._left_out(cases, leave_out) if len(self._enriched) else annotated.left_out
        candidates = select_candidates(
            cases, self.knowledge, left_out, scorers, fused=fused, size=self.settings.candidates
        )
        prior = self.demographic_nats(cases, candidates.disorder, leave_out)
        if self.reranker is None:
            nats = scorers[LIKELIHOOD].copy()
            np.put_along_axis(
                nats, candidates.disorder, np.take_along_axis(nats, candidates.disorder, axis=1) + prior, axis=1
            )
            probabilities = softmax(nats / np.float32(self.settings.temperature))
        else:
            fused, probabilities = _reranked(fused, candidates, self.reranker, prior)
        ids = cases.case_ids, self.knowledge.disorder_ids
        return RankerScores(*ids, scorers, annotated.scores, fused, probabilities, candidates, prior, left_out)

    def demographic_nats(
        self, cases: CaseBatch, disorders: npt.NDArray[np.intp], leave_out: LeaveOut = "none"
    ) -> FloatArray:
        """What age and sex, and the prevalence where it is asked for, say of the disorders listed, weighted, in nats.

        Args:
            cases: n cases.
            disorders: n x k positions.
            leave_out: as for `score`.
        """
        if self.demographics is None:
            return np.zeros(disorders.shape, dtype=np.float32)
        return self.demographics.total(cases, disorders, own=leave_out == "own")

    def best_disorders(self, scores: RankerScores, depth: int) -> npt.NDArray[np.intp]:
        """Positions of the `depth` best disorders of each case, best first; ties go to the earlier disorder.

        A re-ranker puts its short list before all others, so that they need not be looked at.

        Args:
            scores: of n cases, by this ranker.
            depth: how many; all D if there are fewer.
        """
        listed = np.sort(scores.candidates.disorder, axis=1)
        if self.reranker is None or depth > listed.shape[1]:
            return best_disorders(scores.fused, depth)
        best = best_disorders(np.take_along_axis(scores.fused, listed, axis=1), depth)
        return np.take_along_axis(listed, best, axis=1)

    def contributions(self, cases: CaseBatch, scores: RankerScores, disorders: npt.NDArray[np.intp]) -> FloatArray:
        """What each finding adds to the likelihood of the disorders listed for its case, in nats.

        They add up to the score "likelihood".

        Args:
            cases: n cases.
            scores: of these cases.
            disorders: n x k positions.

        Returns:
            M x k, the findings as `Findings.of` orders them.
        """
        findings = Findings.of(cases)
        listed = disorders[findings.case]
        nats = self._by_annotations.contributions(findings, listed)
        if len(self._enriched):
            places = np.minimum(np.searchsorted(self._enriched, listed), len(self._enriched) - 1)
            taught = self._with_patients.contributions(findings, places)
            nats = np.where(self._enriched[places] == listed, taught, nats)
        return self._by_annotations.with_left_out(nats, findings, listed, scores.left_out)

    def forget(self) -> None:
        """Remember no term's vector, as when the process has just begun."""
        self._by_annotations.forget()
        self._with_patients.forget()

    def annotation_scorers(self, cases: CaseBatch, leave_out: LeaveOut = "none") -> dict[str, FloatArray]:
        """Every scorer's scores by the annotations alone, n x D each, without the ranking that `score` makes of them.

        Args:
            cases: n cases.
            leave_out: as for `score`.
        """
        return self._by_annotations.score(cases, leave_out).scores

    def _left_out(self, cases: CaseBatch, leave_out: LeaveOut) -> LeftOut:
        if leave_out == "none":
            return self._nothing
        return leave_own_paper_out(self.knowledge, cases.identities, self._nothing)

    def _scores_with_patients(
        self, cases: CaseBatch, annotated: Mapping[str, FloatArray], leave_out: LeaveOut
    ) -> dict[str, FloatArray]:
        """The scores by the annotations, those of the enriched disorders replaced."""
        if not len(self._enriched):
            return dict(annotated)
        scores = {name: values.copy() for name, values in annotated.items()}
        for name, values in self._with_patients.score(cases, leave_out).scores.items():
            scores[name][:, self._enriched] = values
        return scores


def best_disorders(scores: npt.NDArray[np.floating], depth: int) -> npt.NDArray[np.intp]:
    """Positions of the `depth` best disorders of each case, best first; ties go to the earlier disorder.

    Args:
        scores: n x D, larger is better.
        depth: how many; all D if there are fewer.

    >>> best_disorders(np.array([[0.1, 0.9, 0.9, 0.2]]), 3).tolist()
    [[1, 2, 3]]
    """
    kept = min(depth, scores.shape[1])
    if kept == 0 or not len(scores):
        return np.empty((len(scores), kept), dtype=np.intp)
    # A threshold keeps every disorder tied with the last one, so that the order does not hang on the partition.
    threshold = np.partition(scores, scores.shape[1] - kept, axis=1)[:, scores.shape[1] - kept]
    best = np.empty((len(scores), kept), dtype=np.intp)
    for row, lowest in enumerate(threshold):
        candidates = np.flatnonzero(scores[row] >= lowest)
        best[row] = candidates[np.argsort(-scores[row, candidates], kind="stable")[:kept]]
    return best


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


def _reranked(
    fused: FloatArray, candidates: CandidateSet, reranker: Reranker, prior: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The ranking with the short list in the re-ranker's order before all others, and its probabilities."""
    margins = reranker.with_prior(reranker.margins(candidates), prior)
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
