from dataclasses import replace
from typing import Any

import numpy as np
import optuna
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.modelling import (
    CandidateParams,
    EnsembleParams,
    Family,
    SelectionParams,
    TreeParams,
    XgboostParams,
)
from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain.hyperparameter_search import Found, Search
from orphan_disease.domain.metrics import group_tallies
from orphan_disease.domain.paired_test import macro_f1
from orphan_disease.domain.tuning import CHOICE, Tuning
from orphan_disease.domain.validation import Candidate, cross_validate
from tests.domain.labelled_blobs import fit_settings, labelled_blobs

CONFIGURED = CandidateParams(
    decision_tree=TreeParams(max_depth=2, min_samples_leaf=60),
    xgboost=XgboostParams(trees=10),
    ensemble=EnsembleParams(members=(Family.DECISION_TREE, Family.XGBOOST)),
    threads=1,
)


def _tuning(trials: int, *families: Family) -> Tuning:
    params = TuningParams(families=families, maximum_trials=trials, startup_trials=2, minutes=60, seed=5)
    selection = SelectionParams(bootstrap_samples=100, permutations=100)
    return Tuning(labelled_blobs(), fit_settings(CONFIGURED), selection, params, optuna.storages.InMemoryStorage())


def _ignore(seconds: float, label: str) -> None:
    del seconds, label


def test_no_search_sees_the_fold_that_its_settings_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set[int]] = {}

    def recorded(self: Search, seconds: float, progress: object) -> Found:
        seen[self.label] = set(self.training.labels[columns.FOLD])
        return Found({"max_depth": 3, "min_samples_leaf": 10}, 0.5, 0.4, 1, seconds)

    monkeypatch.setattr(Search, "run", recorded)
    tuning = _tuning(1, Family.DECISION_TREE)
    measured = tuning.measure(_ignore)
    assert seen == {
        "category/without-fold-0/decision_tree": {1, 2},
        "category/without-fold-1/decision_tree": {0, 2},
        "category/without-fold-2/decision_tree": {0, 1},
    }
    assert [each["fold"] for each in measured["searches"]] == [0, 1, 2]
    # And what answers was fitted without it: the figures are those of plain cross-validations.
    training, found = tuning.training, measured["families"]["decision_tree"]
    for name, tree in (
        ("configured", CONFIGURED.decision_tree),
        ("tuned", TreeParams(max_depth=3, min_samples_leaf=10)),
    ):
        settings = fit_settings(CONFIGURED.model_copy(update={"decision_tree": tree}))
        answered = cross_validate(Candidate(Family.DECISION_TREE, tuning.params.resampling), training, settings)
        tallies = group_tallies(training.codes, answered.probabilities, training.labels[columns.GROUP])
        assert found[name]["macro_f1"] == pytest.approx(macro_f1(tallies), abs=1e-12)


def test_settings_that_help_are_called_better_and_the_budget_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []
    run = Search.run

    def timed(self: Search, seconds: float, progress: Any) -> Found:
        given.append(seconds)
        return run(self, seconds, progress)

    monkeypatch.setattr(Search, "run", timed)
    tuning = _tuning(6, Family.DECISION_TREE)
    found = tuning.measure(_ignore)["families"]
    assert found["decision_tree"]["better"]
    assert found["decision_tree"]["difference"]["low"] > 0
    assert found["decision_tree"]["tuned"]["macro_f1"] > 0.7 > found["decision_tree"]["configured"]["macro_f1"]
    assert set(found) == {"decision_tree", CHOICE}  # of the ensemble, a member is not searched
    assert given == [600.0] * 3  # half of 60 minutes, over three outer folds


def test_settings_that_change_nothing_are_not_called_better() -> None:
    measured = _tuning(1, Family.DECISION_TREE, Family.XGBOOST).measure(_ignore)
    assert (measured["cases"], measured["provenance"], measured["head"]) == (240, "simulated", "category")
    assert set(measured["families"]) == {"decision_tree", "xgboost", "ensemble", CHOICE}
    for one in measured["families"].values():
        assert one["configured"] == one["tuned"]
        assert (one["better"], one["difference"]["value"], one["p_value"]) == (False, 0.0, 1.0)
    # The boosted trees win every inner search, so they are what the choice answers with.
    assert measured["families"][CHOICE] == measured["families"]["xgboost"]
    training = labelled_blobs()
    settings = fit_settings(CONFIGURED)
    averaged = cross_validate(
        Candidate(Family.ENSEMBLE, _tuning(1, Family.XGBOOST).params.resampling), training, settings
    )
    tallies = group_tallies(training.codes, averaged.probabilities, training.labels[columns.GROUP])
    assert measured["families"]["ensemble"]["tuned"]["macro_f1"] == pytest.approx(macro_f1(tallies), abs=1e-12)


def test_the_search_for_the_next_training_uses_every_fold() -> None:
    tuning = _tuning(3, Family.DECISION_TREE, Family.XGBOOST)
    found, trials = tuning.search(_ignore)
    assert set(found) == {"decision_tree", "xgboost"}
    assert found["decision_tree"]["score"] >= found["decision_tree"]["configured_score"]
    assert trials.groupby("study").size().to_dict() == {
        "category/all/decision_tree": 3,
        "category/all/xgboost": 3,
    }


def test_only_the_cases_that_decide_are_measured() -> None:
    tuning = _tuning(1, Family.DECISION_TREE)
    real = np.arange(240) % 3 > 0
    labels = tuning.training.labels.assign(**{columns.PROVENANCE: np.where(real, "publication", "simulated")})
    mixed = replace(
        tuning,
        training=replace(tuning.training, labels=labels),
        selection=tuning.selection.model_copy(update={"minimum_real_cases": 100}),
    )
    measured = mixed.measure(_ignore)
    assert (measured["cases"], measured["provenance"]) == (160, "publication")
