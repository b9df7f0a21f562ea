"""The frequency profile of a disorder: what its rows of evidence add up to."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.evidence_rows import EvidenceKind, EvidenceRows

__all__ = ["ProfileSettings", "build_profiles", "count_rows", "profile_totals", "propagate"]

MOST_BORROWED: Final = 0.9  # what relatives have is never certain


@dataclass(frozen=True)
class ProfileSettings:
    """How rows become frequencies.

    Attributes:
        prior_frequency: frequency expected of an annotated feature before any patient is counted.
        prior_patients: how many patients that expectation is worth (beta-binomial pseudo-count).
        back_off_rows: own rows at which what relatives and the name say counts half.
        least_borrowed: a borrowed frequency below this is dropped.
    """

    prior_frequency: float = 0.5
    prior_patients: float = 3.0
    back_off_rows: float = 2.0
    least_borrowed: float = 0.02


def build_profiles(  # noqa: PLR0913  # one argument a column of the rows
    owners: npt.NDArray[np.intp],
    rows: EvidenceRows,
    selected: npt.NDArray[np.intp],
    *,
    n_owners: int,
    closure: sparse.csr_matrix,
    settings: ProfileSettings,
) -> sparse.csr_matrix:
    """Frequency of each feature and of everything that it implies, in each of `n_owners` profiles.

    A feature counted in n of m patients has the frequency (n + a p) / (m + a) of a beta-binomial model with p the
    `prior_frequency` and a the `prior_patients`; one that no patient has is no part of the profile. What relatives and
    the name say, a mean over them, is weakened by the own rows there are: it matters where little is known. An
    ancestor is as frequent as its most frequent descendant.

    Args:
        owners: the profile that each selected row belongs to.
        rows: the evidence.
        selected: the rows to use, as long as `owners`.
        n_owners: number of profiles.
        closure: T x T, each term's row holding its ancestors and itself.
        settings: pseudo-counts.

    Returns:
        n_owners x T float32 frequencies in [0, 1], with sorted indices; no entry where nothing is known.
    """
    n_terms = closure.shape[0]
    borrowed = rows.kind[selected] >= EvidenceKind.NAME
    own = np.bincount(owners[~borrowed], minlength=n_owners)
    keys = owners.astype(np.int64) * n_terms + rows.term[selected]
    own_keys, own_values = _own_frequencies(keys[~borrowed], rows, selected[~borrowed], settings)
    kin_keys, kin_values = _borrowed_frequencies(keys[borrowed], rows, selected[borrowed])
    kin_values = kin_values * (settings.back_off_rows / (settings.back_off_rows + own))[kin_keys // n_terms]
    kept = kin_values >= settings.least_borrowed
    return propagate(
        np.concatenate([own_keys, kin_keys[kept]]), np.concatenate([own_values, kin_values[kept]]), n_owners, closure
    )


_Counted = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]


def _own_frequencies(
    keys: npt.NDArray[np.int64], rows: EvidenceRows, selected: npt.NDArray[np.intp], settings: ProfileSettings
) -> _Counted:
    unique, inverse = np.unique(keys, return_inverse=True)
    present = np.bincount(inverse, weights=rows.present[selected], minlength=len(unique))
    examined = np.bincount(inverse, weights=rows.examined[selected], minlength=len(unique))
    prior = settings.prior_patients
    frequency = (present + prior * settings.prior_frequency) / (examined + prior)
    seen = present > 0
    return unique[seen], frequency[seen]


def _borrowed_frequencies(keys: npt.NDArray[np.int64], rows: EvidenceRows, selected: npt.NDArray[np.intp]) -> _Counted:
    unique, inverse = np.unique(keys, return_inverse=True)
    share = np.bincount(inverse, weights=rows.present[selected], minlength=len(unique))
    return unique, np.minimum(share, MOST_BORROWED)


def propagate(
    keys: npt.NDArray[np.int64], values: npt.NDArray[np.float64], n_owners: int, closure: sparse.csr_matrix
) -> sparse.csr_matrix:
    """Give every ancestor the largest value among its descendants."""
    n_terms = closure.shape[0]
    terms = keys % n_terms
    counts = np.diff(closure.indptr)[terms]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    ancestors = closure.indices[np.repeat(closure.indptr[terms], counts) + within]
    implied = np.repeat(keys - terms, counts) + ancestors
    order = np.argsort(implied, kind="stable")
    sorted_keys = implied[order]
    starts = np.flatnonzero(np.diff(sorted_keys, prepend=-1))
    largest = np.maximum.reduceat(np.repeat(values, counts)[order], starts) if len(starts) else np.empty(0)
    places = sorted_keys[starts]
    shape = (n_owners, n_terms)
    indptr = np.searchsorted(places, np.arange(n_owners + 1, dtype=np.int64) * n_terms)
    return sparse.csr_matrix((largest.astype(np.float32), (places % n_terms).astype(np.int32), indptr), shape=shape)


def count_rows(owners: npt.NDArray[np.intp], kinds: npt.NDArray[np.int8], n_owners: int) -> npt.NDArray[np.float32]:
    """Rows of each `EvidenceKind` of each owner: n_owners x 4."""
    width = len(EvidenceKind)
    flat = np.bincount(owners.astype(np.int64) * width + kinds, minlength=n_owners * width)
    return flat.reshape(n_owners, width).astype(np.float32)


def profile_totals(profiles: sparse.csr_matrix, information: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Of each profile: its terms, their information, the information expected of a patient, and its square: D x 4."""
    contents = information[profiles.indices]
    parts = (np.ones_like(contents), contents, contents * profiles.data, contents * contents * profiles.data)
    sums = [
        np.asarray(
            sparse.csr_matrix((part, profiles.indices, profiles.indptr), shape=profiles.shape).sum(axis=1)
        ).ravel()
        for part in parts
    ]
    return np.stack(sums, axis=1).astype(np.float64)
