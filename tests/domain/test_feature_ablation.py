from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.modelling import CandidateParams, Family, Resampling
from orphan_disease.domain.feature_ablation import measure_ablation
from orphan_disease.domain.learning_curves import answer_with, hold_every_class, measure_learning, taught_by
from orphan_disease.domain.paired_figures import difference_rows, figure_rows
from orphan_disease.domain.resampling import AugmentationPool, build_resampling_plan
from orphan_disease.domain.scarce_disorders import measure_scarce, scarce_rows
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet

TREE = Candidate(Family.DECISION_TREE, Resampling.NONE)
MEASUREMENT = EvaluationParams(bootstrap_samples=20, seed=0)


def _training(cases: int = 200) -> TrainingSet:
    """Evidence says the class, the vital sign says nothing; ten disorders of each class, in four folds."""
    generator = np.random.default_rng(0)
    codes = np.arange(cases) % 2
    disorders = np.array([f"d{code}{(place // 2) % 10}" for place, code in enumerate(codes)])
    index = pd.Index([f"c{place:03d}" for place in range(cases)], name=columns.CASE_ID)
    labels = pd.DataFrame({columns.DISORDER_ID: disorders, columns.GROUP: disorders}, index=index)
    labels[columns.FOLD] = pd.factorize(disorders)[0] % 4
    labels[columns.PROVENANCE] = "simulated"
    signal = codes + generator.normal(size=cases) * 0.1
    features = pd.DataFrame({"evidence__resnik_level": signal, "vitals__pain_score": 0.0}, index=index)
    return TrainingSet(features, labels, codes, ("a", "b"))


def _settings(pool: AugmentationPool | None = None) -> FitSettings:
    params = CandidateParams.model_validate({"threads": 1, "decision_tree": {"min_samples_leaf": 2}})
    return FitSettings(params, build_resampling_plan({"a": 100, "b": 100}, ResamplingParams()), pool, seed=0)


def test_a_group_that_says_everything_is_missed_and_one_that_says_nothing_is_not() -> None:
    told: list[int] = []
    table = measure_ablation(TREE, _training(), _settings(), MEASUREMENT, told.append)
    own = table[table["metric"] == "macro_f1"].set_index(["variant", "group"])
    assert own.loc[("all", "all"), "value"] == pytest.approx(1.0)
    assert own.loc[("all", "all"), "difference"] == 0
    assert own.loc[("without", "vitals"), "difference"] == pytest.approx(0.0)
    assert own.loc[("without", "evidence_resnik"), "difference_high"] < -0.3
    assert own.loc[("alone", "evidence_resnik"), "features"] == 1
    assert told == [1] * 5


def test_a_pool_loses_the_columns_that_the_cases_lose() -> None:
    training = _training()
    pool = AugmentationPool(
        training.features.to_numpy(dtype=np.float32), training.codes, np.array(["x"] * 200, dtype=object)
    )
    augmented = Candidate(Family.DECISION_TREE, Resampling.AUGMENTATION)
    table = measure_ablation(augmented, training, _settings(pool), MEASUREMENT)
    alone = table[(table["variant"] == "alone") & (table["group"] == "evidence_resnik")]
    assert alone.set_index("metric").loc["macro_f1", "value"] == pytest.approx(1.0)


def test_equal_answers_differ_by_nothing_and_worse_ones_by_what_they_lose() -> None:
    training = _training(40)
    right = np.eye(2)[training.codes] * 0.8 + 0.1
    half = np.full((40, 2), 0.5)
    assert (difference_rows(training, right, right, MEASUREMENT)[["difference", "low", "high"]] == 0).all(axis=None)
    found = difference_rows(training, half, right, MEASUREMENT).set_index("metric")
    # log(0.9 / 0.5) = 0.588 nats
    assert found.loc["log_loss", "difference"] == pytest.approx(0.5878, abs=1e-4)
    # "b" is never answered: F1 of "a" is 2/3, of "b" 0
    assert found.loc["macro_f1", "difference"] == pytest.approx(1 / 3 - 1)


