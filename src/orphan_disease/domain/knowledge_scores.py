"""Scores of cases against one knowledge base: every scorer for every disorder, and what each finding adds to them."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.left_out import LeftOut, leave_own_paper_out, nothing_left_out
from orphan_disease.domain.likelihood import LikelihoodSettings, excluded_log_ratios
from orphan_disease.domain.term_vectors import LIKELIHOOD, TERM_SCORERS, TermScorer, TermVectors, paired_scores

__all__ = ["KnowledgeScorer", "LeaveOut", "ScoredDisorders"]

FloatArray = npt.NDArray[np.float32]
LeaveOut = Literal["none", "own"]


class ScoredDisorders(NamedTuple):
    """Scores of n cases against D disorders: name -> n x D; and the profiles that were replaced for some case."""

    scores: dict[str, FloatArray]
    left_out: LeftOut


class KnowledgeScorer:
    """Scores cases against a knowledge base. It keeps recent terms' vectors in memory, and nothing of any case."""

    def __init__(self, knowledge: KnowledgeBase, settings: LikelihoodSettings, cached_terms: int) -> None:
        """Prepare the matrices that every case needs.

        Args:
            knowledge: D disorders.
            settings: the likelihood model.
            cached_terms: how many terms' vectors are kept.
        """
        self.knowledge = knowledge
        self._settings = settings
        scorer = TermScorer(
            knowledge.profiles,
            knowledge.own_profiles,
            knowledge.information,
            knowledge.ontology.closure,
            settings,
        )
        self._vectors = TermVectors(scorer, cached_terms)
        self._nothing = nothing_left_out(knowledge)
        self._excluded_by_term = sparse.csr_matrix(excluded_log_ratios(knowledge.profiles, settings).T)

    def score(self, cases: CaseBatch, leave_out: LeaveOut) -> ScoredDisorders:
        """Every scorer's scores, the left-out profiles in their places.

        Args:
            cases: n cases.
            leave_out: "own" scores each case as if the rows that cite the case's own publication, or the case itself in
                the case base, did not exist.
        """
        left_out = leave_own_paper_out(self.knowledge, cases.identities) if leave_out == "own" else self._nothing
        scores = self._vectors.scores(cases.observed)
        if cases.excluded.nnz:
            scores[LIKELIHOOD] += (cases.excluded @ self._excluded_by_term).toarray()
        if len(left_out.case):
            places = (left_out.case, left_out.disorder)
            for name, values in self._left_out_scores(cases, left_out).items():
                scores[name][places] = values
        return ScoredDisorders(scores, left_out)

    def _left_out_scores(self, cases: CaseBatch, left_out: LeftOut) -> dict[str, FloatArray]:
        """Each left-out profile's scores for its case: K each."""
        totals = paired_scores(
            sparse.csr_matrix(cases.observed[left_out.case]),
            left_out.profiles,
            left_out.own_profiles,
            information=self.knowledge.information,
            closure=self.knowledge.ontology.closure,
            settings=self._settings,
        )
        excluded = excluded_log_ratios(left_out.profiles, self._settings)
        against = cases.excluded[left_out.case].multiply(excluded).sum(axis=1)
        totals[0] += np.asarray(against, dtype=np.float32).ravel()
        return dict(zip(TERM_SCORERS, totals, strict=True))
