"""Pictures: one panel for each split and provenance, titled with it, holding the numbers that were given."""

import numpy as np
import pandas as pd
import pytest

from orphan_disease.domain.evaluation_plots import calibration_figure, confusion_figure, per_category_figure


@pytest.fixture
def answers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": list("123456"),
            "is_orphan": True,
            "category": "a",
            "category_actual": ["a", "a", "b", "b", "a", "b"],
            "probability_a": [0.95, 0.95, 0.95, 0.25, 0.75, 0.25],
            "probability_b": [0.05, 0.05, 0.05, 0.75, 0.25, 0.75],
            "prediction_set": [["a"]] * 6,
            "group": list("123456"),
            "split": "test_disorders",
            "provenance": ["simulated"] * 4 + ["publication"] * 2,
        }
    )


def test_the_confusion_matrix_shows_each_provenance_apart(answers: pd.DataFrame) -> None:
    figure = confusion_figure(answers)
    published, simulated = figure.axes

    assert "real published cases, n = 2" in published.get_title()
    assert "SIMULATED cases, n = 4" in simulated.get_title()
    cells = [text.get_text() for text in simulated.texts]
    assert cells == ["100%\n2", "0%\n0", "50%\n1", "50%\n1"]


def test_the_reliability_curve_shows_how_often_a_confidence_is_right(answers: pd.DataFrame) -> None:
    simulated = calibration_figure(answers, bins=10).axes[1]
    said, right = simulated.containers[0][0].get_data()

    np.testing.assert_allclose(said, [0.75, 0.95])
    np.testing.assert_allclose(right, [1.0, 2 / 3])


def test_bars_carry_the_figures_and_their_intervals() -> None:
    interval = {"value": 0.5, "low": 0.25, "high": 0.75}
    names = [f"{kind}_{name}" for kind in ("precision", "recall", "f1") for name in "ab"]
    metrics = {
        "test_disorders": {"simulated": {"cases_of_known_category": 4, "category": dict.fromkeys(names, interval)}}
    }
    (axes,) = per_category_figure(metrics, ["a", "b"]).axes

    assert [bar.get_height() for bar in axes.patches] == [0.5] * 6
    assert [text.get_text() for text in axes.get_xticklabels()] == ["a", "b"]


def test_nothing_to_show_is_said(answers: pd.DataFrame) -> None:
    figure = confusion_figure(answers.iloc[:0])
    assert figure.axes == []
    assert "no case of a known category" in figure.texts[0].get_text()
