"""The short list of each case, and what tells its disorders apart: the features of the learned re-ranker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.left_out import LeftOut
from orphan_disease.domain.profiles import profile_totals

__all__ = ["FEATURE_NAMES", "CandidateSet", "select_candidates"]

FloatArray = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

SCORER_FEATURES: Final = ("score", "gap", "rank", "per_finding")
PROFILE_FEATURES: Final = (
    "coverage",  # share of the disorder's information, weighted by frequency, that the case shows
    "explained",  # share of the case's information that the disorder's profile holds
    "exact",  # information of the findings that the disorder is annotated with exactly
    "exact_share",
    "cosine",
    "excluded_conflict",  # nats against: frequent features of the disorder that the case lacks
    "excluded_annotated",  # information of excluded findings that the disorder may have
    "profile_terms",
    "profile_information",
    "expected_information",
)
CASE_FEATURES: Final = ("observed_findings", "excluded_findings")
ROW_FEATURES: Final = ("annotation_rows", "case_rows", "name_rows", "relative_rows")
SCORERS: Final = ("likelihood", "own_likelihood", "resnik")
FEATURE_NAMES: Final = (
    *(f"{scorer}.{feature}" for scorer in SCORERS for feature in SCORER_FEATURES),
    "fused_rank",
    *PROFILE_FEATURES,
    *CASE_FEATURES,
    *ROW_FEATURES,
)
MOST_CERTAIN: Final = np.float32(0.95)
SMALLEST: Final = 1e-6  # keeps a quotient finite where nothing is known
IMPLIED: Final = 1
FOUND: Final = 2
EXCLUDED: Final = 4


@dataclass(frozen=True, eq=False)
class CandidateSet:
    """The candidates of n cases, k each, best first by rank fusion.

    Attributes:
        disorder: n x k positions.
        features: (n * k) x len(FEATURE_NAMES) float32, case by case.
    """

    disorder: Places
    features: FloatArray

    @classmethod
    def concatenate(cls, parts: Sequence["CandidateSet"]) -> "CandidateSet":
        """The cases of all the parts, in order."""
        return cls(np.concatenate([part.disorder for part in parts]), np.concatenate([part.features for part in parts]))

    def of_cases(self, cases: Places) -> "CandidateSet":
        """The candidates of these cases only."""
        width = self.disorder.shape[1]
        rows = (cases[:, None] * width + np.arange(width)).ravel()
        return CandidateSet(self.disorder[cases], np.ascontiguousarray(self.features[rows]))

    @property
    def with_cases(self) -> npt.NDArray[np.bool_]:
        """N x k: whether the case base holds a patient of the disorder, the case itself and its paper left out."""
        column = FEATURE_NAMES.index("case_rows")
        return (self.features[:, column] > 0).reshape(self.disorder.shape)


def select_candidates(  # noqa: PLR0913  # one argument a source of features
    cases: CaseBatch,
    knowledge: KnowledgeBase,
    left_out: LeftOut,
    scorers: Mapping[str, FloatArray],
    *,
    fused: FloatArray,
    size: int,
) -> CandidateSet:
    """The best disorders by rank fusion, with their features.

    Args:
        cases: n cases.
        knowledge: the knowledge base.
        left_out: profiles that change for some case.
        scorers: name -> n x D scores; those of `SCORERS` are used.
        fused: n x D.
        size: candidates a case.
    """
    kept = min(size, fused.shape[1])
    best = np.argpartition(-fused, kept - 1, axis=1)[:, :kept]
    order = np.argsort(-np.take_along_axis(fused, best, axis=1), axis=1, kind="stable")
    disorder = np.take_along_axis(best, order, axis=1)
    findings = np.maximum(np.diff(cases.observed.indptr), 1).astype(np.float32)
    blocks = [_scorer_features(scorers[name], disorder, findings) for name in SCORERS]
    ranks = np.tile(np.log1p(np.arange(kept, dtype=np.float32)), len(cases))[:, None]
    counts = np.stack([findings, np.diff(cases.excluded.indptr).astype(np.float32)], axis=1)
    places = _Places.of(disorder, left_out, len(knowledge))
    profile = _profile_features(cases, knowledge, left_out, places)
    rows = _row_features(knowledge, left_out, places)
    features = np.concatenate([*blocks, ranks, profile, np.repeat(counts, kept, axis=0), rows], axis=1)
    return CandidateSet(disorder, np.ascontiguousarray(features, dtype=np.float32))


@dataclass(frozen=True, eq=False)
class _Places:
    """Where each candidate's profile is: its case, its disorder, and its place among the left-out profiles or -1."""

    case: Places
    disorder: Places
    replaced: Places

    @classmethod
    def of(cls, disorder: Places, left_out: LeftOut, n_disorders: int) -> "_Places":
        flat = disorder.ravel()
        case = np.repeat(np.arange(disorder.shape[0]), disorder.shape[1])
        replaced = np.full(len(flat), -1, dtype=np.intp)
        if len(left_out.case):
            keys = left_out.case * n_disorders + left_out.disorder
            order = np.argsort(keys)
            wanted = case * n_disorders + flat
            found = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
            hit = keys[order][found] == wanted
            replaced[hit] = order[found[hit]]
        return cls(case, flat, replaced)


