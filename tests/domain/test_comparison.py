import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.modelling import (
    CandidateParams,
    EnsembleParams,
    Family,
    Resampling,
    SelectionParams,
)
from orphan_disease.domain import comparison
from orphan_disease.domain.resampling import build_resampling_plan
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, cross_validate

PARAMS = CandidateParams.model_validate(
    {
        "threads": 1,
        "resampling_family": "decision_tree",
        "xgboost": {"trees": 10},
        "mlp": {"epochs": 2, "hidden_units": 8},
        "ensemble": {"members": ["decision_tree", "xgboost", "mlp"]},
    }
)
MEMBERS = (Family.DECISION_TREE, Family.XGBOOST, Family.MLP)


def _training(cases: int = 240) -> TrainingSet:
    generator = np.random.default_rng(2)
    codes = generator.integers(0, 3, cases)
    disorders = np.array(
        [f"d{code}{place}" for code, place in zip(codes, generator.integers(0, 8, cases), strict=True)]
    )
    labels = pd.DataFrame({columns.DISORDER_ID: disorders, columns.GROUP: disorders})
    labels[columns.FOLD] = pd.factorize(disorders)[0] % 3
    labels[columns.PROVENANCE] = "simulated"
    signals = {f"profile__{name}": (codes == k) + generator.normal(size=cases) for k, name in enumerate("abc")}
    return TrainingSet(pd.DataFrame(signals).astype("float32"), labels, codes, ("a", "b", "c"), weight_exponent=0.5)


def _settings(params: CandidateParams = PARAMS) -> FitSettings:
    return FitSettings(params, build_resampling_plan({"a": 80, "b": 80, "c": 80}, ResamplingParams()), None, seed=4)


def test_the_ensemble_is_put_together_as_it_would_be_fitted() -> None:
    # Named first, yet compared last; and its members are not fitted again, though that would give the same answers.
    training, settings = _training(), _settings()
    families = (Family.ENSEMBLE, *MEMBERS)
    bar: list[int] = []
    found = comparison.compare_candidates(
        training, settings, [Resampling.CLASS_WEIGHT], families, SelectionParams(bootstrap_samples=10), bar.append
    )
    fitted = cross_validate(Candidate(Family.ENSEMBLE, Resampling.CLASS_WEIGHT), training, settings)
    names = [Candidate(each, Resampling.CLASS_WEIGHT).name for each in MEMBERS]
    assert list(found.probabilities) == [*names, "ensemble+class_weight"]
    assert bar == [1, 1, 1, 1]
    together = found.probabilities["ensemble+class_weight"]
    np.testing.assert_allclose(together, fitted.probabilities, atol=1e-7)
    np.testing.assert_allclose(together, sum(found.probabilities[name] for name in names) / 3, atol=1e-12)
    costs = found.costs["ensemble+class_weight"]
    assert costs.fit_seconds == pytest.approx(sum(found.costs[name].fit_seconds for name in names))
    assert costs.megabytes == pytest.approx(sum(found.costs[name].megabytes for name in names))


def test_an_ensemble_of_families_that_are_not_compared_is_fitted_itself() -> None:
    params = PARAMS.model_copy(update={"ensemble": EnsembleParams(members=(Family.DECISION_TREE, Family.MLP))})
    found = comparison.compare_candidates(
        _training(), _settings(params), [Resampling.NONE], [Family.ENSEMBLE], SelectionParams(bootstrap_samples=10)
    )
    assert list(found.probabilities) == ["decision_tree+none", "ensemble+none"]
    np.testing.assert_allclose(found.probabilities["ensemble+none"].sum(axis=1), 1.0)


@pytest.mark.parametrize("members", [["xgboost"], ["xgboost", "xgboost"], ["xgboost", "ensemble"]])
def test_an_ensemble_has_different_members_other_than_itself(members: list[str]) -> None:
    with pytest.raises(ValidationError, match="two or more different families"):
        EnsembleParams.model_validate({"members": members})
