from dataclasses import replace

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from orphan_disease.contracts.parameters.modelling import CandidateParams, Family, SelectionParams, TreeParams
from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain.hyperparameter_search import Search
from orphan_disease.domain.metrics import group_tallies
from orphan_disease.domain.paired_test import macro_f1
from orphan_disease.domain.search_spaces import with_settings
from orphan_disease.domain.validation import Candidate, cross_validate
from tests.domain.labelled_blobs import fit_settings, labelled_blobs

STUMP = CandidateParams(decision_tree=TreeParams(max_depth=2, min_samples_leaf=60), threads=1)
MINUTES = 600.0  # never spent: the number of trials ends these searches


def _params(trials: int) -> TuningParams:
    return TuningParams(
        families=(Family.DECISION_TREE,), maximum_trials=trials, startup_trials=1, objective="macro_f1", seed=5
    )


def _search(trials: int, storage: optuna.storages.BaseStorage, **changes: object) -> Search:
    search = Search(
        "category/all/decision_tree",
        Family.DECISION_TREE,
        labelled_blobs(),
        fit_settings(STUMP),
        SelectionParams(),
        _params(trials),
        storage,
    )
    return replace(search, **changes)


def test_the_search_begins_with_what_is_configured_and_finds_better() -> None:
    search = _search(8, optuna.storages.InMemoryStorage())
    found = search.run(MINUTES, lambda seconds, label: None)
    trials = search.trials()
    assert trials["settings"].iloc[0] == '{"max_depth": 2, "min_samples_leaf": 60}'
    assert found.trials == len(trials) == 8
    assert found.configured_score == trials["score"].iloc[0]
    assert found.score == trials.loc[trials["state"] == "complete", "score"].max() > found.configured_score
    # The score is that of a plain cross-validation with the settings found.
    training, settings = labelled_blobs(), with_settings(Family.DECISION_TREE, found.settings, STUMP)
    candidate = Candidate(Family.DECISION_TREE, search.params.resampling)
    answered = cross_validate(candidate, training, fit_settings(settings)).probabilities
    whole = macro_f1(group_tallies(training.codes, answered, training.labels["group"]))
    assert found.score == pytest.approx(whole, abs=1e-12)


def test_a_trial_below_the_median_of_those_before_is_given_up_between_folds() -> None:
    search = _search(15, optuna.storages.InMemoryStorage())
    search.run(MINUTES, lambda seconds, label: None)
    trials = search._study().trials
    pruned = [trial for trial in trials if trial.state is TrialState.PRUNED]
    assert pruned
    for trial in pruned:
        last = max(trial.intermediate_values)
        before = [
            each.intermediate_values[last] for each in trials[: trial.number] if each.state is TrialState.COMPLETE
        ]
        assert trial.intermediate_values[last] < np.median(before)


def test_a_search_that_was_killed_goes_on(tmp_path: object) -> None:
    storage = optuna.storages.RDBStorage(f"sqlite:///{tmp_path}/studies.db")
    told: list[float] = []

    def killed_after_two(seconds: float, label: str) -> None:
        told.append(seconds)
        if len(told) == 3:  # the first word is on what earlier runs have spent
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _search(5, storage).run(MINUTES, killed_after_two)
    before = _search(5, storage).trials()
    assert len(before) == 2

    reopened = optuna.storages.RDBStorage(f"sqlite:///{tmp_path}/studies.db")
    found = _search(5, reopened).run(MINUTES, lambda seconds, label: None)
    after = _search(5, reopened).trials()
    assert found.trials == len(after) == 5
    assert after.iloc[:2].equals(before)
    # One whose trials, or whose time, is spent answers at once, and alike.
    assert _search(5, reopened).run(MINUTES, lambda seconds, label: None) == found
    endless = _params(5).model_copy(update={"maximum_trials": None})
    spent = [found.seconds / 2]
    assert _search(5, reopened, params=endless).run(spent[0], lambda seconds, label: None) == found


def test_time_that_is_spent_does_not_cut_off_what_is_configured() -> None:
    endless = _params(5).model_copy(update={"maximum_trials": None})
    found = _search(5, optuna.storages.InMemoryStorage(), params=endless).run(1e-6, lambda seconds, label: None)
    assert found.trials == 1
    assert found.score == found.configured_score is not None
    assert found.settings == {"max_depth": 2, "min_samples_leaf": 60}


def test_other_cases_or_settings_are_another_search() -> None:
    storage = optuna.storages.InMemoryStorage()
    deeper = fit_settings(CandidateParams(decision_tree=TreeParams(max_depth=5), threads=1))
    searches = [
        _search(1, storage),
        _search(1, storage, training=labelled_blobs(seed=3)),
        _search(1, storage, training=labelled_blobs(folds=4)),
        _search(1, storage, fit=deeper),
        _search(2, storage),
    ]
    for search in searches[:4]:
        search.run(MINUTES, lambda seconds, label: None)
    assert len(optuna.get_all_study_summaries(storage)) == 4
    assert len(searches[4].trials()) == 1  # more trials of the first


def test_the_log_loss_may_be_what_is_improved() -> None:
    by_loss = _params(3).model_copy(update={"objective": "log_loss"})
    search = _search(3, optuna.storages.InMemoryStorage(), params=by_loss)
    found = search.run(MINUTES, lambda seconds, label: None)
    training, settings = labelled_blobs(), with_settings(Family.DECISION_TREE, found.settings, STUMP)
    candidate = Candidate(Family.DECISION_TREE, search.params.resampling)
    answered = cross_validate(candidate, training, fit_settings(settings)).probabilities
    chosen = np.maximum(answered[np.arange(len(training.codes)), training.codes], 1e-6)
    assert found.score == pytest.approx(np.log(chosen).mean(), abs=1e-12)
    assert found.score >= found.configured_score
