"""The better model is taken, whichever of the two it is."""

from dataclasses import replace

import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.promotion import PromotionParams
from orphan_disease.domain.prediction import Predictor
from orphan_disease.pipelines.retraining.nodes import compare_with_champion
from tests.domain.small_predictor import small_cases, small_predictor

PARAMS = PromotionParams(measurement=EvaluationParams(bootstrap_samples=10, seed=1), minimum_gain_macro_f1=0.01)


def swapped(predictor: Predictor, version: str) -> Predictor:
    """The same model with the two categories' probabilities exchanged."""
    classifier = predictor.category_classifier

    class Exchanged:
        def predict_proba(self, rows: object) -> object:
            return classifier.estimator.predict_proba(rows)[:, ::-1]  # type: ignore[arg-type]

    return replace(predictor, category_classifier=replace(classifier, estimator=Exchanged()), model_version=version)


@pytest.mark.parametrize("better_is_new", [True, False])
def test_only_the_better_model_is_taken(better_is_new: bool) -> None:
    cases = small_cases().iloc[:30]
    codes = [number % 2 for number in range(30)]
    labels = pd.DataFrame(
        {
            "case_id": cases["case_id"],
            "is_orphan": True,
            "category": ["nerve" if code else "skin" for code in codes],
            "disorder_id": "D",
            "provenance": "simulated",
        }
    )
    split = pd.DataFrame(
        {"case_id": cases["case_id"], "group": cases["case_id"], "split": "test_disorders", "fold": -1}
    )
    good, bad = replace(small_predictor(), model_version="good"), swapped(small_predictor(), "bad")
    champion, candidate = (bad, good) if better_is_new else (good, bad)

    record = compare_with_champion({}, champion, candidate, cases, labels, split, {"passed": True}, PARAMS)

    assert record["promoted"] is better_is_new
    assert (record["champion_version"], record["candidate_version"]) == (
        champion.model_version,
        candidate.model_version,
    )
