"""What is known of each disorder, row by row.

Every row keeps the publications that it cites, so that the rows of one paper can be left out for the case that the
paper describes: a case must never be recognised by its own description.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["EvidenceKind", "EvidenceRows"]

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]


class EvidenceKind(IntEnum):
    """Where a row comes from, strongest first."""

    ANNOTATION = 0  # curated: HPO's annotation files
    CASE = 1  # a confirmed patient of the case base
    NAME = 2  # a phenotype that the disorder's own name states
    RELATIVE = 3  # what a subtype, a broader entry or the same series has


@dataclass(frozen=True, eq=False)
class EvidenceRows:
    """Rows of evidence, sorted by disorder.

    Attributes:
        disorder: R positions in the list of disorders.
        term: R positions in the ontology.
        present: patients with the feature, or pseudo-count of them, R float32. Of a name or a relative: the share that
            the row lends to the frequency.
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

    def cites(self, reference: str) -> bool:
        """Whether any row cites this publication."""
        return reference in self._reference_places

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

    def for_disorders(self, disorders: npt.NDArray[np.intp]) -> "EvidenceRows":
        """The rows of these disorders, which are numbered by their place in the argument.

        Args:
            disorders: positions, in ascending order.
        """
        kept = self.keep(np.isin(self.disorder, disorders))
        return replace(kept, disorder=np.searchsorted(disorders, kept.disorder).astype(np.int32))

    def copied(
        self,
        selected: npt.NDArray[np.intp],
        disorder: npt.NDArray[np.intp],
        present: npt.ArrayLike,
        kind: EvidenceKind,
    ) -> "EvidenceRows":
        """Rows lent to other disorders, with their citations.

        Args:
            selected: positions of the rows to copy.
            disorder: the disorder that each copy belongs to.
            present: its share.
            kind: its kind.
        """
        order = np.argsort(disorder, kind="stable")
        sources = selected[order]
        first = np.searchsorted(self.cited_row, sources, side="left")
        counts = np.searchsorted(self.cited_row, sources, side="right") - first
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return EvidenceRows(
            disorder=disorder[order].astype(np.int32),
            term=self.term[sources],
            present=np.asarray(present, dtype=np.float32)[order],
            examined=np.ones(len(order), dtype=np.float32),
            kind=np.full(len(order), kind, dtype=np.int8),
            reference_ids=self.reference_ids,
            cited_row=np.repeat(np.arange(len(order)), counts).astype(np.int32),
            cited_reference=self.cited_reference[np.repeat(first, counts) + within],
        )

    @classmethod
    def concatenate(cls, parts: Sequence["EvidenceRows"]) -> "EvidenceRows":
        """All the rows, sorted by disorder, their references numbered anew."""
        reference_ids = tuple(sorted({reference for part in parts for reference in part.reference_ids}))
        places = {reference: place for place, reference in enumerate(reference_ids)}
        disorder = np.concatenate([part.disorder for part in parts])
        order = np.argsort(disorder, kind="stable")
        moved = np.empty(len(order), dtype=np.int64)
        moved[order] = np.arange(len(order))
        offsets = np.cumsum([0, *(len(part) for part in parts)])
        cited_row = moved[
            np.concatenate([part.cited_row + offset for part, offset in zip(parts, offsets[:-1], strict=True)])
        ]
        renumbered = [np.array([places[each] for each in part.reference_ids], dtype=np.int32) for part in parts]
        cited = np.concatenate([table[part.cited_reference] for table, part in zip(renumbered, parts, strict=True)])
        by_row = np.argsort(cited_row, kind="stable")
        return cls(
            disorder=disorder[order],
            term=np.concatenate([part.term for part in parts])[order],
            present=np.concatenate([part.present for part in parts])[order],
            examined=np.concatenate([part.examined for part in parts])[order],
            kind=np.concatenate([part.kind for part in parts])[order],
            reference_ids=reference_ids,
            cited_row=cited_row[by_row].astype(np.int32),
            cited_reference=cited[by_row].astype(np.int32),
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
