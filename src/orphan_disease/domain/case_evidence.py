"""The evidence columns of a case: what the knowledge says for each category, pooled and learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.parameters.feature_engineering import EvidenceParams
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.evidence import NOT_HIDDEN, CategoryMembership, mask_disorders, pool_evidence
from orphan_disease.domain.evidence_rows import EvidenceKind
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.learned_evidence import LearnedEvidence, fit_learned_evidence
from orphan_disease.domain.ranking import LeaveOut, Ranker
from orphan_disease.domain.simulation import simulate_cases
from orphan_disease.domain.simulation_knowledge import SimulationKnowledge

__all__ = ["CategoryEvidence", "fit_category_evidence", "measure_evidence"]

_Hidden = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class CategoryEvidence:
    """How scores and findings become evidence for each category.

    Attributes:
        categories: K names.
        params: scorers, temperatures, ranks.
        learned: the models fitted to the annotated disorders.
    """

    categories: tuple[str, ...]
    params: EvidenceParams
    learned: LearnedEvidence

    def membership(self, knowledge: KnowledgeBase) -> CategoryMembership:
        """Which disorder of this knowledge is evidence for which category; the same for every batch."""
        return CategoryMembership(known_categories(knowledge), self.categories)

    def values(
        self,
        batch: CaseBatch,
        scorers: Mapping[str, npt.NDArray[np.float32]],
        membership: CategoryMembership,
        hidden: Sequence[frozenset[str]],
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Evidence of a batch that has been scored, by column name: n values each.

        Args:
            batch: n cases.
            scorers: name -> n x D scores of these cases; minus infinity hides a disorder.
            membership: of the disorders that were scored.
            hidden: n sets of disorders that must not have taught the learned evidence.
        """
        return {
            **pool_evidence(scorers, membership, self.params.scorers, self.params.top_ranks),
            **self.learned.features(batch.implied, hidden),
        }


def known_categories(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """The category of each disorder, unknown where it has no annotation to be evidence with."""
    annotated = knowledge.without_case_base().annotated
    return tuple(
        category if usable else UNKNOWN_CATEGORY
        for category, usable in zip(knowledge.facts.categories, annotated, strict=True)
    )


def citing_disorders(
    knowledge: KnowledgeBase, references: Sequence[str | None], leave_out: LeaveOut = "own"
) -> list[frozenset[str]]:
    """The disorders whose own annotations cite each case's publication: those that simulated patients are drawn by.

    Args:
        knowledge: with the annotations and what they cite.
        references: of n cases.
        leave_out: "none" leaves no publication out, so that no disorder is named.
    """
    if leave_out == "none":
        return [frozenset()] * len(references)
    return [_citing(knowledge, reference) if reference else frozenset() for reference in references]


def _citing(knowledge: KnowledgeBase, reference: str) -> frozenset[str]:
    rows = knowledge.rows.citing(reference)
    own = rows[knowledge.rows.kind[rows] == EvidenceKind.ANNOTATION]
    return frozenset(knowledge.disorder_ids[place] for place in np.unique(knowledge.rows.disorder[own]))


def fit_category_evidence(  # noqa: PLR0913  # knowledge to read, knowledge to draw from, three settings
    knowledge: KnowledgeBase,
    simulation: SimulationKnowledge,
    categories: Sequence[str],
    params: EvidenceParams,
    *,
    simulation_params: SimulationParams,
    seed: int,
) -> CategoryEvidence:
    """Fit the learned evidence to simulated patients of every annotated disorder with a known category.

    Args:
        knowledge: the disorders.
        simulation: the same disorders, ready to draw patients from.
        categories: K names.
        params: how evidence is pooled and learned.
        simulation_params: how a patient is drawn.
        seed: of patients, folds and weights.
    """
    codes = pd.Index(categories).get_indexer(pd.Index(known_categories(knowledge)))
    usable = [
        place for place in np.flatnonzero(codes >= 0) if knowledge.disorder_ids[place] in simulation.profiles.index
    ]
    chosen = np.repeat(np.array(usable, dtype=np.intp), params.learned.patients_per_disorder)
    disorder_ids = [knowledge.disorder_ids[place] for place in chosen]
    patients = simulate_cases(simulation, disorder_ids, seed=seed, params=simulation_params, prefix="KNO")
    observed = knowledge.ontology.indicator(list(patients[columns.OBSERVED_TERMS]))
    closed = knowledge.ontology.with_ancestors(observed)
    learned = fit_learned_evidence(closed, codes[chosen], disorder_ids, categories, params.learned, seed=seed)
    return CategoryEvidence(tuple(categories), params, learned)


def measure_evidence(
    cases: pd.DataFrame,
    ranker: Ranker,
    evidence: CategoryEvidence,
    *,
    hidden: _Hidden | None = None,
    leave_out: LeaveOut = "own",
) -> pd.DataFrame:
    """Evidence columns of many cases, in batches; the index is the case id.

    Args:
        cases: rows of the `cases` table.
        ranker: scores cases against the knowledge.
        evidence: how scores become evidence.
        hidden: the column of each case's disorder that is to be hidden, or -1; None hides nothing.
        leave_out: "own" leaves out, for each case, what its own publication brought into the knowledge.
    """
    knowledge = ranker.knowledge
    places = np.full(len(cases), NOT_HIDDEN) if hidden is None else hidden
    membership = evidence.membership(knowledge)
    parts = []
    for start in range(0, max(len(cases), 1), evidence.params.batch_cases):
        chosen = slice(start, start + evidence.params.batch_cases)
        batch = CaseBatch.from_frame(cases.iloc[chosen], knowledge.ontology)
        scorers = ranker.annotation_scorers(batch, leave_out)
        own = [frozenset({knowledge.disorder_ids[place]} if place != NOT_HIDDEN else ()) for place in places[chosen]]
        citing = citing_disorders(knowledge, batch.references, leave_out)
        masked = {name: mask_disorders(values, places[chosen]) for name, values in scorers.items()}
        unseen = [first | second for first, second in zip(own, citing, strict=True)]
        values = evidence.values(batch, masked, membership, unseen)
        parts.append(pd.DataFrame(values, index=pd.Index(batch.case_ids, name=columns.CASE_ID)))
    return pd.concat(parts)
