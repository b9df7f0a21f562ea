"""Pictures of the report on the decision: they hold the numbers that were given."""

import numpy as np
import pytest

from orphan_disease.domain import decision_report_plots as plots
from tests.domain import report_figures as given


def test_the_risk_coverage_curve_leaves_out_where_few_answer() -> None:
    (axes,) = plots.risk_coverage_figure(given.curves(), 0.8).axes
    curve, mark = axes.lines
    np.testing.assert_allclose(curve.get_xydata(), [[0.5, 0.9], [1.0, 0.8]])
    assert list(mark.get_xdata()) == [0.8, 0.8]
    assert curve.get_label() == "real published cases, disorders unseen in training (out of fold)"


def test_the_ablation_has_a_bar_without_and_one_alone() -> None:
    (axes,) = plots.ablation_figure(given.ablation()).axes
    assert [bar.get_width() for bar in axes.patches] == [0.5, 0.5]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["demographics"]
    assert "all features (0.500)" in [text.get_text() for text in axes.get_legend().get_texts()]


def test_the_learning_curves_are_drawn_by_patients_and_by_disorders() -> None:
    by_patients, by_disorders = plots.learning_figure(given.learning()).axes
    np.testing.assert_allclose(by_patients.containers[0][0].get_xydata()[:, 0], [20, 40])
    np.testing.assert_allclose(by_disorders.containers[0][0].get_xydata()[:, 0], [6, 12])
    np.testing.assert_allclose(by_disorders.containers[0][0].get_xydata()[:, 1], [0.5, 0.5])


def test_a_learning_curve_without_a_point_is_an_empty_picture() -> None:
    assert plots.learning_figure(given.learning().iloc[:0]).axes == []


def test_strategies_are_drawn_by_figure_over_all_cases_and_scarce_disorders() -> None:
    panels = plots.balancing_figure(given.balancing()).axes
    assert [axes.get_xlabel().split(" (")[0].split(",")[0] for axes in panels] == [
        "macro-F1",
        "log-loss",
        "calibration error",
    ]
    points = [container[0].get_xdata().tolist() for container in panels[0].containers]
    assert points == [[0.5, 0.5], [0.5, 0.5]]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["none", "smote"]
    told = [text.get_text() for text in panels[-1].get_legend().get_texts()]
    assert told == ["all (n = 40)", "scarce disorders (n = 40)"]


def test_the_largest_contributions_are_drawn_from_the_top() -> None:
    (axes,) = plots.contributions_figure(given.contributions(), 2).axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.4, 0.2])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["female", "male"]
    assert "(n = 40)" in axes.get_title()
