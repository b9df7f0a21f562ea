"""The card keeps simulated and real figures apart, and says what they do not show."""

from typing import Any

import pandas as pd

from orphan_disease.domain.model_card import HEADLINES, build_model_card, count_cases, facts_of
from tests.domain.small_predictor import CATEGORIES, small_predictor

SELECTED = {
    "category": {
        "name": "mlp+none",
        "provenance": "publication",
        "paired": {
            "rival": "xgboost+none",
            "difference": -0.004,
            "low": -0.012,
            "high": 0.005,
            "standard_error": 0.004,
            "p_value": 0.4,
        },
    },
    "orphan": {"name": "xgboost+none", "provenance": "simulated", "paired": None},
}
KINDS = ("precision", "recall", "f1", "coverage")


def section(value: float) -> dict[str, Any]:
    interval = {"value": value, "low": value - 0.1, "high": value + 0.1}
    names = (*(name for name, _ in HEADLINES), *(f"{kind}_{name}" for kind in KINDS for name in CATEGORIES))
    return {
        "cases": 12,
        "orphan_cases": 8,
        "cases_of_known_category": 7,
        "groups": 5,
        "category": dict.fromkeys(names, interval),
        "orphan": {"area_under_roc": interval},
    }


def counts() -> pd.DataFrame:
    labels = pd.DataFrame(
        {
            "case_id": ["1", "2", "3"],
            "provenance": ["simulated", "simulated", "publication"],
            "is_orphan": [True, False, True],
            "disorder_id": ["D1", "I1", "D1"],
        }
    )
    return count_cases(
        labels, pd.DataFrame({"case_id": ["1", "2", "3"], "split": ["train", "train", "test_disorders"]})
    )


def test_cases_are_counted_by_split_and_provenance() -> None:
    assert counts().to_numpy().tolist() == [["test_disorders", "publication", 1, 1, 1], ["train", "simulated", 2, 1, 2]]


def test_a_category_without_cases_has_a_dash_for_its_coverage() -> None:
    part = section(0.7)
    figures = {name: value for name, value in part["category"].items() if name != f"coverage_{CATEGORIES[0]}"}
    metrics = {"test_disorders": {"simulated": part | {"category": figures}}}
    card = build_model_card(facts_of(small_predictor()), SELECTED, metrics, counts())
    shown = "0.700 (0.600 to 0.800)"
    assert f"| {CATEGORIES[0]} | {shown} | {shown} | {shown} | - |" in card
    assert f"| {CATEGORIES[1]} | {shown} | {shown} | {shown} | {shown} |" in card


def test_simulated_figures_alone_are_called_so() -> None:
    metrics = {"test_disorders": {"simulated": section(0.7)}}
    card = build_model_card(facts_of(small_predictor()), SELECTED, metrics, counts())

    assert "SIMULATED cases (fabricated from the knowledge" in card
    assert "**Every figure above is measured on simulated patients**" in card
    assert "| macro-F1 | 0.700 (0.600 to 0.800) |" in card
    assert "| nerve | 0.700 (0.600 to 0.800) |" in card
    assert "| disorders ranked | 12 |" in card


def test_real_and_simulated_cases_have_tables_of_their_own() -> None:
    metrics = {"test_disorders": {"publication": section(0.6), "simulated": section(0.7)}}
    card = build_model_card(facts_of(small_predictor()), SELECTED, metrics, counts())

    real, simulated = card.index("real cases, from publications"), card.index("SIMULATED cases (")
    assert card[real:simulated].count("| macro-F1 | 0.600") == 1
    assert "| 0.700 (" not in card[real:simulated]
    assert "Every figure above" not in card


def test_the_choice_is_shown_against_the_best_other_candidate() -> None:
    card = build_model_card(facts_of(small_predictor()), SELECTED, {}, counts())
    assert (
        "| category | mlp+none | publication | xgboost+none | -0.004 (-0.012 to +0.005) | 0.400 |" in card.splitlines()
    )
    assert "| orphan | xgboost+none | simulated | no other |  |  |" in card.splitlines()
