"""Candidates side by side under one protocol: first what to do about the imbalance, then which family.

The strategies against imbalance are compared on one fast family; the one that wins is used by all the others. That
costs `strategies + families - 1` cross-validations instead of their product. The ensemble costs none: its out-of-fold
answers are the mean of its members', which are there already.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames.features import (
    CANDIDATE,
    CASES,
    GROUPS,
    HEAD,
    HIGH,
    LOW,
    METRIC,
    VALUE,
    raw_column,
)
from orphan_disease.contracts.parameters.modelling import Family, Resampling, SelectionParams
from orphan_disease.domain.classifiers import AveragedClassifier, Classifier
from orphan_disease.domain.selection import Cost, select_candidate
from orphan_disease.domain.validation import (
    Candidate,
    CrossValidated,
    FitSettings,
    TrainingSet,
    cross_validate,
    measure_candidate,
    single_case_latency,
)

__all__ = ["Comparison", "compare_candidates", "comparison_tables", "read_costs", "read_probabilities"]

_FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int], object]

COSTS: Final = ("fit_seconds", "milliseconds_per_case", "megabytes")


@dataclass(frozen=True, eq=False)
class Comparison:
    """What each candidate answered out of fold, and what it costs, by its name."""

    probabilities: Mapping[str, _FloatArray]
    costs: Mapping[str, Cost]


def compare_candidates(  # noqa: PLR0913, PLR0917  # what to compare, with what, chosen how
    training: TrainingSet,
    settings: FitSettings,
    strategies: Sequence[Resampling],
    families: Sequence[Family],
    selection: SelectionParams,
    progress: Progress = lambda count: None,
) -> Comparison:
    """Cross-validate every strategy on one family, then every family with the strategy that won.

    Args:
        training: cases of one head.
        settings: hyper-parameters, plan, pool, seed.
        strategies: what may be done about the imbalance; "augmentation" is passed over where there is no pool.
        families: to compare.
        selection: how the best strategy is chosen.
        progress: told 1 after each candidate.
    """
    usable = [each for each in strategies if settings.pool is not None or each is not Resampling.AUGMENTATION]
    first = settings.params.resampling_family
    found: dict[str, CrossValidated] = {}
    for strategy in usable:
        _validate(Candidate(first, strategy), training, settings, found, progress)
    costs = {name: _cost(answer, training) for name, answer in found.items()}
    answers = {name: answer.probabilities for name, answer in found.items()}
    chosen = select_candidate(answers, costs, training, selection, seed=settings.seed).name
    strategy = next(each for each in usable if Candidate(first, each).name == chosen)
    for family in sorted(families, key=lambda each: each is Family.ENSEMBLE):  # after its members
        _validate(Candidate(family, strategy), training, settings, found, progress)
    return Comparison(
        {name: answer.probabilities for name, answer in found.items()},
        {name: _cost(answer, training) for name, answer in found.items()},
    )


def comparison_tables(
    head: str, comparison: Comparison, training: TrainingSet, selection: SelectionParams, *, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The comparison as the tables `candidate_metrics` and `candidate_predictions` of `contracts.frames.features`."""
    measured, answered = [], []
    for name, probabilities in comparison.probabilities.items():
        figures = measure_candidate(probabilities, training, selection, seed=seed)
        measured.append(figures.assign(**{HEAD: head, CANDIDATE: name}))
        costs = {cost: getattr(comparison.costs[name], cost) for cost in COSTS}
        measured.append(pd.DataFrame({METRIC: list(costs), VALUE: list(costs.values()), HEAD: head, CANDIDATE: name}))
        answers = pd.DataFrame(probabilities, columns=[raw_column(each) for each in training.classes])
        answers[columns.CASE_ID] = list(training.features.index)
        answered.append(answers.assign(**{HEAD: head, CANDIDATE: name}))
    metrics = pd.concat(measured, ignore_index=True).astype({CASES: "Int64", GROUPS: "Int64"})
    order = [HEAD, CANDIDATE, columns.PROVENANCE, METRIC, VALUE, LOW, HIGH, CASES, GROUPS]
    return metrics[order], pd.concat(answered, ignore_index=True)


def read_probabilities(predictions: pd.DataFrame, head: str, training: TrainingSet) -> dict[str, _FloatArray]:
    """Out-of-fold probabilities (n x K) of every candidate of a head, in the order of the training set."""
    names = [raw_column(each) for each in training.classes]
    own = predictions[predictions[HEAD] == head]
    return {
        str(name): part.set_index(columns.CASE_ID).loc[training.features.index, names].to_numpy(dtype=np.float64)
        for name, part in own.groupby(CANDIDATE, sort=False)
    }


def read_costs(metrics: pd.DataFrame, head: str) -> dict[str, Cost]:
    """Costs of every candidate of a head."""
    own = metrics[(metrics[HEAD] == head) & metrics[METRIC].isin(COSTS)]
    table = own.pivot_table(index=CANDIDATE, columns=METRIC, values=VALUE)
    return {str(name): Cost(**{cost: float(row[cost]) for cost in COSTS}) for name, row in table.iterrows()}


def _validate(
    candidate: Candidate,
    training: TrainingSet,
    settings: FitSettings,
    found: dict[str, CrossValidated],
    progress: Progress,
) -> None:
    """Add a candidate's answers to `found`, unless they are there."""
    if candidate.name in found:
        return
    members = {each: Candidate(each, candidate.resampling).name for each in settings.params.ensemble.members}
    if candidate.family is Family.ENSEMBLE and set(members.values()) <= set(found):
        found[candidate.name] = _averaged({family: found[name] for family, name in members.items()})
    else:
        found[candidate.name] = cross_validate(candidate, training, settings)
    progress(1)


def _averaged(members: Mapping[Family, CrossValidated]) -> CrossValidated:
    """The ensemble as its own cross-validation would give it, from that of its members."""
    examples = {family: member.example for family, member in members.items()}
    first = next(iter(examples.values()))
    average = AveragedClassifier({family: example.estimator for family, example in examples.items()})
    return CrossValidated(
        probabilities=np.mean([member.probabilities for member in members.values()], axis=0),
        fit_seconds=sum(member.fit_seconds for member in members.values()),
        example=Classifier(Family.ENSEMBLE, first.classes, first.feature_names, average),
    )


def _cost(answer: CrossValidated, training: TrainingSet) -> Cost:
    latency = single_case_latency(answer.example.predict_probabilities, training.features)
    return Cost(answer.fit_seconds, latency, answer.example.megabytes)
