"""The Human Phenotype Ontology as a graph: terms, ancestors, and how informative a term is.

Matrices are term by term, in the order of `Ontology.term_ids`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.domain.obo import OboContent, parse_obo

__all__ = [
    "PHENOTYPE_ROOT",
    "ROOT",
    "OboContent",
    "Ontology",
    "information_content",
    "information_contents",
    "parse_obo",
    "term_synonyms",
]

ROOT: Final = "HP:0000001"
PHENOTYPE_ROOT: Final = "HP:0000118"  # "Phenotypic abnormality": every symptom and sign is a descendant


@dataclass(frozen=True, eq=False)
class Ontology:
    """The current (non-obsolete) terms and how they descend from each other.

    Attributes:
        version: the release, such as "2025-01-16".
        term_ids: T current ids, sorted.
        labels: T labels, in the order of `term_ids`.
        closure: T x T float32; row i has 1 at i and at every ancestor of i.
        parents: T x T float32; row i has 1 at every direct parent of i.
        replacements: retired id (alternative or obsolete) -> current id.
    """

    version: str
    term_ids: tuple[str, ...]
    labels: tuple[str, ...]
    closure: sparse.csr_matrix
    parents: sparse.csr_matrix
    replacements: Mapping[str, str]

    phenotype_root: str = PHENOTYPE_ROOT

    @classmethod
    def from_frames(
        cls, terms: pd.DataFrame, edges: pd.DataFrame, alternatives: pd.DataFrame, version: str = ""
    ) -> "Ontology":
        """Build the graph from the three frames of `parse_obo`.

        Args:
            terms: with the column `release` where `version` is not given.
            edges: direct parents.
            alternatives: retired ids.
            version: the release; by default what `terms` says.

        Raises:
            ValueError: if an edge names a term that is not current, or the edges make a cycle.
        """
        current = terms.loc[~terms[columns.IS_OBSOLETE].astype(bool)].sort_values(columns.TERM_ID)
        term_ids = tuple(current[columns.TERM_ID])
        positions = pd.Index(term_ids)
        children = positions.get_indexer(pd.Index(edges[columns.TERM_ID]))
        parents_at = positions.get_indexer(pd.Index(edges[columns.PARENT_ID]))
        dangling = (children < 0) | (parents_at < 0)
        if dangling.any():
            first = edges.loc[dangling].iloc[0]
            raise ValueError(
                f"is_a {first[columns.TERM_ID]} -> {first[columns.PARENT_ID]}: both must be current terms of the file"
            )
        parents = _binary(children, parents_at, len(term_ids))
        known = frozenset(term_ids)
        replacements = dict(zip(alternatives[columns.ALTERNATIVE_ID], alternatives[columns.TERM_ID], strict=True))
        return cls(
            version=version or _release(terms),
            term_ids=term_ids,
            labels=tuple(current[columns.LABEL]),
            closure=_closure(parents, term_ids),
            parents=parents,
            replacements={
                old: target
                for old in replacements
                if old not in known and (target := _follow(old, replacements)) in known
            },
        )

    @cached_property
    def every_id(self) -> Mapping[str, str]:
        """Every id that means a current term, retired ones too -> the current id."""
        return {**self.replacements, **{term: term for term in self.term_ids}}

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Current id -> its row and column."""
        return {term_id: position for position, term_id in enumerate(self.term_ids)}

    @cached_property
    def _descending(self) -> sparse.csr_matrix:
        return sparse.csr_matrix(self.closure.T)

    def canonical(self, term_id: str) -> str | None:
        """The current id that `term_id` stands for; None where HPO knows no such term."""
        return term_id if term_id in self.index else self.replacements.get(term_id)

    def label_of(self, term_id: str) -> str:
        """The label of a term.

        Raises:
            KeyError: if HPO knows no such term.
        """
        return self.labels[self._position(term_id)]

    def ancestors(self, term_id: str) -> frozenset[str]:
        """The term and everything it is a kind of.

        Raises:
            KeyError: if HPO knows no such term.
        """
        return self._row(self.closure, term_id)

    def descendants(self, term_id: str) -> frozenset[str]:
        """The term and everything that is a kind of it.

        Raises:
            KeyError: if HPO knows no such term.
        """
        return self._row(self._descending, term_id)

    def positions(self, terms: Iterable[str]) -> frozenset[int]:
        """The rows of these terms; ids that HPO does not know are passed over."""
        return frozenset(self.index[current] for term in terms if (current := self.canonical(term)) is not None)

    def implied_by(self, terms: Iterable[str]) -> frozenset[int]:
        """The rows of these terms and of everything they are a kind of."""
        ends, ancestors = self.closure.indptr, self.closure.indices
        return frozenset().union(
            *(ancestors[ends[place] : ends[place + 1]].tolist() for place in self.positions(terms))
        )

    def indicator(self, list_of_term_lists: Sequence[Iterable[str]]) -> sparse.csr_matrix:
        """Which term each list names, as n x T float32 of 0 and 1, ancestors not added.

        Retired ids count as the current term; ids that HPO does not know are passed over (callers quarantine them).
        """
        places: list[int] = []
        ends = [0]
        for terms in list_of_term_lists:
            places += sorted(self.positions(terms))
            ends.append(len(places))
        parts = np.ones(len(places), np.float32), np.array(places, np.int32), np.array(ends, np.int32)
        return sparse.csr_matrix(parts, shape=(len(list_of_term_lists), len(self.term_ids)))

    def with_ancestors(self, terms: sparse.csr_matrix) -> sparse.csr_matrix:
        """Indicated terms and everything that they are a kind of, n x T of 0 and 1.

        Args:
            terms: n x T, as `indicator` gives them.
        """
        closed = sparse.csr_matrix(terms @ self.closure)
        closed.data[:] = 1.0
        return closed

    def _position(self, term_id: str) -> int:
        current = self.canonical(term_id)
        if current is None:
            raise KeyError(f"{term_id}: no such term in HPO {self.version}")
        return self.index[current]

    def _row(self, matrix: sparse.csr_matrix, term_id: str) -> frozenset[str]:
        row = self._position(term_id)
        places = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        return frozenset(self.term_ids[place] for place in places)


