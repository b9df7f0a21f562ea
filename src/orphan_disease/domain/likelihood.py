"""Likelihood ratios: how much likelier a finding is in a disorder than in a patient of another one.

After LIRICAL (Robinson et al. 2020, https://doi.org/10.1016/j.ajhg.2020.06.021), with two changes. First, a finding
that the disorder is not annotated with backs off to the annotated ancestor that explains it best, at a cost that
grows with what the finding says beyond that ancestor. Second, no disorder explains a finding by the root alone: there
the ratio is the noise floor, below 1, whatever the finding. (Left alone, the root, which every disorder has, gives a
ratio of 1 and the noise term never matters.)
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["LikelihoodSettings", "excluded_log_ratios", "observed_log_ratios", "term_log_ratios"]

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LikelihoodSettings:
    """Strength of each part of the model.

    Attributes:
        imprecision_cost: share of the information lost between a finding and the annotated ancestor that explains it
            that is counted against the disorder, 0 to 1 and above.
        noise_ratio: likelihood ratio of a finding that the disorder does not explain; below 1.
        unannotated_frequency: frequency of a feature that the disorder is not annotated with, for excluded findings.
    """

    imprecision_cost: float = 0.5
    noise_ratio: float = 0.05
    unannotated_frequency: float = 0.01


def term_log_ratios(
    term: int,
    ancestors: npt.NDArray[np.int32],
    profiles: sparse.csc_matrix,
    information: FloatArray,
    settings: LikelihoodSettings,
) -> FloatArray:
    """Log-likelihood ratio of one observed term in every profile, in nats, shape (D,).

    The largest, over the annotated ancestors a of the term t, of ln f(a) + IC(a) - c (IC(t) - IC(a)), where f is the
    frequency in the disorder, IC = -ln of the frequency in the background, and c the imprecision cost; never below ln
    of the noise ratio.

    Args:
        term: position of the term.
        ancestors: positions of its ancestors, itself among them.
        profiles: D x T natural logarithms of frequencies, by column.
        information: T information contents in nats.
        settings: costs.
    """
    floor = np.float32(np.log(settings.noise_ratio))
    ratios = np.full(profiles.shape[0], floor, dtype=np.float32)
    cost = settings.imprecision_cost
    offsets = information[ancestors] * (1 + cost) - cost * information[term]
    for ancestor, offset in zip(ancestors, offsets, strict=True):
        if offset <= floor:
            continue
        start, stop = profiles.indptr[ancestor], profiles.indptr[ancestor + 1]
        holders = profiles.indices[start:stop]
        ratios[holders] = np.maximum(ratios[holders], profiles.data[start:stop] + offset)
    return ratios


def observed_log_ratios(
    terms: npt.NDArray[np.int32],
    closure: sparse.csr_matrix,
    profiles: sparse.csc_matrix,
    information: FloatArray,
    settings: LikelihoodSettings,
) -> FloatArray:
    """`term_log_ratios` of each of these terms: len(terms) x D."""
    result = np.empty((len(terms), profiles.shape[0]), dtype=np.float32)
    for row, term in enumerate(terms):
        ancestors = closure.indices[closure.indptr[term] : closure.indptr[term + 1]]
        result[row] = term_log_ratios(int(term), ancestors, profiles, information, settings)
    return result


def excluded_log_ratios(frequencies: sparse.csr_matrix, settings: LikelihoodSettings) -> sparse.csr_matrix:
    """Log-likelihood ratio of each term being excluded, D x T, less that of a disorder without the term.

    ln((1 - f) / (1 - u)), with f the disorder's frequency (kept below 0.98: a certain feature can be missed) and u the
    frequency in a disorder that is not annotated with the term. Terms that a disorder is not annotated with are 0, so
    that the matrix stays sparse; the common part ln((1 - u) / (1 - background)) is the same for every disorder.
    """
    present = np.minimum(frequencies.data, np.float32(0.98))
    values = np.log1p(-present) - np.float32(np.log1p(-settings.unannotated_frequency))
    values = np.minimum(values, 0.0).astype(np.float32)
    return sparse.csr_matrix((values, frequencies.indices, frequencies.indptr), shape=frequencies.shape)
