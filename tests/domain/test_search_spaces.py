import optuna
import pytest
from pydantic import ValidationError

from orphan_disease.contracts.parameters.modelling import CandidateParams, Family
from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain.search_spaces import SPACES, configured_settings, suggest_settings, with_settings

SEARCHED = [family for family in Family if family is not Family.ENSEMBLE]


@pytest.mark.parametrize("family", SEARCHED)
def test_every_suggestion_is_one_that_its_family_takes(family: Family) -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(30):
        settings = suggest_settings(study.ask(), family, CandidateParams())
        changed = with_settings(family, settings, CandidateParams())
        assert configured_settings(family, changed) == settings
        for name, value in settings.items():
            assert SPACES[family][name].low <= value <= SPACES[family][name].high


def test_what_is_configured_beyond_the_bounds_widens_them() -> None:
    params = CandidateParams.model_validate({"decision_tree": {"max_depth": 40, "min_samples_leaf": 2}})
    study = optuna.create_study()
    study.enqueue_trial(configured_settings(Family.DECISION_TREE, params))
    trial = study.ask()
    assert suggest_settings(trial, Family.DECISION_TREE, params) == {"max_depth": 40, "min_samples_leaf": 2}
    assert (trial.distributions["max_depth"].high, trial.distributions["min_samples_leaf"].low) == (40, 2)


def test_other_families_keep_their_settings() -> None:
    changed = with_settings(Family.XGBOOST, {"trees": 77}, CandidateParams())
    assert changed.xgboost.trees == 77
    assert changed.xgboost.max_depth == CandidateParams().xgboost.max_depth
    assert changed.mlp == CandidateParams().mlp
    with pytest.raises(ValidationError, match="leaves"):
        with_settings(Family.XGBOOST, {"leaves": 3}, CandidateParams())


@pytest.mark.parametrize("families", [[], ["xgboost", "ensemble"]])
def test_only_families_with_settings_are_tuned(families: list[str]) -> None:
    with pytest.raises(ValidationError, match="no ensemble"):
        TuningParams.model_validate({"families": families, "seed": 1})
