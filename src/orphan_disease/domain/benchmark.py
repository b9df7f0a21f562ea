"""Rank published cases by every method, in every mode of leakage.

Modes: annotations as released, where a case may be recognised by its own description (printed only beside the honest
figure); the case's own paper left out; every paper of the set left out. Whatever is learned is judged by folds that
keep all cases of a disorder together.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.benchmark import BenchmarkParams
from orphan_disease.domain.baselines import BASELINES
from orphan_disease.domain.candidates import CandidateSet
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.demographic_evidence import DemographicEvidence
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.left_out import leave_own_paper_out
from orphan_disease.domain.ranking import LIKELIHOOD, LeaveOut, Ranker
from orphan_disease.domain.ranking_metrics import UNRANKED, TieRanks, tie_ranks
from orphan_disease.domain.reranker import (
    FloatArray,
    Reranker,
    RerankerSettings,
    TrainingCandidates,
    fit_probabilities,
    fit_reranker,
    out_of_fold_margins,
    shares_of_margins,
)
from orphan_disease.domain.reranker_training import short_lists

__all__ = ["ALL_PAPERS", "AS_RELEASED", "MODES", "OWN_PAPER", "choose_cases", "rank_cases"]

AS_RELEASED: Final = "as_released"
OWN_PAPER: Final = "own_paper_left_out"
ALL_PAPERS: Final = "all_papers_left_out"
MODES: Final = (AS_RELEASED, OWN_PAPER, ALL_PAPERS)

FUSION: Final = "rank fusion"
RATIO: Final = "likelihood ratio with back-off"
RERANKED: Final = "learned re-ranker"
RERANKED_BY_SIMULATED: Final = "re-ranker taught by simulated patients alone"
WITH_CASES: Final = " + case base"
RANK_COLUMNS: Final = (
    "method",
    "mode",
    columns.CASE_ID,
    columns.DISORDER_ID,
    "better",
    "tied",
    "milliseconds",
    "has_case",
    "top_probability",
    "top_is_right",
)


@dataclass(eq=False)
class _Collected:
    """Ranks of one method, batch by batch; local to this module's loop."""

    better: list[FloatArray] = field(default_factory=list)
    tied: list[FloatArray] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, ranks: TieRanks, seconds: float) -> None:
        self.better.append(ranks.better.astype(np.float32))
        self.tied.append(ranks.tied.astype(np.float32))
        self.seconds += seconds


@dataclass(frozen=True, eq=False)
class _Judged:
    """The cases under judgement."""

    cases: CaseBatch
    truth: npt.NDArray[np.intp]
    disorder_ids: tuple[str, ...]
    has_case: npt.NDArray[np.bool_]


def choose_cases(cases: pd.DataFrame, params: BenchmarkParams) -> pd.DataFrame:
    """Cases with a diagnosis and an observed term, at most so many a disorder, in random but repeatable order."""
    diagnosed = cases[cases[columns.DIAGNOSIS_ID].notna() & (cases[columns.OBSERVED_TERMS].map(len) > 0)]
    shuffled = diagnosed.sort_values(columns.CASE_ID).sample(frac=1.0, random_state=params.seed)
    few = shuffled.groupby(columns.DIAGNOSIS_ID, sort=False).head(params.max_cases_per_disorder)
    return few.head(params.max_cases).reset_index(drop=True)


