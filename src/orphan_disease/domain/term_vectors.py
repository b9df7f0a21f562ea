"""What one observed term says about every disorder: computed once, kept for the next case that has it."""

from collections import OrderedDict
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.likelihood import LikelihoodSettings, term_log_ratios
from orphan_disease.domain.similarity import term_shared_information

__all__ = [
    "LIKELIHOOD",
    "OWN_LIKELIHOOD",
    "RESNIK",
    "TERM_SCORERS",
    "TermScorer",
    "TermVectors",
    "paired_ratios",
    "paired_scores",
]

FloatArray = npt.NDArray[np.float32]
LIKELIHOOD: Final = "likelihood"
OWN_LIKELIHOOD: Final = "own_likelihood"
RESNIK: Final = "resnik"
TERM_SCORERS: Final = (LIKELIHOOD, OWN_LIKELIHOOD, RESNIK)
PAIRS_AT_ONCE: Final = 256  # bounds the memory of dense profiles: 20 MB each


class TermScorer:
    """Scores one term against a set of profiles."""

    def __init__(
        self,
        profiles: sparse.csr_matrix,
        own_profiles: sparse.csr_matrix,
        information: FloatArray,
        closure: sparse.csr_matrix,
        settings: LikelihoodSettings,
    ) -> None:
        """Turn the profiles to columns and logarithms.

        Args:
            profiles: D x T frequencies.
            own_profiles: D x T frequencies, nothing borrowed.
            information: T information contents in nats.
            closure: T x T, each term's row holding its ancestors and itself.
            settings: the likelihood model.
        """
        self.size = profiles.shape[0]
        self._columns = sparse.csc_matrix(profiles)
        self._logs = _logarithms(self._columns, settings)
        self._own_logs = _logarithms(sparse.csc_matrix(own_profiles), settings)
        self._information, self._closure, self._settings = information, closure, settings

    def __call__(self, term: int) -> FloatArray:
        """The term's score in each of `TERM_SCORERS` for every profile: 3 x D."""
        closure, information = self._closure, self._information
        ancestors = closure.indices[closure.indptr[term] : closure.indptr[term + 1]]
        return np.stack(
            [
                term_log_ratios(term, ancestors, self._logs, information, self._settings),
                term_log_ratios(term, ancestors, self._own_logs, information, self._settings),
                term_shared_information(ancestors, self._columns, information),
            ]
        )


def paired_scores(  # noqa: PLR0913  # one argument a matrix
    observed: sparse.csr_matrix,
    profiles: sparse.csr_matrix,
    own_profiles: sparse.csr_matrix,
    *,
    information: FloatArray,
    closure: sparse.csr_matrix,
    settings: LikelihoodSettings,
) -> FloatArray:
    """Scores of row k of `observed` against row k of the profiles: len(TERM_SCORERS) x K.

    The same figures as `TermScorer` gives, for the few pairs whose profile differs from the knowledge base's.
    """
    totals = np.zeros((len(TERM_SCORERS), observed.shape[0]), dtype=np.float32)
    for start in range(0, observed.shape[0], PAIRS_AT_ONCE):
        rows = slice(start, start + PAIRS_AT_ONCE)
        part = sparse.csr_matrix(observed[rows])
        places = _ancestor_places(part, closure)
        dense, own = profiles[rows].toarray(), own_profiles[rows].toarray()
        for scorer, values in enumerate((dense, own)):
            scores = _best_ratios(values, places, information, settings)
            totals[scorer, rows] = np.bincount(places.pair, weights=scores, minlength=part.shape[0])
        shared = np.where(dense[places.row, places.ancestor] > 0, information[places.ancestor], 0.0)
        best = np.maximum.reduceat(shared, places.starts) if len(places.starts) else shared
        totals[2, rows] = np.bincount(places.pair, weights=best, minlength=part.shape[0])
    return totals


def paired_ratios(
    observed: sparse.csr_matrix,
    profiles: sparse.csr_matrix,
    information: FloatArray,
    closure: sparse.csr_matrix,
    settings: LikelihoodSettings,
) -> FloatArray:
    """Log-likelihood ratio of each entry of `observed`, in the order of its indices, in its row's own profile.

    What `paired_scores` adds up to its first score.
    """
    parts = [np.empty(0, dtype=np.float32)]
    for start in range(0, observed.shape[0], PAIRS_AT_ONCE):
        rows = slice(start, start + PAIRS_AT_ONCE)
        places = _ancestor_places(sparse.csr_matrix(observed[rows]), closure)
        parts.append(_best_ratios(profiles[rows].toarray(), places, information, settings))
    return np.concatenate(parts)


