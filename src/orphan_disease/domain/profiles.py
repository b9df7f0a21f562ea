"""What is known of each disorder, row by row, and the frequency profile that the rows add up to.

Every row keeps the publications that it cites, so that the rows of one paper can be left out for the case that the
paper describes: a case must never be recognised by its own description.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["EvidenceKind", "EvidenceRows", "ProfileSettings", "build_profiles"]

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]


class EvidenceKind(IntEnum):
    """Where a row comes from, strongest first."""

    ANNOTATION = 0  # curated: HPO's annotation files
    CASE = 1  # a confirmed patient of the case base
    NAME = 2  # a phenotype that the disorder's own name states
    RELATIVE = 3  # what a subtype, a broader entry or the same series has


@dataclass(frozen=True)
class ProfileSettings:
    """How rows become frequencies.

    Attributes:
        prior_frequency: frequency expected of an annotated feature before any patient is counted.
        prior_patients: how many patients that expectation is worth (beta-binomial pseudo-count).
        back_off_rows: own rows at which what relatives and the name say counts half.
    """

    prior_frequency: float = 0.5
    prior_patients: float = 1.0
    back_off_rows: float = 2.0


@dataclass(frozen=True, eq=False)
class EvidenceRows:
    """Rows of evidence, sorted by disorder.

    Attributes:
        disorder: R positions in the list of disorders.
        term: R positions in the ontology.
        present: patients with the feature, or pseudo-count of them, R float32.
        examined: patients examined for it, or pseudo-count, R float32.
        kind: R `EvidenceKind`.
        reference_ids: P publications.
        cited_row: row of each citation, C positions, sorted.
        cited_reference: publication of each citation, C positions.
    """

    disorder: IntArray
    term: IntArray
    present: FloatArray
    examined: FloatArray
    kind: npt.NDArray[np.int8]
    reference_ids: tuple[str, ...]
    cited_row: IntArray
    cited_reference: IntArray

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.disorder)

    @cached_property
    def _reference_places(self) -> dict[str, int]:
        return {reference: place for place, reference in enumerate(self.reference_ids)}

    @cached_property
    def _rows_by_reference(self) -> sparse.csr_matrix:
        shape = (len(self.reference_ids), len(self))
        ones = np.ones(len(self.cited_row), dtype=np.int8)
        return sparse.csr_matrix((ones, (self.cited_reference, self.cited_row)), shape=shape)

    def citing(self, reference: str) -> npt.NDArray[np.intp]:
        """Rows that cite this publication."""
        place = self._reference_places.get(reference)
        if place is None:
            return np.empty(0, dtype=np.intp)
        matrix = self._rows_by_reference
        return np.sort(matrix.indices[matrix.indptr[place] : matrix.indptr[place + 1]]).astype(np.intp)

    def of_disorders(self, disorders: npt.ArrayLike) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Rows of each of these disorders, and which of them (position in the argument) each row belongs to."""
        wanted = np.asarray(disorders, dtype=np.int32)
        first = np.searchsorted(self.disorder, wanted, side="left")
        counts = np.searchsorted(self.disorder, wanted, side="right") - first
        owners = np.repeat(np.arange(len(wanted)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(first, counts) + within, owners

    def without(self, references: Iterable[str]) -> "EvidenceRows":
        """The rows that cite none of these publications."""
        dropped = np.zeros(len(self), dtype=bool)
        for reference in references:
            dropped[self.citing(reference)] = True
        return self.keep(~dropped)

    def keep(self, mask: npt.NDArray[np.bool_]) -> "EvidenceRows":
        """The rows where `mask` holds."""
        places = np.cumsum(mask, dtype=np.int64) - 1
        cited = mask[self.cited_row]
        return EvidenceRows(
            disorder=self.disorder[mask],
            term=self.term[mask],
            present=self.present[mask],
            examined=self.examined[mask],
            kind=self.kind[mask],
            reference_ids=self.reference_ids,
            cited_row=places[self.cited_row[cited]].astype(np.int32),
            cited_reference=self.cited_reference[cited],
        )

    @classmethod
    def from_lists(
        cls,
        disorder: npt.ArrayLike,
        term: npt.ArrayLike,
        counts: tuple[npt.ArrayLike, npt.ArrayLike],
        kind: npt.ArrayLike,
        references: Sequence[Sequence[str]],
    ) -> "EvidenceRows":
        """Sort rows by disorder and number their references.

        Args:
            disorder: R positions.
            term: R positions.
            counts: patients with the feature, and patients examined, R each.
            kind: R kinds.
            references: the publications that each row cites.
        """
        disorders = np.asarray(disorder, dtype=np.int32)
        order = np.argsort(disorders, kind="stable")
        lengths = np.array([len(references[place]) for place in order], dtype=np.int64)
        cited = [reference for place in order for reference in references[place]]
        reference_ids = tuple(sorted(set(cited)))
        places = {reference: place for place, reference in enumerate(reference_ids)}
        return cls(
            disorder=disorders[order],
            term=np.asarray(term, dtype=np.int32)[order],
            present=np.asarray(counts[0], dtype=np.float32)[order],
            examined=np.asarray(counts[1], dtype=np.float32)[order],
            kind=np.asarray(kind, dtype=np.int8)[order],
            reference_ids=reference_ids,
            cited_row=np.repeat(np.arange(len(order)), lengths).astype(np.int32),
            cited_reference=np.array([places[reference] for reference in cited], dtype=np.int32),
        )


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
    `prior_frequency` and a the `prior_patients`. What relatives and the name say is weakened by the own rows there
    are. An ancestor is as frequent as its most frequent descendant.

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
    back_off = rows.kind[selected] >= EvidenceKind.NAME
    own = np.bincount(owners[~back_off], minlength=n_owners)
    weakening = settings.back_off_rows / (settings.back_off_rows + own)
    keys = owners.astype(np.int64) * n_terms + rows.term[selected]
    direct_keys, direct = _frequencies(keys[~back_off], rows, selected[~back_off], settings)
    borrowed_keys, borrowed = _frequencies(keys[back_off], rows, selected[back_off], settings)
    borrowed = borrowed * weakening[borrowed_keys // n_terms]
    all_keys = np.concatenate([direct_keys, borrowed_keys])
    return _propagate(all_keys, np.concatenate([direct, borrowed]), n_owners, closure)


def _frequencies(
    keys: npt.NDArray[np.int64], rows: EvidenceRows, selected: npt.NDArray[np.intp], settings: ProfileSettings
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    unique, inverse = np.unique(keys, return_inverse=True)
    present = np.bincount(inverse, weights=rows.present[selected], minlength=len(unique))
    examined = np.bincount(inverse, weights=rows.examined[selected], minlength=len(unique))
    prior = settings.prior_patients
    frequency = (present + prior * settings.prior_frequency) / (examined + prior)
    seen = present > 0
    return unique[seen], frequency[seen]


def _propagate(
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