def rank_cases(
    chosen: pd.DataFrame,
    simulated: pd.DataFrame,
    knowledge: KnowledgeBase,
    demographics: DemographicEvidence,
    params: BenchmarkParams,
) -> pd.DataFrame:
    """Rank the cases by every method in every mode.

    Args:
        chosen: the cases, of `choose_cases`.
        simulated: patients of other disorders, of `reranker_training.simulated_patients`.
        knowledge: the knowledge base with its case base.
        demographics: what age and sex say of the disorders.
        params: choices.

    Returns:
        One row per method, mode and case: see `RANK_COLUMNS`.
    """
    bare = knowledge.without_case_base()
    judged = _judge(chosen, knowledge)
    references = [reference for reference in judged.cases.references if reference is not None]
    without_papers = bare.without_references(references)
    frames: list[pd.DataFrame] = []
    lists: dict[tuple[str, str], tuple[TrainingCandidates, float]] = {}
    unpublished = demographics.without_references(references)
    plan: Sequence[tuple[str, Ranker, LeaveOut, str]] = (
        (OWN_PAPER, Ranker(bare, demographics=demographics), "own", ""),
        (OWN_PAPER, Ranker(knowledge, demographics=demographics), "own", WITH_CASES),
        (AS_RELEASED, Ranker(bare, demographics=demographics), "none", ""),
        (ALL_PAPERS, Ranker(without_papers, demographics=unpublished), "none", ""),
    )
    for mode, ranker, leave_out, suffix in plan:
        if not suffix:
            frames.extend(_baseline_ranks(judged, ranker.knowledge, leave_out, mode, params))
        ranked, short_list, seconds = _product_ranks(judged, ranker, leave_out, params)
        frames.extend(_frame(name + suffix, mode, judged, ranks) for name, ranks in ranked.items())
        lists[mode, suffix] = (short_list, seconds)
    taught = fit_reranker([short_lists(simulated, plan[0][1], params.batch_cases, _unheard)], _settings(params))
    short_list, seconds = lists[OWN_PAPER, ""]
    margins, tree_seconds = _timed_margins(taught, short_list, params)
    ranks = _ranks_of(margins, short_list, seconds + tree_seconds)
    frames.append(_frame(RERANKED_BY_SIMULATED, OWN_PAPER, judged, ranks))
    frames.extend(_reranked(judged, lists, params, tree_seconds))
    return pd.concat(frames, ignore_index=True)


def _judge(chosen: pd.DataFrame, knowledge: KnowledgeBase) -> _Judged:
    """The cases, their disorders' positions, and whether another paper's case of it is in the case base."""
    truth = np.array([knowledge.index.get(each, UNRANKED) for each in chosen[columns.DIAGNOSIS_ID]], dtype=np.intp)
    cases = CaseBatch.from_frame(chosen, knowledge.ontology)
    counts = knowledge.row_counts[:, 1]
    has_case = np.zeros(len(chosen), dtype=bool)
    for start in range(0, len(chosen), 256):
        rows = np.arange(start, min(start + 256, len(chosen)))
        left = leave_own_paper_out(knowledge, cases.take(rows).identities)
        remaining = {
            (case, disorder): left.row_counts[place, 1]
            for place, (case, disorder) in enumerate(zip(left.case.tolist(), left.disorder.tolist(), strict=True))
        }
        for place, row in enumerate(rows):
            own = int(truth[row])
            has_case[row] = own != UNRANKED and remaining.get((place, own), counts[own]) > 0
    return _Judged(cases, truth, tuple(str(each) for each in chosen[columns.DIAGNOSIS_ID]), has_case)


def _batches(judged: _Judged, size: int) -> Iterator[tuple[npt.NDArray[np.intp], CaseBatch]]:
    for start in range(0, len(judged.cases), size):
        rows = np.arange(start, min(start + size, len(judged.cases)))
        yield rows, judged.cases.take(rows)


def _baseline_ranks(
    judged: _Judged, knowledge: KnowledgeBase, leave_out: LeaveOut, mode: str, params: BenchmarkParams
) -> list[pd.DataFrame]:
    """Ranks by the public methods, which see the disorders' own annotations."""
    collected = {name: _Collected() for name in BASELINES}
    shared = knowledge.information, knowledge.ontology.closure
    scorers = {name: method(knowledge.own_profiles, *shared) for name, method in BASELINES.items()}
    for rows, batch in _batches(judged, params.batch_cases):
        left = leave_own_paper_out(knowledge, batch.identities if leave_out == "own" else [])
        changed = sparse.csr_matrix(batch.observed[left.case])
        for name, scorer in scorers.items():
            begun = time.perf_counter()
            scores = scorer(batch.observed)
            seconds = time.perf_counter() - begun
            if len(left.case):
                own = BASELINES[name](left.own_profiles, *shared)(changed)
                scores[left.case, left.disorder] = np.diagonal(own)
            annotated = np.where(knowledge.annotated[None, :], scores, -np.inf)
            collected[name].add(tie_ranks(annotated, judged.truth[rows]), seconds)
    return [_frame(name, mode, judged, ranks) for name, ranks in collected.items()]


