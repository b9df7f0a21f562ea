"""The predictor answers a case from the case alone, whatever stands beside it."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.records import PredictionRecord
from orphan_disease.domain.prediction import Predictor
from tests.domain.small_predictor import CATEGORIES, NERVOUS_TERMS, SKIN_TERMS, small_cases, small_predictor

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return small_predictor()


@pytest.fixture(scope="module")
def answers(predictor: Predictor) -> pd.DataFrame:
    return predictor.predict(small_cases(), predicted_at=MOMENT)


def test_every_case_gets_one_valid_record_in_its_place(answers: pd.DataFrame) -> None:
    records = [PredictionRecord.from_row(row) for row in answers.to_dict(orient="records")]

    assert [record.case_id for record in records] == small_cases()["case_id"].tolist()
    for record in records:
        assert sum(record.category_probabilities.values()) == pytest.approx(1)
        assert record.prediction_set
        assert record.predicted_at == MOMENT
        probabilities = [entry.probability for entry in record.differential]
        scores = [entry.score for entry in record.differential]
        assert scores == sorted(scores, reverse=True)
        assert len(record.differential) == 12
        assert sum(probabilities) == pytest.approx(1, abs=1e-4)


def test_findings_lead_to_their_category_and_disorder(predictor: Predictor) -> None:
    cases = small_cases().iloc[:2]
    cases = cases.assign(observed_terms=[list(NERVOUS_TERMS[:3]), list(SKIN_TERMS[:3])])
    answers = predictor.predict(cases)

    assert np.array([answers[f"probability_{name}"] for name in CATEGORIES]).argmax(axis=0).tolist() == [0, 1]
    assert [row[0]["disorder_id"] for row in answers["differential"]] == ["OMIM:0", "OMIM:6"]
    assert answers["differential"].iloc[0][0]["equivalent_ids"] == ["OMIM:0", "ORPHA:100"]


@pytest.mark.parametrize("batch", [1, 7, 40])
def test_the_size_of_the_batch_changes_nothing(predictor: Predictor, answers: pd.DataFrame, batch: int) -> None:
    again = replace(predictor, batch_cases=batch).predict(small_cases(), predicted_at=MOMENT)
    numbers = ["orphan_probability", "probability_nerve", "probability_skin"]
    np.testing.assert_allclose(again[numbers], answers[numbers], rtol=1e-5)
    assert [[entry["disorder_id"] for entry in row] for row in again["differential"]] == [
        [entry["disorder_id"] for entry in row] for row in answers["differential"]
    ]


def test_progress_is_told_of_every_case(predictor: Predictor) -> None:
    told: list[int] = []
    predictor.predict(small_cases(), progress=told.append)
    assert told == [16, 16, 8]


def test_no_case_gives_no_record_and_the_same_columns(predictor: Predictor, answers: pd.DataFrame) -> None:
    empty = predictor.predict(small_cases().iloc[:0])
    assert len(empty) == 0
    assert list(empty.columns) == list(answers.columns)


def test_the_cases_are_left_as_they_were(predictor: Predictor) -> None:
    cases = small_cases()
    before = cases.copy(deep=True)
    predictor.predict(cases)
    pd.testing.assert_frame_equal(cases, before)


def test_a_cases_own_paper_does_not_answer_it(predictor: Predictor) -> None:
    cases = small_cases().iloc[:1].assign(observed_terms=[list(NERVOUS_TERMS[:3])], reference=["PMID:0"])
    kept = predictor.predict(cases, leave_out="none")["differential"].iloc[0]
    left_out = predictor.predict(cases, leave_out="own")["differential"].iloc[0]

    assert kept[0]["disorder_id"] == "OMIM:0"
    assert left_out[0]["disorder_id"] != "OMIM:0"


def test_records_say_what_the_frame_says(predictor: Predictor) -> None:
    cases = small_cases()
    moment = {"predicted_at"}
    frame = predictor.predict(cases).drop(columns=list(moment)).to_dict(orient="records")
    records = [{name: each[name] for name in each if name not in moment} for each in predictor.predict_records(cases)]
    for expected, found in zip(frame, records, strict=True):
        assert list(found) == list(expected)
        assert found["differential"] == expected["differential"]
        assert found["category_probabilities"] == expected["category_probabilities"]
        assert (found["case_id"], found["category"]) == (expected["case_id"], expected["category"])
