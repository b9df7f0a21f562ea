"""Similarity by information content: Resnik (1995), https://arxiv.org/abs/cmp-lg/9511007, and what was built on it."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["term_shared_information"]

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
