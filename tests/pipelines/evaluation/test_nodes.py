"""Held-out cases alone are answered."""

import pandas as pd

from orphan_disease.pipelines.evaluation.nodes import apply_model, join_answers
from tests.domain.small_predictor import small_cases, small_predictor


def split_of(cases: pd.DataFrame) -> pd.DataFrame:
    splits = ["train"] * 30 + ["test_patients"] * 4 + ["test_disorders"] * 6
    folds = [0 if split == "train" else -1 for split in splits]
    return pd.DataFrame({"case_id": cases["case_id"], "group": cases["case_id"], "split": splits, "fold": folds})


def test_training_cases_are_not_answered_again() -> None:
    cases = small_cases()
    answered = apply_model(small_predictor(), cases, split_of(cases))
    assert answered["case_id"].tolist() == cases["case_id"].tolist()[30:]


def test_held_out_and_out_of_fold_answers_stand_in_one_table() -> None:
    cases = small_cases()
    labels = pd.DataFrame(
        {
            "case_id": cases["case_id"],
            "is_orphan": True,
            "category": "nerve",
            "disorder_id": "D",
            "provenance": "simulated",
        }
    )
    decided = pd.DataFrame({"case_id": cases["case_id"][:30], "orphan_probability": 0.5, "category": "nerve"})
    decided = decided.assign(probability_nerve=0.75, probability_skin=0.25, prediction_set=[["nerve"]] * 30)
    held_out = apply_model(small_predictor(), cases, split_of(cases))

    answers = join_answers(held_out, decided, labels, split_of(cases))

    assert answers["split"].value_counts().to_dict() == {"out_of_fold": 30, "test_disorders": 6, "test_patients": 4}
    assert answers["case_id"].is_unique
    assert "differential" not in answers.columns
