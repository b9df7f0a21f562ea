from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.modelling import (
    CandidateParams,
    Family,
    LearnFrom,
    Resampling,
    SelectionParams,
)
from orphan_disease.domain.resampling import AugmentationPool, build_resampling_plan
from orphan_disease.domain.selection import Cost, select_candidate, selection_provenance
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, cross_validate, measure_candidate

TREE = Candidate(Family.DECISION_TREE, Resampling.NONE)


def _training(cases: int = 200, real: int = 0) -> TrainingSet:
    generator = np.random.default_rng(0)
    codes = generator.integers(0, 2, cases)
    disorders = np.array(
        [f"d{code}{place}" for code, place in zip(codes, generator.integers(0, 10, cases), strict=True)]
    )
    labels = pd.DataFrame({columns.DISORDER_ID: disorders, columns.GROUP: disorders})
    labels[columns.FOLD] = pd.factorize(disorders)[0] % 4
    labels[columns.PROVENANCE] = ["publication"] * real + ["simulated"] * (cases - real)
    features = pd.DataFrame({"profile__signal": codes + generator.normal(size=cases) * 0.3, "profile__noise": 0.0})
    return TrainingSet(features, labels, codes, ("a", "b"))


def _settings(pool: AugmentationPool | None = None) -> FitSettings:
    plan = build_resampling_plan({"a": 100, "b": 100}, ResamplingParams())
    return FitSettings(CandidateParams(threads=1), plan, pool, seed=0)


def test_every_case_is_predicted_once_out_of_fold() -> None:
    training = _training()
    answer = cross_validate(TREE, training, _settings())
    probabilities = answer.probabilities
    assert np.isfinite(probabilities).all()
    assert (probabilities.argmax(axis=1) == training.codes).mean() > 0.85
    assert answer.fit_seconds > 0
    assert answer.example.classes == ("a", "b")


def test_a_disorder_memorised_by_its_own_cases_is_not_recognised_out_of_fold() -> None:
    # The features name the disorder and nothing else; with random folds they would be perfect predictors.
    training = _training()
    identity = pd.get_dummies(training.labels[columns.DISORDER_ID]).astype(float)
    memorising = TrainingSet(identity, training.labels, training.codes, training.classes)
    settings = FitSettings(
        CandidateParams.model_validate({"decision_tree": {"max_depth": 20, "min_samples_leaf": 1}}),
        _settings().plan,
        None,
        seed=0,
    )
    probabilities = cross_validate(TREE, memorising, settings).probabilities
    assert (probabilities.argmax(axis=1) == training.codes).mean() < 0.75


@pytest.mark.parametrize(("teachers", "right"), [(LearnFrom.SIMULATED, 0.0), (LearnFrom.REAL, 1.0)])
def test_every_case_is_answered_whoever_teaches(teachers: LearnFrom, right: float) -> None:
    # The real cases' codes are turned round: who learned from simulated ones is wrong about every real one.
    training = _training(real=100)
    real = (training.labels[columns.PROVENANCE] == "publication").to_numpy()
    turned = replace(training, codes=np.where(real, 1 - training.codes, training.codes), learn_from=teachers)
    probabilities = cross_validate(TREE, turned, _settings()).probabilities
    assert np.isfinite(probabilities).all()
    assert (probabilities.argmax(axis=1) == turned.codes)[real].mean() == pytest.approx(right, abs=0.1)


def test_the_pool_never_holds_a_disorder_of_the_validation_part() -> None:
    training = _training()
    ids = training.labels[columns.DISORDER_ID].to_numpy(dtype=object)
    pool = AugmentationPool(training.features.to_numpy(dtype=np.float32), training.codes, ids)
    held_out = frozenset(training.labels.loc[training.labels[columns.FOLD] == 0, columns.DISORDER_ID])
    usable = _settings(pool).without(held_out).pool
    assert usable is not None
    assert len(usable.codes)
    assert not set(usable.disorder_ids) & held_out


def test_simulated_and_real_cases_get_figures_of_their_own() -> None:
    training = _training(real=50)
    probabilities = cross_validate(TREE, training, _settings()).probabilities
    figures = measure_candidate(probabilities, training, SelectionParams(bootstrap_samples=10), seed=0)
    cases = figures.groupby(columns.PROVENANCE)["cases"].unique()
    assert {name: values.tolist() for name, values in cases.items()} == {"publication": [50], "simulated": [150]}


@pytest.mark.parametrize(("real", "deciding"), [(0, 200), (50, 150), (100, 100), (200, 200)])
def test_real_cases_decide_once_there_are_enough(real: int, deciding: int) -> None:
    rows = selection_provenance(_training(real=real).labels, minimum_real_cases=100)
    assert rows.sum() == deciding


def _select(
    loss_of_second: float,
    milliseconds: dict[str, float],
    megabytes: dict[str, float] | None = None,
    **params: float,
) -> tuple[str, tuple[str, ...]]:
    training = _training()
    sure = np.where(training.codes[:, None] == [0, 1], 0.9, 0.1)
    unsure = np.where(training.codes[:, None] == [0, 1], loss_of_second, 1 - loss_of_second)
    sizes = megabytes or dict.fromkeys(milliseconds, 1.0)
    costs = {name: Cost(1.0, latency, sizes[name]) for name, latency in milliseconds.items()}
    chosen = select_candidate(
        {"first": sure, "second": unsure}, costs, training, SelectionParams(bootstrap_samples=20, **params), seed=0
    )
    return chosen.name, chosen.beyond_gates


def test_the_candidate_taken_is_held_against_the_best_of_the_others() -> None:
    training = _training()
    right = np.where(training.codes[:, None] == [0, 1], 0.9, 0.1)
    some_wrong, half_wrong = right.copy(), right.copy()
    some_wrong[::10], half_wrong[::2] = right[::10, ::-1], right[::2, ::-1]
    answers = {"half": half_wrong, "right": right, "some": some_wrong, "slow": right}
    costs = {name: Cost(1.0, 99.0 if name == "slow" else 1.0, 1.0) for name in answers}
    test = select_candidate(answers, costs, training, SelectionParams(bootstrap_samples=20), seed=0).paired
    assert test is not None
    assert (test.rival, test.difference) == ("some", pytest.approx(0.1, abs=0.01))
    assert test.low <= test.difference <= test.high
    assert test.p_value < 0.01
    alone = select_candidate({"right": right}, costs, training, SelectionParams(bootstrap_samples=20), seed=0)
    assert alone.paired is None


def test_equal_f1_is_decided_by_log_loss_then_size() -> None:
    either = {"first": 9.0, "second": 1.0}
    assert _select(0.99, {"first": 1.0, "second": 9.0})[0] == "second"
    assert _select(0.9, either, {"first": 2.0, "second": 1.0})[0] == "second"
    assert _select(0.9, either, {"first": 1.0, "second": 2.0})[0] == "first"
    assert _select(0.6, either)[0] == "first"


def test_measured_time_chooses_nothing_among_equals() -> None:
    assert _select(0.9, {"first": 9.0, "second": 1.0}) == _select(0.9, {"first": 1.0, "second": 9.0})


def test_a_candidate_beyond_a_gate_is_never_taken() -> None:
    chosen = _select(0.99, {"first": 1.0, "second": 9.0}, maximum_milliseconds_per_case=5.0)
    assert chosen == ("first", ("second",))
    with pytest.raises(ValueError, match="no candidate answers"):
        _select(0.99, {"first": 8.0, "second": 9.0}, maximum_milliseconds_per_case=5.0)
