"""The knowledge base: every disorder's profile, how informative each finding is, and where each piece comes from.

It holds arrays and names only, so that it travels inside a packaged model without pickle: see
`domain.knowledge_arrays`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.ontology import PHENOTYPE_ROOT, Ontology, information_contents
from orphan_disease.domain.profiles import EvidenceRows, ProfileSettings, build_profiles

__all__ = ["DisorderFacts", "KnowledgeBase", "term_information"]

FloatArray = npt.NDArray[np.float32]


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
        information: T float32 information contents in nats, 0 outside "Phenotypic abnormality".
        settings: how rows became profiles.
    """

    version: str
    ontology: Ontology
    disorder_ids: tuple[str, ...]
    facts: DisorderFacts
    rows: EvidenceRows
    profiles: sparse.csr_matrix
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
        owners = rows.disorder.astype(np.intp)
        profiles = build_profiles(
            owners, rows, np.arange(len(rows)), n_owners=len(ids), closure=ontology.closure, settings=chosen
        )
        return cls(version, ontology, ids, facts, rows, profiles, term_information(profiles, ontology), chosen)

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

    @cached_property
    def profiles_by_term(self) -> sparse.csc_matrix:
        """`profiles` by column."""
        return sparse.csc_matrix(self.profiles)

    @cached_property
    def annotated(self) -> npt.NDArray[np.bool_]:
        """Which disorders have a profile at all."""
        return np.diff(self.profiles.indptr) > 0

    def without_references(self, references: Iterable[str]) -> "KnowledgeBase":
        """The same knowledge with every row that cites one of these publications left out.

        The information contents stay: they say how common a finding is among all disorders, not which one has it.
        """
        rows = self.rows.without(references)
        owners = rows.disorder.astype(np.intp)
        profiles = build_profiles(
            owners,
            rows,
            np.arange(len(rows)),
            n_owners=len(self),
            closure=self.ontology.closure,
            settings=self.settings,
        )
        return replace(self, rows=rows, profiles=profiles)


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
