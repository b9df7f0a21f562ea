"""Teach the re-ranker: by confirmed patients, and by simulated ones who stand for the patients that are not there yet.

A simulated patient is drawn from the very annotations that score it, so that the right disorder fits far better than
it would a real patient, and trees taught by such patients trust a perfect fit. Therefore each simulated patient is
taken for the patient of one publication that its disorder's annotations cite, chosen at random, and what that
publication says is left out when the patient is scored: as it is for a published patient, and as it is for a patient
of the next hospital, who is in no publication at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.parameters.modelling import RerankerParams
from orphan_disease.contracts.vocabulary import Provenance, Split
from orphan_disease.domain.candidates import CandidateSet
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.demographic_evidence import DemographicEvidence
from orphan_disease.domain.evidence_rows import EvidenceKind
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.ranking import Ranker
from orphan_disease.domain.ranking_metrics import TieRanks, expected_recall, expected_reciprocal_rank
from orphan_disease.domain.reranker import (
    FloatArray,
    Reranker,
    RerankerSettings,
    TrainingCandidates,
    fit_probabilities,
    fit_reranker,
    out_of_fold_margins,
)
from orphan_disease.domain.simulation import simulate_cases
from orphan_disease.domain.simulation_knowledge import SimulationKnowledge

__all__ = ["FittedReranker", "learn_ranking", "short_lists", "simulated_patients", "training_patients"]

Progress = Callable[[int], object]
MEASURED_DEPTHS: Final = (1, 10)


@dataclass(frozen=True, eq=False)
class FittedReranker:
    """What was learned of ranking.

    Attributes:
        reranker: None where nothing was learned that ranks better than the fusion: then the fusion ranks.
        metrics: out-of-fold figures, `<patients>.<method>.<figure>`; patients are `confirmed`, `confirmed_case_base`
            or `simulated`, the methods `fusion` and `reranker`.
    """

    reranker: Reranker | None
    metrics: Mapping[str, float] = field(default_factory=dict)


def training_patients(
    cases: pd.DataFrame, labels: pd.DataFrame, split: pd.DataFrame, knowledge: KnowledgeBase, params: RerankerParams
) -> pd.DataFrame:
    """Real training patients of disorders that the knowledge lists, with DISORDER_ID; at most so many a disorder.

    Args:
        cases: the `cases` table.
        labels: the `labels` table.
        split: the `split_assignment` table.
        knowledge: the disorders.
        params: limits and seed.
    """
    training = split.loc[split[columns.SPLIT] == Split.TRAIN.value, columns.CASE_ID]
    chosen = labels[
        labels[columns.IS_ORPHAN]
        & (labels[columns.PROVENANCE] != Provenance.SIMULATED.value)
        & labels[columns.CASE_ID].isin(training)
        & labels[columns.DISORDER_ID].isin(knowledge.index.keys())
    ][[columns.CASE_ID, columns.DISORDER_ID]]
    known = cases[cases[columns.OBSERVED_TERMS].map(len) > 0].merge(chosen, on=columns.CASE_ID, validate="one_to_one")
    shuffled = known.sort_values(columns.CASE_ID).sample(frac=1.0, random_state=params.seed)
    few = shuffled.groupby(columns.DISORDER_ID, sort=False).head(params.maximum_cases_per_disorder)
    return few.head(params.maximum_cases).reset_index(drop=True)


def simulated_patients(
    knowledge: KnowledgeBase,
    simulation: SimulationKnowledge,
    held_out: Sequence[str],
    params: RerankerParams,
    simulation_params: SimulationParams,
) -> pd.DataFrame:
    """Simulated patients of as many disorders, one each, each with a publication of its disorder as REFERENCE.

    Args:
        knowledge: the disorders.
        simulation: the same, ready to draw patients from.
        held_out: disorders that no patient is drawn of: those held out for testing.
        params: how many, and the seed.
        simulation_params: how a patient is drawn.
    """
    drawn = np.random.default_rng(params.seed)
    refused = set(held_out)
    usable = [each for each in knowledge.disorder_ids if each in simulation.profiles.index and each not in refused]
    size = min(params.simulated_patients, len(usable))
    chosen = [usable[place] for place in np.sort(drawn.choice(len(usable), size=size, replace=False))]
    patients = simulate_cases(simulation, chosen, seed=params.seed, params=simulation_params, prefix="RNK")
    cited = [_cited_publications(knowledge, knowledge.index[each]) for each in chosen]
    references = [str(drawn.choice(each)) if len(each) else None for each in cited]
    patients = patients.assign(**{columns.REFERENCE: references, columns.DISORDER_ID: chosen})
    return patients[patients[columns.OBSERVED_TERMS].map(len) > 0].reset_index(drop=True)


def learn_ranking(
    patients: Mapping[str, pd.DataFrame],
    knowledge: KnowledgeBase,
    demographics: DemographicEvidence,
    params: RerankerParams,
    progress: Progress,
) -> FittedReranker:
    """Fit the re-ranker, judge it by folds of whole disorders, and keep it if it ranks better than the fusion.

    Args:
        patients: name -> patients of `training_patients` or `simulated_patients`; those named `confirmed` are scored a
            second time with the case base, where there is one.
        knowledge: the disorders, with the case base.
        demographics: what age and sex say of them.
        params: how the trees are grown.
        progress: told how many patients have just been scored.

    Returns:
        The re-ranker, or none if there are fewer patients than needed or their rankings did not improve.
    """
    bare = knowledge.without_case_base()
    lists = {
        name: short_lists(frame, Ranker(bare, demographics=demographics), params.batch_cases, progress)
        for name, frame in patients.items()
        if len(frame)
    }
    if len(knowledge.enriched) and "confirmed" in lists:
        taught = Ranker(knowledge, demographics=demographics)
        lists["confirmed_case_base"] = short_lists(patients["confirmed"], taught, params.batch_cases, progress)
    found = sum(int(part.is_right.any(axis=1).sum()) for part in lists.values())
    if found < params.minimum_cases:
        return FittedReranker(None)
    settings = RerankerSettings(
        seed=params.seed, rounds=params.rounds, folds=params.folds, case_handicap=params.case_handicap
    )
    training = list(lists.values())
    margins = out_of_fold_margins(training, settings)
    temperature, _ = fit_probabilities(margins, training)
    metrics = {
        f"{name}.{figure}": value
        for name, part, trees in zip(lists, training, margins, strict=True)
        for values in [trees + np.float32(temperature) * part.prior]
        for figure, value in _figures(part, values).items()
    }
    judged = next(name for name in ("confirmed_case_base", "confirmed", "simulated", *lists) if name in lists)
    better = metrics[f"{judged}.reranker.mean_reciprocal_rank"] > metrics[f"{judged}.fusion.mean_reciprocal_rank"]
    return FittedReranker(fit_reranker(training, settings, margins) if better else None, metrics)


def short_lists(patients: pd.DataFrame, ranker: Ranker, batch_cases: int, progress: Progress) -> TrainingCandidates:
    """The candidates of each patient, the own publication left out.

    Args:
        patients: cases with DISORDER_ID, a disorder of the knowledge.
        ranker: scores them.
        batch_cases: patients scored at once.
        progress: told how many patients have just been scored.
    """
    knowledge = ranker.knowledge
    parts: list[CandidateSet] = []
    priors: list[FloatArray] = []
    for start in range(0, len(patients), batch_cases):
        rows = patients.iloc[start : start + batch_cases]
        scores = ranker.score(CaseBatch.from_frame(rows, knowledge.ontology), "own")
        parts.append(scores.candidates)
        priors.append(scores.prior)
        progress(len(rows))
    disorders = [str(each) for each in patients[columns.DISORDER_ID]]
    truth = np.array([knowledge.index[each] for each in disorders], dtype=np.intp)
    return TrainingCandidates.of(CandidateSet.concatenate(parts), truth, disorders, np.concatenate(priors))


def _figures(part: TrainingCandidates, margins: FloatArray) -> dict[str, float]:
    """Recall and reciprocal rank by the fusion's order, in which the candidates come, and by the margins."""
    places = np.broadcast_to(-np.arange(margins.shape[1], dtype=np.float32), margins.shape)
    figures = {}
    for method, scores in (("fusion", places), ("reranker", margins)):
        own = np.where(part.is_right, scores, -np.inf).max(axis=1)
        listed = np.isfinite(own)
        better = np.where(listed, (scores > own[:, None]).sum(axis=1), np.inf)
        ranks = TieRanks(better, np.maximum((scores == own[:, None]).sum(axis=1), 1))
        for depth in MEASURED_DEPTHS:
            figures[f"{method}.recall_at_{depth}"] = float(expected_recall(ranks, depth).mean())
        figures[f"{method}.mean_reciprocal_rank"] = float(expected_reciprocal_rank(ranks).mean())
    return figures


def _cited_publications(knowledge: KnowledgeBase, place: int) -> npt.NDArray[np.str_]:
    """The publications that the disorder's own annotations cite."""
    rows = knowledge.rows
    own, _ = rows.of_disorders([place])
    own = own[rows.kind[own] == EvidenceKind.ANNOTATION]
    cited = rows.cited_reference[np.isin(rows.cited_row, own)]
    return np.array([rows.reference_ids[each] for each in np.unique(cited)], dtype=np.str_)
