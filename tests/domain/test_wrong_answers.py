"""Confidently wrong answers: the right ones are chosen, and told by what has not seen them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.parameters.modelling import CandidateParams, Family, Resampling
from orphan_disease.domain.feature_names import FeatureNamer
from orphan_disease.domain.resampling import build_resampling_plan
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet
from orphan_disease.domain.wrong_answers import Reading, confident_errors, tell_errors
from tests.domain import small_predictor as small

PARAMS = DecisionReportParams(seed=0, told_errors=5, told_reasons=2, told_disorders=3)


def _answers(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    """Rows of (case, disorder, actual category, probability of nerve)."""
    table = pd.DataFrame(rows, columns=["case_id", "disorder_id", "category_actual", "probability_nerve"])
    table["probability_skin"] = 1 - table["probability_nerve"]
    return table.assign(category="nerve", split="out_of_fold", provenance="publication")


def test_the_most_confident_wrong_answers_come_first_and_one_a_disorder() -> None:
    answers = _answers(
        [
            ("right", "d0", "nerve", 0.99),
            ("sure", "d1", "skin", 0.9),
            ("surest", "d1", "skin", 0.95),
            ("other way", "d2", "nerve", 0.2),
            ("hardly", "d3", "skin", 0.6),
        ]
    )
    found = confident_errors(answers, 2)
    assert found[columns.CASE_ID].tolist() == ["surest", "other way"]
    assert found["answered"].tolist() == ["nerve", "skin"]
    assert found["confidence"].tolist() == pytest.approx([0.95, 0.8])


@pytest.mark.parametrize(
    "changes", [{"split": "test_disorders"}, {"provenance": "simulated"}, {"category": "abstained"}]
)
def test_answers_that_are_no_published_decision_out_of_fold_are_not_told(changes: dict[str, str]) -> None:
    answers = _answers([("sure", "d1", "skin", 0.9)])
    assert len(confident_errors(answers, 5)) == 1
    assert confident_errors(answers.assign(**changes), 5).empty


def _reading() -> Reading:
    """The small predictor's orphan cases in two folds; a feature says the category."""
    cases = small.small_cases().iloc[:30]
    index = pd.Index(cases[columns.CASE_ID], name=columns.CASE_ID)
    codes = 1 - np.arange(30) % 2
    labels = pd.DataFrame({columns.DISORDER_ID: [f"OMIM:{place % 12}" for place in range(30)]}, index=index)
    labels[columns.FOLD] = np.arange(30) % 12 // 6
    features = pd.DataFrame({"evidence__resnik_level": codes * 1.0, "vitals__pain_score": 0.0}, index=index)
    training = TrainingSet(features, labels, codes, small.CATEGORIES)
    params = CandidateParams.model_validate({"threads": 1, "xgboost": {"trees": 5, "min_child_weight": 0.1}})
    plan = build_resampling_plan({"nerve": 15, "skin": 15}, ResamplingParams())
    settings = FitSettings(params, plan, None, seed=0)
    return Reading(training, settings, Candidate(Family.XGBOOST, Resampling.NONE), small.small_predictor().ranker)


def test_the_reasons_come_from_a_model_that_has_not_seen_the_fold() -> None:
    reading = _reading()
    training = reading.training
    in_fold = training.labels[columns.FOLD].to_numpy() == 0
    flipped = replace(reading, training=replace(training, codes=np.where(in_fold, 1 - training.codes, training.codes)))

    def answered(given: Reading, fold: int) -> np.ndarray:
        classifier, typical = given.without_fold(fold)
        assert typical.shape == (1, 2)
        return classifier.predict_probabilities(training.features)

    np.testing.assert_array_equal(answered(reading, 0), answered(flipped, 0))
    assert not np.array_equal(answered(reading, 1), answered(flipped, 1))  # where the fold teaches, its labels show


def test_an_error_is_told_with_its_differential_and_the_place_of_its_diagnosis() -> None:
    predictor, reading = small.small_predictor(), _reading()
    cases = small.small_cases().assign(**{columns.REFERENCE: "PMID:99"})
    disorders = small._disorders().assign(**{columns.CATEGORY_SOURCE: "orphanet"})
    # c1 has nerve's terms 1 and 2; OMIM:0 is annotated with terms 0 to 2, OMIM:1 with 2 to 4.
    answers = _answers([("c1", "OMIM:1", "nerve", 0.1)])
    namer = FeatureNamer(predictor.knowledge.ontology, predictor.category_labels)
    told: list[int] = []
    (story,) = tell_errors(answers, cases, disorders, reading, namer, PARAMS, told.append)
    assert told == [1]
    assert (story["answered"], story["actual"], story["confidence"]) == ("skin", "nerve", pytest.approx(0.9))
    assert story["observed"] == ["Term 1000001", "Term 1000002"]
    first, *others = story["differential"]
    assert (first["disorder_name"], first["category"], len(others)) == ("Disorder 0", "nerve", 2)
    assert first["probability"] > others[0]["probability"]
    assert story["rank"] == 2
    assert story["disorders"] == 12
    assert all(each["nats"] > 0 for each in story["for"])


def test_no_error_is_no_story() -> None:
    answers = _answers([("c1", "OMIM:1", "nerve", 0.9)])
    namer = FeatureNamer(small.small_ontology(), {})
    assert tell_errors(answers, small.small_cases(), small._disorders(), _reading(), namer, PARAMS) == []