class _AncestorPlaces(NamedTuple):
    """Every (row, term, ancestor of the term), flat."""

    row: npt.NDArray[np.intp]
    term: npt.NDArray[np.int32]
    ancestor: npt.NDArray[np.int32]
    starts: npt.NDArray[np.intp]  # where the ancestors of each (row, term) begin
    pair: npt.NDArray[np.intp]  # the row of each (row, term)


def _ancestor_places(observed: sparse.csr_matrix, closure: sparse.csr_matrix) -> _AncestorPlaces:
    pair = np.repeat(np.arange(observed.shape[0]), np.diff(observed.indptr))
    first = closure.indptr[observed.indices].astype(np.intp)
    counts = closure.indptr[observed.indices + 1].astype(np.intp) - first
    starts = np.cumsum(counts) - counts
    entries = np.repeat(first - starts, counts) + np.arange(counts.sum())
    return _AncestorPlaces(
        np.repeat(pair, counts), np.repeat(observed.indices, counts), closure.indices[entries], starts, pair
    )


def _best_ratios(
    frequencies: FloatArray, places: _AncestorPlaces, information: FloatArray, settings: LikelihoodSettings
) -> FloatArray:
    """Best log-likelihood ratio of each (row, term) over the term's ancestors."""
    floor = np.float32(np.log(settings.noise_ratio))
    values = frequencies[places.row, places.ancestor]
    cost = settings.imprecision_cost
    ratios = (
        np.log(np.maximum(values, np.float32(settings.least_frequency)))
        + information[places.ancestor] * (1 + cost)
        - cost * information[places.term]
    )
    ratios = np.where(values > 0, ratios, floor)
    best = np.maximum.reduceat(ratios, places.starts) if len(places.starts) else ratios
    return np.maximum(best, floor).astype(np.float32)


class TermVectors:
    """The scorer with a memory of the terms asked last."""

    def __init__(self, scorer: TermScorer, capacity: int) -> None:
        """Remember up to `capacity` terms."""
        self._scorer = scorer
        self._capacity = capacity
        self._memory: OrderedDict[int, FloatArray] = OrderedDict()

    def scores(self, observed: sparse.csr_matrix) -> dict[str, FloatArray]:
        """Sum of the terms' scores, by scorer: n x D each.

        Args:
            observed: n x T of 0 and 1, ancestors not added.
        """
        terms = np.unique(observed.indices)
        compact = sparse.csr_matrix(
            (observed.data, np.searchsorted(terms, observed.indices), observed.indptr),
            shape=(observed.shape[0], len(terms)),
        )
        vectors = np.empty((len(TERM_SCORERS), len(terms), self._scorer.size), dtype=np.float32)
        for row, term in enumerate(terms.tolist()):
            vectors[:, row] = self._recall(term)
        return {name: np.asarray(compact @ vectors[place], dtype=np.float32) for place, name in enumerate(TERM_SCORERS)}

    def likelihoods(self, terms: npt.NDArray[np.int32]) -> FloatArray:
        """The terms' log-likelihood ratios for every profile: len(terms) x D."""
        vectors = np.empty((len(terms), self._scorer.size), dtype=np.float32)
        for row, term in enumerate(terms.tolist()):
            vectors[row] = self._recall(term)[TERM_SCORERS.index(LIKELIHOOD)]
        return vectors

    def forget(self) -> None:
        """Remember nothing."""
        self._memory.clear()

    def _recall(self, term: int) -> FloatArray:
        vector = self._memory.pop(term, None)
        if vector is None:
            vector = self._scorer(term)
        self._memory[term] = vector
        if len(self._memory) > self._capacity:
            self._memory.popitem(last=False)
        return vector


def _logarithms(profiles: sparse.csc_matrix, settings: LikelihoodSettings) -> sparse.csc_matrix:
    values = np.log(np.maximum(profiles.data, np.float32(settings.least_frequency))).astype(np.float32)
    return sparse.csc_matrix((values, profiles.indices, profiles.indptr), shape=profiles.shape)
