"""Scores of cases against one knowledge base: every scorer for every disorder, and what each finding adds to them."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.left_out import LeftOut, leave_own_paper_out, nothing_left_out
from orphan_disease.domain.likelihood import LikelihoodSettings, excluded_log_ratios
from orphan_disease.domain.term_vectors import (
    LIKELIHOOD,
    TERM_SCORERS,
    TermScorer,
    TermVectors,
    paired_ratios,
    paired_scores,
)

__all__ = ["Findings", "KnowledgeScorer", "LeaveOut", "ScoredDisorders"]

FloatArray = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
LeaveOut = Literal["none", "own"]


@dataclass(frozen=True, eq=False)
class Findings:
    """The findings of n cases, one after the other: M observed or excluded terms.

    Attributes:
        case: M positions of cases, ascending.
        term: M positions of terms.
        is_excluded: M; whether the term was looked for and not found.
    """

    case: Places
    term: npt.NDArray[np.int32]
    is_excluded: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, cases: CaseBatch) -> "Findings":
        """Each case's observed terms, then its excluded ones."""
        parts = (cases.observed, cases.excluded)
        case = np.concatenate([np.repeat(np.arange(len(cases)), np.diff(part.indptr)) for part in parts])
        term = np.concatenate([part.indices for part in parts]).astype(np.int32)
        is_excluded = np.repeat([False, True], [part.nnz for part in parts])
        order = np.argsort(case, kind="stable")
        return cls(case[order], term[order], is_excluded[order])

    def take(self, rows: Places) -> "Findings":
        """The findings at these positions."""
        return Findings(self.case[rows], self.term[rows], self.is_excluded[rows])


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
        left_out = self._nothing
        if leave_out == "own":
            left_out = leave_own_paper_out(self.knowledge, cases.identities, self._nothing)
        scores = self._vectors.scores(cases.observed)
        if cases.excluded.nnz:
            scores[LIKELIHOOD] += (cases.excluded @ self._excluded_by_term).toarray()
        if len(left_out.case):
            places = (left_out.case, left_out.disorder)
            for name, values in self._left_out_scores(cases, left_out).items():
                scores[name][places] = values
        return ScoredDisorders(scores, left_out)

    def forget(self) -> None:
        """Remember no term's vector, as when the process has just begun."""
        self._vectors.forget()

    def contributions(self, findings: Findings, disorders: Places) -> FloatArray:
        """What each finding adds to the likelihood of some disorders, in nats: M x k.

        Args:
            findings: M findings of cases.
            disorders: M x k positions.
        """
        nats = np.empty(disorders.shape, dtype=np.float32)
        for excluded in (False, True):
            rows = np.flatnonzero(findings.is_excluded == excluded)
            terms, places = np.unique(findings.term[rows], return_inverse=True)
            by_term = self._excluded_by_term[terms].toarray() if excluded else self._vectors.likelihoods(terms)
            nats[rows] = by_term[places[:, None], disorders[rows]]
        return nats

    def with_left_out(self, nats: FloatArray, findings: Findings, disorders: Places, left_out: LeftOut) -> FloatArray:
        """Contributions, those to profiles that were replaced for the finding's case put right.

        Args:
            nats: M x k, of `contributions`.
            findings: M findings of cases.
            disorders: M x k positions.
            left_out: the profiles that were replaced.
        """
        replaced = nats.copy()
        for place, (case, disorder) in enumerate(zip(left_out.case, left_out.disorder, strict=True)):
            rows = np.arange(*np.searchsorted(findings.case, (case, case + 1)))
            column = np.flatnonzero(disorders[rows[:1]].ravel() == disorder)
            if len(column):
                profile = sparse.csr_matrix(left_out.profiles[[place]])
                replaced[rows, column[0]] = self._ratios(findings.take(rows), profile)
        return replaced

    def _ratios(self, findings: Findings, profile: sparse.csr_matrix) -> FloatArray:
        """What each finding of one case adds to the likelihood by one profile."""
        nats = np.empty(len(findings.term), dtype=np.float32)
        observed, excluded = np.flatnonzero(~findings.is_excluded), np.flatnonzero(findings.is_excluded)
        terms = findings.term[observed]
        row = sparse.csr_matrix((np.ones(len(terms), np.float32), terms, [0, len(terms)]), shape=profile.shape)
        knowledge = self.knowledge
        nats[observed] = paired_ratios(row, profile, knowledge.information, knowledge.ontology.closure, self._settings)
        against = excluded_log_ratios(profile, self._settings)[:, findings.term[excluded]]
        nats[excluded] = against.toarray().ravel()
        return nats

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
