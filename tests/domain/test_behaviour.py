"""Use cases, invariances and directions, on the small model and on models that break each of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.use_cases import Finding, UseCase, UseCasePack
from orphan_disease.domain import behaviour
from orphan_disease.domain.behaviour import measure_directions, measure_invariances
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.use_cases import (
    CATEGORY_MET,
    DISORDER_RANK,
    ORPHAN_MET,
    count_met,
    for_categories,
    judge_use_cases,
    use_case_frame,
)
from tests.domain.small_predictor import NERVOUS_TERMS, SKIN_TERMS, small_predictor


def use_case(name: str, terms: tuple[str, ...], category: str | None, disorder: str | None) -> UseCase:
    return UseCase(
        id=name,
        title=name,
        sex="female",
        age_years=10,
        observed=tuple(Finding(id=term, label=term) for term in terms),
        orphan=disorder is not None,
        category=category,
        disorder=(disorder,) if disorder else (),
    )


PACK = UseCasePack(
    name="toy",
    provenance="constructed",
    scheme="toy",
    cases=(
        use_case("nerve", NERVOUS_TERMS[:2], "nerve", "ORPHA:100"),  # another id of OMIM:0
        use_case("skin", SKIN_TERMS[:2], "skin", "OMIM:6"),
        use_case("common", (NERVOUS_TERMS[5], SKIN_TERMS[9]), None, None),
    ),
)


def test_each_expectation_is_judged() -> None:
    answers = small_predictor().predict(use_case_frame(PACK))
    judged = judge_use_cases(PACK, answers, orphan_threshold=0.5)
    assert judged[DISORDER_RANK].tolist()[:2] == [1, 1]
    assert judged[CATEGORY_MET].tolist()[2] is pd.NA
    expected = answers["category"].tolist()[:2]
    assert judged[CATEGORY_MET].tolist()[:2] == [expected[0] == "nerve", expected[1] == "skin"]
    suspected = answers["orphan_probability"] >= 0.5
    assert judged[ORPHAN_MET].tolist() == [suspected[0], suspected[1], not suspected[2]]


def test_met_expectations_are_counted_with_the_names_of_those_missed() -> None:
    judged = pd.DataFrame(
        {
            "case_id": ["a", "b", "c"],
            "is_orphan": [True, True, False],
            ORPHAN_MET: [True, False, True],
            CATEGORY_MET: pd.array([False, pd.NA, pd.NA], dtype="boolean"),
            DISORDER_RANK: pd.array([11, 10, pd.NA], dtype="Int64"),
        }
    )
    assert count_met(judged, top=10) == {
        "orphan": {"met": 1, "asked": 2, "missed": ["b"]},
        "common": {"met": 1, "asked": 1, "missed": []},
        "category": {"met": 0, "asked": 1, "missed": ["a"]},
        "disorder": {"met": 1, "asked": 2, "missed": ["a"]},
    }


def test_another_schemes_categories_are_not_expected() -> None:
    kept = for_categories(PACK, ("nerve", "other"))
    assert [case.category for case in kept.cases] == ["nerve", None, None]


def test_what_says_nothing_changes_nothing() -> None:
    found = measure_invariances(small_predictor(), PACK)
    assert {name: each["largest_change"] for name, each in found.items()} == {
        "order": 0.0,
        "alternative_ids": 0.0,
        "unrelated_fields": 0.0,
    }
    assert (found["order"]["cases"], found["alternative_ids"]["cases"]) == (3.0, 1.0)  # one term has another id


def test_a_model_that_listens_to_the_order_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Predictor.predict

    def by_order(self: Predictor, cases: pd.DataFrame, **given: object) -> pd.DataFrame:
        first = np.array([float(terms[0] == min(terms)) for terms in cases["observed_terms"]])
        answers = honest(self, cases, **given)  # type: ignore[arg-type]
        return answers.assign(orphan_probability=answers["orphan_probability"] * (1 - 0.01 * first))

    monkeypatch.setattr(behaviour, "cases_to_answer", _unsorted)
    monkeypatch.setattr(Predictor, "predict", by_order)
    found = measure_invariances(small_predictor(), PACK)
    assert found["order"]["largest_change"] > 0
    assert found["unrelated_fields"]["largest_change"] == 0.0


def _unsorted(documents: pd.DataFrame, ontology: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cases with their terms as the documents give them."""
    packets = [pd.io.json.ujson_loads(text) for text in documents["payload"]]
    terms = [[each["type"]["id"] for each in packet["phenotypicFeatures"]] for packet in packets]
    return use_case_frame(PACK).assign(observed_terms=terms), documents


def test_a_disorders_own_sign_does_not_lower_it() -> None:
    found = measure_directions(small_predictor(), PACK, signs=2)
    assert found["added"] >= 2
    assert found["not_lowered"] == 1.0


def test_a_model_that_punishes_signs_is_found_out() -> None:
    predictor = small_predictor()
    upside_down = replace(predictor)
    ranker = predictor.ranker

    class Punishing:
        def score(self, batch: object, leave_out: str) -> object:
            scores = ranker.score(batch, leave_out)  # type: ignore[arg-type]
            many = np.asarray(batch.observed.sum(axis=1)) > 2  # type: ignore[attr-defined]
            return replace(scores, fused=np.where(many, -scores.fused, scores.fused))

    upside_down.__dict__["ranker"] = Punishing()
    found = measure_directions(upside_down, PACK, signs=2)
    assert found["not_lowered"] < 1.0
    assert found["most_places_lost"] > 0


def test_without_a_known_disorder_nothing_is_added() -> None:
    unknown = PACK.model_copy(update={"cases": (use_case("x", NERVOUS_TERMS[:1], None, "OMIM:999"),)})
    assert measure_directions(small_predictor(), unknown, signs=2)["added"] == 0
