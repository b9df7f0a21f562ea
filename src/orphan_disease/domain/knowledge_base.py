"""The knowledge base: every disorder's profile, how informative each finding is, and where each piece comes from.

It holds arrays and names only, so that it travels inside a packaged model without pickle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.evidence_rows import EvidenceKind, EvidenceRows
from orphan_disease.domain.ontology import PHENOTYPE_ROOT, Ontology, information_contents
from orphan_disease.domain.profiles import ProfileSettings, build_profiles, count_rows, profile_totals

__all__ = ["DisorderFacts", "KnowledgeBase", "term_information"]

FloatArray = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class DisorderFacts:
    """What is looked up of each disorder, never predicted. All tuples have one item per disorder.

    Attributes:
        names: preferred name.
        members: every id that means this disorder, the preferred one among them.
        categories: category of the scheme, or "unknown".
        prevalence_classes: Orphanet's class, or None.
        onsets: Orphanet's classes of age at onset.
        inheritances: Orphanet's modes of inheritance.
    """

    names: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    categories: tuple[str, ...]
    prevalence_classes: tuple[str | None, ...]
    onsets: tuple[tuple[str, ...], ...]
    inheritances: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class KnowledgeBase:
    """Disorders, their evidence and what follows from it. D disorders, T ontology terms.

    Attributes:
        version: releases of what it was built from, in one line.
        ontology: the terms.
        disorder_ids: D preferred ids, sorted.
        facts: what is looked up.
        rows: the evidence, with the publications that each row cites.
        profiles: D x T float32 frequencies, ancestors included.
        own_profiles: the same from the disorder's own rows: nothing borrowed from kin or name.
        information: T float32 information contents in nats, 0 outside "Phenotypic abnormality".
        settings: how rows became profiles.
    """

    version: str
    ontology: Ontology
    disorder_ids: tuple[str, ...]
    facts: DisorderFacts
    rows: EvidenceRows
    profiles: sparse.csr_matrix
    own_profiles: sparse.csr_matrix
    information: FloatArray
    settings: ProfileSettings

    @classmethod
    def from_rows(  # noqa: PLR0913  # one argument a part
        cls,
        *,
        version: str,
        ontology: Ontology,
        disorder_ids: Iterable[str],
        facts: DisorderFacts,
        rows: EvidenceRows,
        settings: ProfileSettings | None = None,
    ) -> "KnowledgeBase":
        """Build the profiles and the information contents from the evidence."""
        ids = tuple(disorder_ids)
        chosen = settings or ProfileSettings()
        empty = sparse.csr_matrix(np.zeros((len(ids), 0), dtype=np.float32))
        bare = cls(
            version=version,
            ontology=ontology,
            disorder_ids=ids,
            facts=facts,
            rows=rows,
            profiles=empty,
            own_profiles=empty,
            information=np.zeros(len(ontology.term_ids), dtype=np.float32),
            settings=chosen,
        )
        profiled = bare.with_rows(rows)
        annotations = rows.keep(rows.kind == EvidenceKind.ANNOTATION)
        annotated = bare.with_rows(annotations).own_profiles
        return replace(profiled, information=term_information(annotated, ontology))

    def __len__(self) -> int:
        """Number of disorders."""
        return len(self.disorder_ids)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Any member id of a disorder -> its position."""
        return {
            member: place
            for place, members in enumerate(self.facts.members)
            for member in (*members, self.disorder_ids[place])
        }

    def disorders_of(self, diagnoses: Iterable[str]) -> tuple[str, ...]:
        """The preferred ids of the disorders that these ids mean, sorted; ids of no listed disorder are passed over."""
        return tuple(sorted({self.disorder_ids[self.index[each]] for each in diagnoses if each in self.index}))

    @cached_property
    def profiles_by_term(self) -> sparse.csc_matrix:
        """`profiles` by column."""
        return sparse.csc_matrix(self.profiles)

    @cached_property
    def annotated(self) -> npt.NDArray[np.bool_]:
        """Which disorders have a profile at all."""
        return np.diff(self.profiles.indptr) > 0

    @cached_property
    def own_profiles_by_term(self) -> sparse.csc_matrix:
        """`own_profiles` by column."""
        return sparse.csc_matrix(self.own_profiles)

    @cached_property
    def row_counts(self) -> FloatArray:
        """D x 4 rows of each kind."""
        return count_rows(self.rows.disorder.astype(np.intp), self.rows.kind, len(self))

    @cached_property
    def profile_totals(self) -> npt.NDArray[np.float64]:
        """D x 4: see `domain.profiles.profile_totals`."""
        return profile_totals(self.profiles, self.information)

    def profiles_of(self, owners: Places, selected: Places, n_owners: int) -> sparse.csr_matrix:
        """Profiles from a selection of the rows, each owned by one of `n_owners`."""
        return build_profiles(
            owners, self.rows, selected, n_owners=n_owners, closure=self.ontology.closure, settings=self.settings
        )

    def own_profiles_of(self, owners: Places, selected: Places, n_owners: int) -> sparse.csr_matrix:
        """The same with nothing borrowed."""
        own = self.rows.kind[selected] < EvidenceKind.NAME
        return self.profiles_of(owners[own], selected[own], n_owners)

    def with_rows(self, rows: EvidenceRows) -> "KnowledgeBase":
        """The same disorders with other evidence.

        The information contents stay: they say how common a finding is among all disorders, not which one has it.
        """
        bare = replace(self, rows=rows)
        owners, everything = rows.disorder.astype(np.intp), np.arange(len(rows))
        return replace(
            bare,
            profiles=bare.profiles_of(owners, everything, len(self)),
            own_profiles=bare.own_profiles_of(owners, everything, len(self)),
        )

    def without_references(self, references: Iterable[str]) -> "KnowledgeBase":
        """The same knowledge with every row that cites one of these publications left out."""
        return self.with_rows(self.rows.without(references))

    @cached_property
    def enriched(self) -> Places:
        """Positions of the disorders that the case base holds a patient of."""
        return np.unique(self.rows.disorder[self.rows.kind == EvidenceKind.CASE]).astype(np.intp)

    def of_disorders(self, places: Places) -> "KnowledgeBase":
        """The same knowledge of some disorders only.

        Args:
            places: their positions, in ascending order.
        """
        facts = {
            each.name: tuple(getattr(self.facts, each.name)[place] for place in places) for each in fields(self.facts)
        }
        return replace(
            self,
            disorder_ids=tuple(self.disorder_ids[place] for place in places),
            facts=DisorderFacts(**facts),
            rows=self.rows.for_disorders(places),
            profiles=sparse.csr_matrix(self.profiles[places]),
            own_profiles=sparse.csr_matrix(self.own_profiles[places]),
        )

    def without_case_base(self) -> "KnowledgeBase":
        """The same knowledge with every confirmed patient left out; itself where there is none."""
        return self._annotations_only if len(self.enriched) else self

    @cached_property
    def _annotations_only(self) -> "KnowledgeBase":
        return self.with_rows(self.rows.keep(self.rows.kind != EvidenceKind.CASE))


def term_information(profiles: sparse.csr_matrix, ontology: Ontology) -> FloatArray:
    """Information content of every term, in nats, over the disorders that have a profile.

    What is not below "Phenotypic abnormality" has none: 0.
    """
    total = int((np.diff(profiles.indptr) > 0).sum())
    counts = np.bincount(profiles.indices, minlength=profiles.shape[1])
    contents = information_contents(counts, max(total, 1)).astype(np.float32)
    if PHENOTYPE_ROOT in ontology.index:
        root = ontology.index[PHENOTYPE_ROOT]
        below = np.asarray(ontology.closure[:, [root]].toarray()).ravel() > 0
        contents[~below] = 0.0
        contents[root] = 0.0
    return contents
