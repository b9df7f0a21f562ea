"""One search: the hyper-parameters of one family that answer unseen disorders best, within a time.

Optuna proposes (TPE; Bergstra et al. 2011, https://papers.nips.cc/paper/4443), beginning with what is configured. A
trial is cross-validated over whole disorders, reports the score of the folds answered so far, and is given up where
that is below the median of the trials before it. Every trial is in the storage once it is over: a search that was
killed goes on where it was, and one whose time is spent gives its answer without another trial.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.modelling import Family, Resampling, SelectionParams
from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain import search_spaces
from orphan_disease.domain.fingerprints import fingerprint_frame
from orphan_disease.domain.metrics import group_tallies, mean_log_loss
from orphan_disease.domain.paired_test import macro_f1
from orphan_disease.domain.selection import selection_provenance
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, fit_without

__all__ = ["Found", "Search", "TrialProgress"]

TrialProgress = Callable[[float, str], object]
"""Told the seconds of each trial, also of those found in the storage, and a word on the search."""

_Rows = npt.NDArray[np.bool_]
_DIGEST: Final = 16


@dataclass(frozen=True)
class Found:
    """What a search has found.

    Attributes:
        settings: the best hyper-parameters; the configured ones where no trial was finished.
        score: theirs over the folds of the search, the larger the better: macro-F1, or log-loss below 0 (nats a case).
            Missing where no trial was finished.
        configured_score: that of the configured ones.
        trials: finished trials, pruned ones among them.
        seconds: that they took.
    """

    settings: search_spaces.Settings
    score: float | None
    configured_score: float | None
    trials: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Search:
    """One family's search over one set of training cases.

    Attributes:
        label: what the study is called, beside the fingerprint of what it searches.
        family: whose settings.
        training: the cases with their folds; all folds serve the search.
        fit: configured hyper-parameters of every family, samplers' plan and pool, seed.
        selection: whose cases decide.
        params: of the search.
        storage: of Optuna's studies.
    """

    label: str
    family: Family
    training: TrainingSet
    fit: FitSettings
    selection: SelectionParams
    params: TuningParams
    storage: optuna.storages.BaseStorage

    def run(self, seconds: float, progress: TrialProgress) -> Found:
        """Search until the study has taken so many seconds in all, those of earlier runs included."""
        study = self._study()
        progress(_spent(study), self.label)
        if not _over(study):
            self._optimise(study, progress, trials=1, seconds=None)  # what is configured, however long it takes
        left = None if self.params.maximum_trials is None else self.params.maximum_trials - len(_over(study))
        if _spent(study) < seconds and (left is None or left > 0):
            self._optimise(study, progress, trials=left, seconds=seconds - _spent(study))
        return self._found(study)

    def _optimise(
        self, study: optuna.Study, progress: TrialProgress, *, trials: int | None, seconds: float | None
    ) -> None:
        deadline = math.inf if seconds is None else time.monotonic() + seconds

        def tell(_: optuna.Study, trial: FrozenTrial) -> None:
            progress(_seconds(trial), self.label)

        study.optimize(
            lambda trial: self._measured(trial, deadline), n_trials=trials, timeout=seconds, callbacks=[tell]
        )

    def trials(self) -> pd.DataFrame:
        """Every trial that is over: columns study, family, trial, state, score, seconds, settings (as JSON)."""
        rows = [
            {"study": self.label, "family": self.family.value, "trial": trial.number, "state": trial.state.name.lower(),
             "score": _last(trial), "seconds": _seconds(trial), "settings": json.dumps(trial.params)}
            for trial in _over(self._study())
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def _study(self) -> optuna.Study:
        """The study of this very search, new or as it was left."""
        name = f"{self.label}/{self._digest()}"
        study = optuna.create_study(study_name=name, storage=self.storage, direction="maximize", load_if_exists=True)
        configured = search_spaces.configured_settings(self.family, self.fit.params)
        asked = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
        if not asked and all(trial.params != configured for trial in _over(study)):
            study.enqueue_trial(configured)  # first, or again where its process was killed
        begun = len(study.get_trials(deepcopy=False))  # a search that goes on draws otherwise than it has drawn
        study.sampler = optuna.samplers.TPESampler(
            n_startup_trials=self.params.startup_trials, seed=self.params.seed + begun
        )
        study.pruner = optuna.pruners.MedianPruner(n_startup_trials=self.params.startup_trials)
        return study

    def _digest(self) -> str:
        """What makes two searches the same: cases, folds, weights, what is configured, and where it is looked for."""
        labels = self.training.labels[[columns.DISORDER_ID, columns.GROUP, columns.PROVENANCE, columns.FOLD]]
        cases = labels.assign(code=self.training.codes, **dict(self.training.features))
        pool = self.fit.pool if self.params.resampling is Resampling.AUGMENTATION else None
        described = {
            "cases": fingerprint_frame(cases),
            "pool": fingerprint_frame(pd.DataFrame(pool.features)) if pool else None,
            "weights": [self.training.weight_exponent, self.training.learn_from.value],
            "configured": getattr(self.fit.params, self.family.value).model_dump(),
            "space": {name: vars(bounds) for name, bounds in search_spaces.SPACES[self.family].items()},
            "resampling": [self.params.resampling.value, self.fit.plan.model_dump(mode="json")],
            "deciding": self.selection.minimum_real_cases,
            "objective": self.params.objective,
            "seeds": [self.params.seed, self.fit.seed],
        }
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:_DIGEST]

    def _measured(self, trial: optuna.Trial, deadline: float) -> float:
        """Macro-F1 over all folds, told fold by fold; given up where it is pruned or the time is spent."""
        settings = search_spaces.suggest_settings(trial, self.family, self.fit.params)
        usable = replace(self.fit, params=search_spaces.with_settings(self.family, settings, self.fit.params))
        deciding = selection_provenance(self.training.labels, self.selection.minimum_real_cases)
        probabilities = np.zeros((len(self.training.codes), len(self.training.classes)))
        answered = np.zeros(len(deciding), dtype=bool)
        for step, (rows, answer) in enumerate(self._answers(usable, deciding)):
            probabilities[rows] = answer
            answered |= rows
            trial.report(self._score(probabilities, answered), step)
            if trial.should_prune() or (time.monotonic() > deadline and not answered[deciding].all()):
                raise optuna.TrialPruned
        return self._score(probabilities, answered)

    def _answers(self, usable: FitSettings, deciding: _Rows) -> Iterator[tuple[_Rows, npt.NDArray[np.float64]]]:
        """Each fold's deciding rows with their probabilities; a fold to a thread."""
        candidate = Candidate(self.family, self.params.resampling)
        fold = self.training.labels[columns.FOLD].to_numpy()
        parts = [fold == each for each in np.unique(fold)]
        threads = 1 if self.family is Family.MLP else usable.params.threads  # torch has one stream of random numbers
        with ThreadPoolExecutor(threads) as pool:
            for start in range(0, len(parts), threads):
                batch = parts[start : start + threads]
                fitted = pool.map(lambda held_out: fit_without(held_out, candidate, self.training, usable)[0], batch)
                for held_out, classifier in zip(batch, fitted, strict=True):
                    rows = held_out & deciding
                    yield rows, classifier.predict_probabilities(self.training.features[rows])

    def _score(self, probabilities: npt.NDArray[np.float64], rows: _Rows) -> float:
        groups = self.training.labels.loc[rows, columns.GROUP]
        tallies = group_tallies(self.training.codes[rows], probabilities[rows], groups)
        return macro_f1(tallies) if self.params.objective == "macro_f1" else -mean_log_loss(tallies)

    def _found(self, study: optuna.Study) -> Found:
        over = _over(study)
        complete = [trial for trial in over if trial.state is TrialState.COMPLETE]
        configured: dict[str, Any] = search_spaces.configured_settings(self.family, self.fit.params)
        own = [trial.value for trial in complete if trial.params == configured]
        best = max(complete, key=lambda trial: (trial.value, -trial.number), default=None)
        return Found(
            settings=best.params if best else configured,
            score=best.value if best else None,
            configured_score=own[0] if own else None,
            trials=len(over),
            seconds=_spent(study),
        )


def _over(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def _spent(study: optuna.Study) -> float:
    return sum(_seconds(trial) for trial in _over(study))


def _seconds(trial: FrozenTrial) -> float:
    return trial.duration.total_seconds() if trial.duration else 0.0


def _last(trial: FrozenTrial) -> float | None:
    """The score over the folds that the trial has answered."""
    return trial.intermediate_values[max(trial.intermediate_values)] if trial.intermediate_values else None