def _product_ranks(
    judged: _Judged, ranker: Ranker, leave_out: LeaveOut, params: BenchmarkParams
) -> tuple[dict[str, _Collected], TrainingCandidates, float]:
    """Ranks by the likelihood and the fusion, the short lists for the re-ranker, and the seconds it all took."""
    collected = {RATIO: _Collected(), FUSION: _Collected()}
    parts: list[CandidateSet] = []
    priors: list[FloatArray] = []
    total = 0.0
    for rows, batch in _batches(judged, params.batch_cases):
        begun = time.perf_counter()
        scores = ranker.score(batch, leave_out)
        seconds = time.perf_counter() - begun
        total += seconds
        parts.append(scores.candidates)
        priors.append(scores.prior)
        collected[RATIO].add(tie_ranks(scores.scorers[LIKELIHOOD], judged.truth[rows]), seconds)
        collected[FUSION].add(tie_ranks(scores.fused, judged.truth[rows]), seconds)
    candidates = CandidateSet.concatenate(parts)
    short_list = TrainingCandidates.of(candidates, judged.truth, judged.disorder_ids, np.concatenate(priors))
    return collected, short_list, total


def _unheard(scored: int) -> None:
    """Progress that nobody waits for."""


def _settings(params: BenchmarkParams) -> RerankerSettings:
    return RerankerSettings(
        rounds=params.reranker_rounds,
        folds=params.reranker_folds,
        case_handicap=params.case_handicap,
        seed=params.seed,
    )


def _timed_margins(
    reranker: Reranker, short_list: TrainingCandidates, params: BenchmarkParams
) -> tuple[FloatArray, float]:
    """Margins of every case, in batches, and the seconds that they took."""
    begun = time.perf_counter()
    cases = len(short_list.groups)
    parts = [
        reranker.margins(short_list.candidates.of_cases(np.arange(start, min(start + params.batch_cases, cases))))
        for start in range(0, cases, params.batch_cases)
    ]
    seconds = time.perf_counter() - begun
    return reranker.with_prior(np.concatenate(parts), short_list.prior), seconds


def _ranks_of(margins: FloatArray, short_list: TrainingCandidates, seconds: float) -> _Collected:
    """Places among the candidates; a disorder that is none of them is a miss."""
    own = np.where(short_list.is_right, margins, -np.inf).max(axis=1)
    better = np.where(np.isfinite(own), (margins > own[:, None]).sum(axis=1), np.inf)
    ranks = _Collected()
    ranks.add(TieRanks(better, np.maximum((margins == own[:, None]).sum(axis=1), 1)), seconds)
    return ranks


def _reranked(
    judged: _Judged,
    lists: Mapping[tuple[str, str], tuple[TrainingCandidates, float]],
    params: BenchmarkParams,
    tree_seconds: float,
) -> Iterator[pd.DataFrame]:
    """Ranks by trees that never saw a case of the disorder that they judge."""
    settings = _settings(params)
    learned = [key for key in lists if key[0] == OWN_PAPER]
    others = [key for key in lists if key[0] != OWN_PAPER]
    order = [*learned, *others]
    margins = out_of_fold_margins(
        [lists[key][0] for key in learned], settings, judged=[lists[key][0] for key in others]
    )
    for key, trees in zip(order, margins, strict=True):
        mode, suffix = key
        short_list, seconds = lists[key]
        temperature, elsewhere = fit_probabilities([trees], [short_list])
        values = np.asarray(trees + np.float32(temperature) * short_list.prior, dtype=np.float32)
        ranks = _ranks_of(values, short_list, seconds + tree_seconds)
        shares = shares_of_margins(values, temperature, elsewhere)
        top = values.argmax(axis=1)
        everyone = np.arange(len(top))
        yield _frame(RERANKED + suffix, mode, judged, ranks).assign(
            top_probability=shares[everyone, top], top_is_right=short_list.is_right[everyone, top]
        )


def _frame(method: str, mode: str, judged: _Judged, ranks: _Collected) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "method": method,
            "mode": mode,
            columns.CASE_ID: judged.cases.case_ids,
            columns.DISORDER_ID: judged.disorder_ids,
            "better": np.concatenate(ranks.better),
            "tied": np.concatenate(ranks.tied),
            "milliseconds": 1000 * ranks.seconds / max(len(judged.cases), 1),
            "has_case": judged.has_case,
            "top_probability": np.nan,
            "top_is_right": pd.Series(pd.NA, index=range(len(judged.cases)), dtype="boolean"),
        }
    )
