"""Similarity by information content: Resnik (1995), https://arxiv.org/abs/cmp-lg/9511007, and what was built on it."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["coverage_similarity", "shared_information", "term_shared_information"]

FloatArray = npt.NDArray[np.float32]


def term_shared_information(
    ancestors: npt.NDArray[np.int32], profiles: sparse.csc_matrix, information: FloatArray
) -> FloatArray:
    """Information content of the most informative ancestor that one term shares with every profile, in nats.

    Args:
        ancestors: positions of the term's ancestors, itself among them.
        profiles: D x T closed profiles, by column; only which entries exist matters.
        information: T information contents in nats.
    """
    shared = np.zeros(profiles.shape[0], dtype=np.float32)
    for ancestor in ancestors[np.argsort(information[ancestors], kind="stable")]:
        if information[ancestor] > 0:
            shared[profiles.indices[profiles.indptr[ancestor] : profiles.indptr[ancestor + 1]]] = information[ancestor]
    return shared


def shared_information(
    terms: npt.NDArray[np.int32], closure: sparse.csr_matrix, profiles: sparse.csc_matrix, information: FloatArray
) -> FloatArray:
    """`term_shared_information` of each of these terms: len(terms) x D."""
    result = np.empty((len(terms), profiles.shape[0]), dtype=np.float32)
    for row, term in enumerate(terms):
        ancestors = closure.indices[closure.indptr[term] : closure.indptr[term + 1]]
        result[row] = term_shared_information(ancestors, profiles, information)
    return result


def coverage_similarity(
    observed: sparse.csr_matrix, closure: sparse.csr_matrix, weights: sparse.csr_matrix, information: FloatArray
) -> FloatArray:
    """How much of each disorder's own features the case shows, as the other direction of Resnik's similarity: n x D.

    Args:
        observed: n x T terms of the cases, ancestors not added.
        closure: T x T, each term's row holding its ancestors and itself.
        weights: D x T, each row the share of every direct feature in the profile, summing to 1.
        information: T information contents in nats.
    """
    descending = sparse.csc_matrix(closure)
    closed = sparse.csr_matrix(observed @ closure)
    best = np.zeros((observed.shape[0], closure.shape[0]), dtype=np.float32)
    for case in range(observed.shape[0]):
        terms = closed.indices[closed.indptr[case] : closed.indptr[case + 1]]
        for term in terms[np.argsort(information[terms], kind="stable")]:
            if information[term] > 0:
                below = descending.indices[descending.indptr[term] : descending.indptr[term + 1]]
                best[case, below] = information[term]
    return np.asarray(weights @ best.T, dtype=np.float32).T
