"""Public methods of ranking diseases by phenotype, written from their papers: what the product is measured against.

They see the disorders' own annotations, as those tools do: no kin, no names, no case base.

- one-sided Resnik: Resnik 1995, https://arxiv.org/abs/cmp-lg/9511007, from the case's terms to the disease, as in
  Phenomizer (Köhler 2009, https://doi.org/10.1016/j.ajhg.2009.09.003);
- Jiang-Conrath: Jiang and Conrath 1997, https://arxiv.org/abs/cmp-lg/9709008, best match of each of the case's terms;
- LIRICAL-like likelihood ratio: Robinson 2020, https://doi.org/10.1016/j.ajhg.2020.06.021;
- BOQA with frequencies: Bauer 2012, https://doi.org/10.1093/bioinformatics/bts471, at fixed error rates.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.profiles import propagate

__all__ = ["BASELINES", "boqa", "jiang_conrath", "lirical_like", "one_sided_resnik"]

FloatArray = npt.NDArray[np.float32]
Scorer = Callable[[sparse.csr_matrix], FloatArray]
Baseline = Callable[[sparse.csr_matrix, FloatArray, sparse.csr_matrix], Scorer]

FALSE_POSITIVE_RATE: Final = 0.01  # BOQA: a term is recorded though the disease does not cause it
FALSE_NEGATIVE_RATE: Final = 0.1  # BOQA: a term is not recorded though the disease causes it
LIRICAL_NOISE: Final = 0.01  # ratio of a finding that shares nothing but the root with the disease


def one_sided_resnik(profiles: sparse.csr_matrix, information: FloatArray, closure: sparse.csr_matrix) -> Scorer:
    """Mean over the case's terms of the information of the best common ancestor.

    Args:
        profiles: D x T frequencies, ancestors included.
        information: T information contents in nats.
        closure: T x T, each term's row holding its ancestors and itself.

    Returns:
        From n x T observed terms (ancestors not added) to n x D scores, larger is better.
    """
    shared = _with_values(profiles, information[profiles.indices])
    return _best_match(shared, closure, own_weight=np.zeros_like(information), floor=0.0)


def jiang_conrath(profiles: sparse.csr_matrix, information: FloatArray, closure: sparse.csr_matrix) -> Scorer:
    """Mean over the case's terms of minus the Jiang-Conrath distance to the disease's nearest most specific term.

    The distance is IC(t) + IC(u) - 2 IC(a), with a the best common ancestor. Arguments and result as in
    `one_sided_resnik`.
    """
    implied = sparse.csr_matrix(_ones(profiles) @ (closure - sparse.identity(closure.shape[0], format="csr")))
    inner = _ones(profiles).multiply(implied > 0)
    specific = sparse.coo_matrix(_ones(profiles) - inner)
    kept = specific.data > 0
    keys = specific.row[kept].astype(np.int64) * closure.shape[0] + specific.col[kept]
    nearest = propagate(keys, -information[specific.col[kept]].astype(np.float64), profiles.shape[0], closure)
    values = _with_values(nearest, nearest.data + 2 * information[nearest.indices])
    farthest = -2 * float(information.max())
    return _best_match(values, closure, own_weight=-information, floor=farthest)


def lirical_like(profiles: sparse.csr_matrix, information: FloatArray, closure: sparse.csr_matrix) -> Scorer:
    """Mean over the case's terms of the logarithm of the likelihood ratio.

    An annotated term counts f / background; otherwise an annotated ancestor a counts f(a) times the share of the
    background of a that is the term's: the ratio f(a) / background(a). Arguments and result as in `one_sided_resnik`.
    """
    ratios = np.log(np.maximum(profiles.data, np.float32(LIRICAL_NOISE))) + information[profiles.indices]
    values = _with_values(profiles, np.where(information[profiles.indices] > 0, ratios, np.log(LIRICAL_NOISE)))
    return _best_match(values, closure, own_weight=np.zeros_like(information), floor=float(np.log(LIRICAL_NOISE)))


def boqa(profiles: sparse.csr_matrix, information: FloatArray, closure: sparse.csr_matrix) -> Scorer:
    """Logarithm of the probability of the case's closed terms, given the disease and its frequencies.

    Every term of the closure is recorded or not; a term that the disease causes with frequency f is recorded with
    probability f (1 - b) + (1 - f) a, any other with a; a and b are the rates of false positives and negatives. The
    part that is the same for every disease is left out. Arguments and result as in `one_sided_resnik`; no information
    is used.
    """
    del information
    rate = profiles.data * (1 - FALSE_NEGATIVE_RATE) + (1 - profiles.data) * FALSE_POSITIVE_RATE
    absent = np.log1p(-rate) - np.log1p(-FALSE_POSITIVE_RATE)
    present = np.log(rate) - np.log(FALSE_POSITIVE_RATE) - absent
    gains = sparse.csr_matrix(_with_values(profiles, present).T)
    base = np.asarray(_with_values(profiles, absent).sum(axis=1)).ravel()

    def score(observed: sparse.csr_matrix) -> FloatArray:
        closed = sparse.csr_matrix(observed @ closure)
        closed.data[:] = 1.0
        return np.asarray((closed @ gains).toarray() + base[None, :], dtype=np.float32)

    return score


BASELINES: Final[Mapping[str, Baseline]] = {
    "one-sided Resnik": one_sided_resnik,
    "Jiang-Conrath": jiang_conrath,
    "LIRICAL-like": lirical_like,
    "BOQA with frequencies": boqa,
}


def _best_match(
    values: sparse.csr_matrix, closure: sparse.csr_matrix, *, own_weight: FloatArray, floor: float
) -> Scorer:
    """Mean over the case's terms of the largest value among the ancestors that the disease has, plus the term's own."""
    by_term = sparse.csc_matrix(values)

    def vector(term: int) -> FloatArray:
        best = np.full(values.shape[0], floor, dtype=np.float32)
        for ancestor in closure.indices[closure.indptr[term] : closure.indptr[term + 1]]:
            entries = slice(by_term.indptr[ancestor], by_term.indptr[ancestor + 1])
            holders = by_term.indices[entries]
            best[holders] = np.maximum(best[holders], by_term.data[entries])
        return np.asarray(best + own_weight[term], dtype=np.float32)

    def score(observed: sparse.csr_matrix) -> FloatArray:
        terms = np.unique(observed.indices)
        places = np.searchsorted(terms, observed.indices)
        shape = (observed.shape[0], len(terms))
        compact = sparse.csr_matrix((observed.data, places, observed.indptr), shape=shape)
        vectors = np.stack([vector(int(term)) for term in terms]) if len(terms) else np.zeros((0, values.shape[0]))
        counts = np.maximum(np.asarray(compact.sum(axis=1)).ravel(), 1)[:, None]
        return np.asarray((compact @ vectors) / counts, dtype=np.float32)

    return score


def _with_values(matrix: sparse.csr_matrix, values: npt.NDArray[np.floating]) -> sparse.csr_matrix:
    """The same entries with other values."""
    return sparse.csr_matrix((values.astype(np.float32), matrix.indices, matrix.indptr), shape=matrix.shape)


def _ones(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    return _with_values(matrix, np.ones_like(matrix.data))