def term_synonyms(terms: pd.DataFrame) -> list[tuple[str, str]]:
    """Every synonym with its term, as (term id, synonym).

    Args:
        terms: the `hpo_terms` table.
    """
    pairs = terms[[columns.TERM_ID, columns.SYNONYMS]].explode(columns.SYNONYMS).dropna()
    return list(pairs.itertuples(index=False, name=None))


def _release(terms: pd.DataFrame) -> str:
    return str(terms[columns.RELEASE].iloc[0]) if columns.RELEASE in terms.columns and len(terms) else ""


def _follow(term_id: str, replacements: Mapping[str, str]) -> str:
    """The end of a chain of replacements; a loop ends where it closes."""
    seen = {term_id}
    while (target := replacements.get(term_id)) is not None and target not in seen:
        seen.add(target)
        term_id = target
    return term_id


def _binary(rows: npt.NDArray[np.intp], places: npt.NDArray[np.intp], size: int) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, places)), shape=(size, size))
    matrix.data[:] = 1.0  # an edge named twice is one edge
    return matrix


def _closure(parents: sparse.csr_matrix, term_ids: Sequence[str]) -> sparse.csr_matrix:
    """Reflexive and transitive closure, by squaring until nothing is added (depth 16 takes 5 products)."""
    size = parents.shape[0]
    reach = sparse.csr_matrix(parents + sparse.identity(size, dtype=np.float32, format="csr"))
    while True:
        further = sparse.csr_matrix(reach @ reach)
        further.data[:] = 1.0
        if further.nnz == reach.nnz:
            break
        reach = further
    both_ways = sparse.coo_matrix(reach.multiply(reach.T))
    if both_ways.nnz > size:
        place = int(both_ways.row[both_ways.row != both_ways.col][0])
        raise ValueError(f"{term_ids[place]}: is_a edges make a cycle; an ontology has none")
    reach.sort_indices()
    return reach


def information_content(annotated: int, total: int) -> float:
    """Information content of a term, in nats: -ln(annotated / total), after Resnik (1995).

    Args:
        annotated: disorders annotated to the term or a descendant; at least 1.
        total: disorders in the knowledge base; at least `annotated`.

    Raises:
        ValueError: if the counts are out of range.

    >>> round(information_content(10, 1000), 3)
    4.605
    """
    if not 1 <= annotated <= total:
        raise ValueError(f"annotated={annotated}, total={total}: expected 1 <= annotated <= total")
    return -math.log(annotated / total)


def information_contents(annotated: npt.ArrayLike, total: int) -> npt.NDArray[np.float64]:
    """Information content of many terms, in nats, after Resnik (1995).

    Args:
        annotated: disorders annotated to each term or a descendant, shape (T,), 0 to `total`. A term that no disorder
            has is counted as if one had it: ln(total), the most informative value that the knowledge supports.
        total: disorders in the knowledge base; at least 1.

    Raises:
        ValueError: if a count is out of range.
    """
    counts = np.asarray(annotated, dtype=np.float64)
    if total < 1 or (counts < 0).any() or (counts > total).any():
        raise ValueError(f"counts must lie between 0 and total={total}, and total be at least 1")
    contents: npt.NDArray[np.float64] = np.log(total) - np.log(np.maximum(counts, 1.0))
    return contents