def _scorer_features(scores: FloatArray, disorder: Places, findings: FloatArray) -> FloatArray:
    """Score, gap to the best, logarithm of the rank among the candidates, score a finding: (n * k) x 4."""
    chosen = np.take_along_axis(scores, disorder, axis=1)
    gap = chosen - scores.max(axis=1, keepdims=True)
    order = np.argsort(-chosen, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[1]), order.shape), axis=1)
    parts = (chosen, gap, np.log1p(rank), chosen / findings[:, None])
    return np.stack([np.asarray(part, dtype=np.float32).ravel() for part in parts], axis=1)


def _marks(cases: CaseBatch) -> npt.NDArray[np.uint8]:
    """What each case says of each term, as bits: implied by a finding, found, excluded. n x T."""
    marks = np.zeros(cases.observed.shape, dtype=np.uint8)
    for bit, matrix in ((IMPLIED, cases.implied), (FOUND, cases.observed), (EXCLUDED, cases.excluded)):
        marks[np.repeat(np.arange(len(cases)), np.diff(matrix.indptr)), matrix.indices] |= bit
    return marks


def _profile_features(cases: CaseBatch, knowledge: KnowledgeBase, left_out: LeftOut, places: _Places) -> FloatArray:
    """The features of `PROFILE_FEATURES`: (n * k) x 10."""
    information = knowledge.information
    marks = _marks(cases)
    totals = knowledge.profile_totals[places.disorder]
    sums = _profile_sums(knowledge.profiles[places.disorder], places.case, marks, information)
    replaced = np.flatnonzero(places.replaced >= 0)
    if len(replaced):
        rows = places.replaced[replaced]
        totals[replaced] = profile_totals(left_out.profiles, information)[rows]
        sums[replaced] = _profile_sums(left_out.profiles[rows], places.case[replaced], marks, information)
    implied = (marks & IMPLIED > 0) @ np.stack([information, information**2], axis=1)
    found = (marks & FOUND > 0) @ information
    terms, contents, expected, squares = totals.T
    columns = (
        sums[:, 0] / np.maximum(expected, SMALLEST),
        sums[:, 1] / np.maximum(implied[places.case, 0], SMALLEST),
        sums[:, 3],
        sums[:, 3] / np.maximum(found[places.case], SMALLEST),
        sums[:, 2] / np.sqrt(np.maximum(squares * implied[places.case, 1], SMALLEST)),
        sums[:, 4],
        sums[:, 5],
        terms,
        contents,
        expected,
    )
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def _profile_sums(
    profiles: sparse.csr_matrix, case: Places, marks: npt.NDArray[np.uint8], information: FloatArray
) -> npt.NDArray[np.float64]:
    """What the entries of each profile that its case says something of amount to, in six ways.

    Args:
        profiles: m x T frequencies.
        case: m positions of cases.
        marks: n x T, of `_marks`.
        information: T.
    """
    counts = np.diff(profiles.indptr)
    first = (case * marks.shape[1]).astype(profiles.indices.dtype)
    mark = marks.ravel().take(np.repeat(first, counts) + profiles.indices)
    said = np.flatnonzero(mark != 0)  # of truth values, ten times as fast as of bytes
    owner, mark, frequency = np.repeat(np.arange(len(case)), counts)[said], mark[said], profiles.data[said]
    content = information[profiles.indices[said]]

    def sums(bit: int, *values: FloatArray) -> list[npt.NDArray[Any]]:
        chosen = np.flatnonzero((mark & bit) != 0)
        return [np.bincount(owner[chosen], weights=each[chosen], minlength=len(case)) for each in values]

    return np.stack(
        [
            *sums(IMPLIED, content * frequency, content, content * content * np.sqrt(frequency)),
            *sums(FOUND, content),
            *sums(EXCLUDED, np.log1p(-np.minimum(frequency, MOST_CERTAIN)), content),
        ],
        axis=1,
    )


def _row_features(knowledge: KnowledgeBase, left_out: LeftOut, places: _Places) -> FloatArray:
    """How many rows of each kind the disorder has for this case: (n * k) x 4."""
    counts = knowledge.row_counts[places.disorder]
    replaced = places.replaced >= 0
    counts[replaced] = left_out.row_counts[places.replaced[replaced]]
    return counts
