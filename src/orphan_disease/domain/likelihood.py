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

__all__ = ["LikelihoodSettings", "excluded_log_ratios", "term_log_ratios"]

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LikelihoodSettings:
    """Strength of each part of the model.

    Attributes:
        imprecision_cost: share of the information lost between a finding and the annotated ancestor that explains it
            that is counted against the disorder, 0 to 1 and above.
        noise_ratio: likelihood ratio of a finding that the disorder does not explain; below 1.
        least_frequency: an annotated feature counts as at least this frequent when it is observed: patients who are
            written about have the rare features too.
        unannotated_frequency: frequency of a feature that the disorder is not annotated with, for excluded findings.
        greatest_frequency: no feature is more frequent than this, for excluded findings: a certain one can be missed.
        excluded_weight: weight of an excluded finding against an observed one. Exclusions overlap, and name what
            authors thought of, which is what the disorder often has.
    """

    imprecision_cost: float = 1.5
    noise_ratio: float = 0.1
    least_frequency: float = 0.2
    unannotated_frequency: float = 0.02
    greatest_frequency: float = 0.95
    excluded_weight: float = 0.3


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


def excluded_log_ratios(frequencies: sparse.csr_matrix, settings: LikelihoodSettings) -> sparse.csr_matrix:
    """Log-likelihood ratio of each term being excluded, D x T, less that of a disorder without the term.

    w ln((1 - f) / (1 - u)), with w the weight, f the disorder's frequency and u the frequency in a disorder that is not
    annotated with the term; never above 0. Terms that a disorder is not annotated with are 0, so that the matrix stays
    sparse; the part that is the same for every disorder is left out.
    """
    present = np.minimum(frequencies.data, np.float32(settings.greatest_frequency))
    values = np.log1p(-present) - np.float32(np.log1p(-settings.unannotated_frequency))
    weighted = np.float32(settings.excluded_weight) * np.minimum(values, 0.0)
    weighted = weighted.astype(np.float32)
    return sparse.csr_matrix((weighted, frequencies.indices, frequencies.indptr), shape=frequencies.shape)
