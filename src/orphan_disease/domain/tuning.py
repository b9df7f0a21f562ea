"""Hyper-parameters for the next training, and what tuning is worth on disorders that no part of it has seen.

The figure of a search's best trial flatters it: the best of many is chosen on the folds that measure it. So the search
is nested (Cawley and Talbot 2010, https://jmlr.org/papers/v11/cawley10a.html): for each outer fold, a search of its own
over the other folds chooses the settings, which are then fitted to those folds and answer the outer one.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import optuna
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.modelling import Family, SelectionParams
from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain.hyperparameter_search import Found, Search, TrialProgress
from orphan_disease.domain.metrics import GroupTallies, group_tallies, mean_log_loss
from orphan_disease.domain.paired_test import macro_f1, paired_difference, permutation_p_value
from orphan_disease.domain.search_spaces import with_settings
from orphan_disease.domain.selection import selection_provenance
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, fit_without

__all__ = ["CHOICE", "Tuning"]

CHOICE: Final = "best_family"
SECONDS_PER_MINUTE: Final = 60.0

_FloatArray = npt.NDArray[np.float64]
_Answers = dict[str, tuple[_FloatArray, _FloatArray]]


@dataclass(frozen=True, eq=False)
class Tuning:
    """The searches of one head.

    Attributes:
        training: its training cases, with their folds.
        fit: configured hyper-parameters of every family, samplers' plan and pool, seed.
        selection: whose cases decide, resampling of the figures.
        params: families, time.
        storage: of Optuna's studies.
    """

    training: TrainingSet
    fit: FitSettings
    selection: SelectionParams
    params: TuningParams
    storage: optuna.storages.BaseStorage

    def search(self, progress: TrialProgress) -> tuple[dict[str, Any], pd.DataFrame]:
        """Search over all folds, for the next training.

        Args:
            progress: told the seconds of each trial.

        Returns:
            Family -> settings and scores, as plain values; and the table of all trials.
        """
        searches = self._searches(self.training, f"{self.params.head}/all")
        seconds = self._seconds(1 - self.params.nested_share) / len(searches)
        found = {family.value: asdict(each.run(seconds, progress)) for family, each in searches.items()}
        return found, pd.concat([each.trials() for each in searches.values()], ignore_index=True)

    def measure(self, progress: TrialProgress) -> dict[str, Any]:
        """What tuning is worth, by nested folds.

        Args:
            progress: told the seconds of each trial.

        Returns:
            Whose cases, how many; `families` with the macro-F1 and log-loss of the configured and of the tuned
            settings, their paired difference, and what each outer fold's search chose; `ensemble` and `best_family`
            (the family that does best in the search itself) likewise. `better` says that the macro-F1 gained more than
            chance explains and that the log-loss is no worse: probabilities are what the decision is made of.
        """
        fold = self.training.labels[columns.FOLD].to_numpy()
        deciding = selection_provenance(self.training.labels, self.selection.minimum_real_cases)
        outer, seconds = np.unique(fold), self._seconds(self.params.nested_share)
        answers, chosen = _no_answers(self._names, self.training), []
        for each in outer:
            searches = self._searches(self.training.part(fold != each), f"{self.params.head}/without-fold-{each}")
            share = seconds / len(outer) / len(searches)
            found = {family: search.run(share, progress) for family, search in searches.items()}
            chosen.append({"fold": int(each), **{family.value: asdict(one) for family, one in found.items()}})
            self._answer(answers, found, fold == each, (fold == each) & deciding)
        groups = self.training.labels.loc[deciding, columns.GROUP]
        return {
            "head": self.params.head,
            "provenance": "+".join(sorted(self.training.labels.loc[deciding, columns.PROVENANCE].unique())),
            "cases": int(deciding.sum()),
            "groups": int(groups.nunique()),
            "families": {name: self._compared(pair, deciding, groups) for name, pair in answers.items()},
            "searches": chosen,
        }

    @property
    def _names(self) -> list[str]:
        """What is measured: every family, the ensemble if all its members are searched, and the best family."""
        members = set(self.fit.params.ensemble.members) <= set(self.params.families)
        return [*(each.value for each in self.params.families), *([Family.ENSEMBLE.value] if members else []), CHOICE]

    def _seconds(self, share: float) -> float:
        return self.params.minutes * SECONDS_PER_MINUTE * share

    def _searches(self, training: TrainingSet, scope: str) -> dict[Family, Search]:
        """One search a family; the disorders of cases that it may not see leave the pool."""
        hidden = set(self.training.labels[columns.DISORDER_ID].dropna()) - set(training.labels[columns.DISORDER_ID])
        fit = self.fit.without(frozenset(hidden))
        return {
            family: Search(f"{scope}/{family.value}", family, training, fit, self.selection, self.params, self.storage)
            for family in self.params.families
        }

    def _answer(
        self,
        answers: _Answers,
        found: Mapping[Family, Found],
        held_out: npt.NDArray[np.bool_],
        rows: npt.NDArray[np.bool_],
    ) -> None:
        """Put in the answers to one outer fold, by the configured and by the tuned settings."""
        for family, one in found.items():
            tuned = replace(self.fit, params=with_settings(family, one.settings, self.fit.params))
            for place, settings in enumerate((self.fit, tuned)):
                candidate = Candidate(family, self.params.resampling)
                classifier = fit_without(held_out, candidate, self.training, settings)[0]
                answers[family.value][place][rows] = classifier.predict_probabilities(self.training.features[rows])
        best = _best(found, lambda one: one.configured_score), _best(found, lambda one: one.score)
        for place, family in enumerate(best):
            answers[CHOICE][place][rows] = answers[family.value][place][rows]
            if Family.ENSEMBLE.value in answers:
                members = [answers[each.value][place][rows] for each in self.fit.params.ensemble.members]
                answers[Family.ENSEMBLE.value][place][rows] = np.mean(members, axis=0)

    def _compared(
        self, pair: tuple[_FloatArray, _FloatArray], deciding: npt.NDArray[np.bool_], groups: "pd.Series[str]"
    ) -> dict[str, Any]:
        codes, seed = self.training.codes[deciding], self.params.seed
        first, second = (group_tallies(codes, each[deciding], groups) for each in pair)
        before, after = _figures(first), _figures(second)
        lead = paired_difference(
            first, second, samples=self.selection.bootstrap_samples, level=self.selection.interval, seed=seed
        )
        return {
            "configured": before,
            "tuned": after,
            "difference": asdict(lead),
            "p_value": permutation_p_value(
                first, second, permutations=self.selection.permutations, seed=seed, two_sided=True
            ),
            "better": lead.value > self.selection.tie_standard_errors * lead.standard_error
            and after["log_loss"] <= before["log_loss"],
        }


def _no_answers(names: Sequence[str], training: TrainingSet) -> _Answers:
    shape = (len(training.codes), len(training.classes))
    return {name: (np.full(shape, np.nan), np.full(shape, np.nan)) for name in names}


def _best(found: Mapping[Family, Found], score: Callable[[Found], float | None]) -> Family:
    """The family with the best score; one without a score comes last."""
    scores = {family: -math.inf if (own := score(one)) is None else own for family, one in found.items()}
    return max(scores, key=lambda family: scores[family])


def _figures(tallies: GroupTallies) -> dict[str, float]:
    return {"macro_f1": macro_f1(tallies), "log_loss": mean_log_loss(tallies)}