def test_simulated_and_real_cases_never_share_a_figure() -> None:
    training = _training(40)
    labels = training.labels.assign(**{columns.PROVENANCE: ["publication"] * 15 + ["simulated"] * 25})
    table = figure_rows(replace(training, labels=labels), np.full((40, 2), 0.5), MEASUREMENT)
    assert table.groupby(columns.PROVENANCE)["cases"].unique().map(list).to_dict() == {
        "publication": [15],
        "simulated": [25],
    }


@pytest.mark.parametrize(("by", "share", "expected"), [("patients", 0.25, 50), ("disorders", 0.25, 50)])
def test_a_share_teaches_and_a_larger_one_holds_it(by: str, share: float, expected: int) -> None:
    training = _training()
    few, more = (taught_by(training, by, each, 3) for each in (share, 2 * share))
    assert few.sum() == expected
    assert not (few & ~more).any()
    if by == "disorders":
        assert training.labels.loc[few, columns.DISORDER_ID].nunique() == 5


def test_every_case_is_answered_however_few_teach() -> None:
    training = _training()
    params = DecisionReportParams(seed=3, shares=(0.5, 1.0))
    table = measure_learning(TREE, training, _settings(), params, MEASUREMENT)
    assert table["cases"].unique().tolist() == [200]
    assert table[table["share"] == 1.0]["patients"].unique().tolist() == [200]
    with pytest.raises(ValueError, match="do not hold every class"):
        answer_with(training.codes == 0, TREE, training, _settings())


def test_a_share_whose_teachers_miss_a_class_is_no_point_of_the_curve() -> None:
    training = _training()
    rare = replace(training, codes=np.where(training.labels[columns.DISORDER_ID] == "d10", 2, training.codes))
    rare = replace(rare, classes=("a", "b", "rare"))
    assert not hold_every_class(np.ones(200, dtype=bool), rare)  # one disorder has the class: its fold takes it away
    two = rare.labels[columns.DISORDER_ID].isin(["d10", "d11"]).to_numpy()
    known = replace(rare, codes=np.where(two, 2, training.codes))
    assert hold_every_class(np.ones(200, dtype=bool), known)
    told: list[int] = []
    params = DecisionReportParams(seed=3, shares=(0.01, 1.0))
    table = measure_learning(TREE, known, _settings(), params, MEASUREMENT, told.append)
    assert set(zip(table["by"], table["share"], strict=True)) == {("patients", 1.0), ("disorders", 1.0)}
    assert told == [1] * 4
    assert measure_learning(TREE, rare, _settings(), params, MEASUREMENT).empty


def test_scarce_disorders_are_those_with_few_training_patients() -> None:
    training = _training(40)  # two patients of each of twenty disorders
    rare = training.part((training.labels[columns.DISORDER_ID] != "d00").to_numpy() | (np.arange(40) == 0))
    assert scarce_rows(training.labels, rare, 1).sum() == 2
    assert scarce_rows(training.labels, rare, 2).all()


def test_augmentation_is_measured_beside_none() -> None:
    training = _training()
    pool = AugmentationPool(
        training.features.to_numpy(dtype=np.float32), training.codes, np.array(["x"] * 200, dtype=object)
    )
    table = measure_scarce(Family.DECISION_TREE, training, training, _settings(pool), 10, MEASUREMENT)
    assert set(zip(table["split"], table["strategy"], strict=True)) == {
        (split, strategy) for split in ("out_of_fold", "test_patients") for strategy in ("none", "augmentation")
    }
    assert (table["cases"] == 200).all()
    one_class = training.part(training.codes == 0)
    few = measure_scarce(Family.DECISION_TREE, training, one_class, _settings(), 10, MEASUREMENT)
    assert set(few[few["split"] == "test_patients"]["metric"]) == {"log_loss", "accuracy"}
