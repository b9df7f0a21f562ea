"""One protocol for every candidate: folds of whole groups, out-of-fold probabilities, time and size.

Folds are given (`split_assignment`): cases of one disorder, or of one publication, lie in one fold. So every
out-of-fold probability is that of a patient whose disorder no training patient had.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.modelling import (
    CandidateParams,
    Family,
    LearnFrom,
    Resampling,
    SelectionParams,
)
from orphan_disease.contracts.vocabulary import Provenance
from orphan_disease.domain import metrics
from orphan_disease.domain.classifiers import Classifier, build_estimator
from orphan_disease.domain.resampling import AugmentationPool, ResamplingPlan, resampled_estimator
from orphan_disease.domain.row_weights import WEIGHT_COLUMN, WeightInLastColumn, disorder_weights, with_weights

__all__ = [
    "Candidate",
    "CrossValidated",
    "FitSettings",
    "TrainingSet",
    "cross_validate",
    "fit_candidate",
    "fit_without",
    "may_teach",
    "measure_candidate",
    "single_case_latency",
]

_FloatArray = npt.NDArray[np.float64]
LATENCY_REPEATS: Final = 20


@dataclass(frozen=True)
class Candidate:
    """A model family with what is done about the imbalance."""

    family: Family
    resampling: Resampling

    @property
    def name(self) -> str:
        """Such as `xgboost+none`."""
        return f"{self.family.value}+{self.resampling.value}"


def may_teach(provenance: "pd.Series[str]", learn_from: LearnFrom) -> "pd.Series[bool]":
    """Whether each patient may teach the categories, by its provenance.

    >>> may_teach(pd.Series(["simulated", "publication"]), LearnFrom.REAL).tolist()
    [False, True]
    """
    simulated = provenance == Provenance.SIMULATED.value
    if learn_from is LearnFrom.ALL:
        return simulated | True
    return simulated if learn_from is LearnFrom.SIMULATED else ~simulated


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """The training cases of one head, in one order throughout.

    Attributes:
        features: n x p, the index is the case id.
        labels: n rows with disorder_id, provenance, group and fold.
        codes: n class codes.
        classes: K class names.
        weight_exponent: how much less a case weighs, the more cases its disorder has (see `domain.row_weights`).
        learn_from: whose cases teach; the others are only answered.
    """

    features: pd.DataFrame
    labels: pd.DataFrame
    codes: npt.NDArray[np.intp]
    classes: tuple[str, ...]
    weight_exponent: float = 0.0
    learn_from: LearnFrom = LearnFrom.ALL

    @property
    def teaching(self) -> "TrainingSet":
        """The cases that a candidate learns from."""
        if self.learn_from is LearnFrom.ALL:
            return self
        return self.part(may_teach(self.labels[columns.PROVENANCE], self.learn_from).to_numpy())

    def part(self, rows: npt.NDArray[np.bool_]) -> "TrainingSet":
        """The rows where `rows` is true."""
        return replace(self, features=self.features[rows], labels=self.labels[rows], codes=self.codes[rows])


@dataclass(frozen=True, eq=False)
class FitSettings:
    """What all candidates are fitted with.

    Attributes:
        params: hyper-parameters of every family.
        plan: targets of the samplers.
        pool: simulated patients in the columns of the training features, without the disorders held out; None for none.
        seed: of estimators and samplers.
    """

    params: CandidateParams
    plan: ResamplingPlan
    pool: AugmentationPool | None
    seed: int

    def without(self, disorder_ids: frozenset[str]) -> "FitSettings":
        """The same with the disorders of the validation part taken out of the pool."""
        return replace(self, pool=self.pool.without(disorder_ids) if self.pool else None)


def fit_candidate(candidate: Candidate, training: TrainingSet, settings: FitSettings) -> Classifier:
    """Fit one candidate to one training part; the sampler sees nothing else and is not part of the result.

    Args:
        candidate: family and strategy.
        training: cases to learn from.
        settings: hyper-parameters, samplers' targets and pool.
    """
    names = tuple(training.features.columns)
    balanced = candidate.resampling is Resampling.CLASS_WEIGHT
    estimator = build_estimator(candidate.family, settings.params, balanced=balanced, seed=settings.seed)
    fitted = resampled_estimator(
        candidate.resampling,
        WeightInLastColumn(estimator),
        settings.plan,
        categories=training.classes,
        feature_names=(*names, WEIGHT_COLUMN),
        pool=settings.pool.weighted() if settings.pool else None,
        seed=settings.seed,
    )
    weights = disorder_weights(training.labels[columns.DISORDER_ID], training.weight_exponent)
    fitted.fit(with_weights(training.features.to_numpy(dtype=np.float32), weights), training.codes)
    return Classifier(candidate.family, training.classes, names, estimator)


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """What the folds showed of one candidate.

    Attributes:
        probabilities: n x K, each row out of its fold.
        fit_seconds: processor time of all folds together.
        example: the classifier of the last fold, to measure what it costs.
    """

    probabilities: _FloatArray
    fit_seconds: float
    example: Classifier


def cross_validate(candidate: Candidate, training: TrainingSet, settings: FitSettings) -> CrossValidated:
    """Fit a candidate on all folds but one, answer that one, and so on.

    The pool loses every disorder of the validation part, so that its disorders stay unseen.
    """
    fold = training.labels[columns.FOLD].to_numpy()
    parts = [fold == each for each in np.unique(fold)]
    by_torch = candidate.family is Family.MLP or (
        candidate.family is Family.ENSEMBLE and Family.MLP in settings.params.ensemble.members
    )
    threads = 1 if by_torch else settings.params.threads  # torch has one stream of random numbers
    with ThreadPoolExecutor(threads) as pool:
        fitted = list(pool.map(lambda held_out: fit_without(held_out, candidate, training, settings), parts))
    probabilities = np.full((len(training.codes), len(training.classes)), np.nan)
    for held_out, (classifier, _) in zip(parts, fitted, strict=True):
        probabilities[held_out] = classifier.predict_probabilities(training.features[held_out])
    return CrossValidated(probabilities, sum(seconds for _, seconds in fitted), fitted[-1][0])


def fit_without(
    held_out: npt.NDArray[np.bool_], candidate: Candidate, training: TrainingSet, settings: FitSettings
) -> tuple[Classifier, float]:
    """A candidate fitted to all but the held-out part, and the processor seconds that it took.

    Args:
        held_out: n, the rows to leave out; their disorders leave the pool too.
        candidate: family and strategy.
        training: n cases.
        settings: hyper-parameters, samplers' targets and pool.
    """
    usable = settings.without(frozenset(training.labels.loc[held_out, columns.DISORDER_ID].dropna()))
    started = time.thread_time()
    classifier = fit_candidate(candidate, training.part(~held_out).teaching, usable)
    return classifier, time.thread_time() - started


def measure_candidate(
    probabilities: _FloatArray, training: TrainingSet, params: SelectionParams, *, seed: int
) -> pd.DataFrame:
    """Figures of one candidate, one row per provenance and figure: never simulated and real in one figure.

    Returns:
        Columns provenance, metric, value, low, high, cases, groups.
    """
    rows = []
    for provenance in sorted(training.labels[columns.PROVENANCE].unique()):
        here = (training.labels[columns.PROVENANCE] == provenance).to_numpy()
        tallies = metrics.group_tallies(
            training.codes[here], probabilities[here], training.labels.loc[here, columns.GROUP]
        )
        figures = metrics.classification_metrics(
            tallies, training.classes, samples=params.bootstrap_samples, level=params.interval, seed=seed
        )
        rows += [
            {columns.PROVENANCE: provenance, "metric": name, "value": figure.value, "low": figure.low,
             "high": figure.high, "cases": int(here.sum()), "groups": len(tallies.size)}
            for name, figure in figures.items()
        ]  # fmt: skip
    return pd.DataFrame(rows)


def single_case_latency(predict: Callable[[pd.DataFrame], object], features: pd.DataFrame) -> float:
    """Median processor milliseconds of one case alone, of 20 cases asked one by one.

    Processor time, because what else the machine does meanwhile must not decide which candidate is taken.
    """
    times = []
    for row in range(min(LATENCY_REPEATS, len(features))):
        one = features.iloc[[row]]
        started = time.thread_time()
        predict(one)
        times.append(time.thread_time() - started)
    return float(np.median(times) * 1000)
