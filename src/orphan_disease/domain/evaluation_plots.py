"""Pictures of the evaluation. Colours are those of Okabe and Ito, told apart by colour-blind readers.

Every picture says in its title which split and which provenance it shows: simulated and real cases never share a panel.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from orphan_disease.contracts import columns
from orphan_disease.domain.evaluation import AnsweredCases, categories_of

__all__ = ["calibration_figure", "confusion_figure", "per_category_figure"]

BLUE: Final = "#0072B2"
ORANGE: Final = "#D55E00"
GREEN: Final = "#009E73"
GREY: Final = "#666666"

PANEL_WIDTH: Final = 5.2
PANEL_HEIGHT: Final = 4.8
SPLIT_TITLES: Final[Mapping[str, str]] = {
    "out_of_fold": "disorders unseen in training (out of fold)",
    "test_disorders": "disorders unseen in training (held out)",
    "test_patients": "new patients of known disorders",
}
PROVENANCE_TITLES: Final[Mapping[str, str]] = {
    "simulated": "SIMULATED cases",
    "publication": "real published cases",
    "hospital": "real hospital cases",
}
DARK_CELL: Final = 0.55


def confusion_figure(answers: pd.DataFrame) -> Figure:
    """Confusion matrices, one panel for each split and provenance: rows are what was found, columns the answer.

    Args:
        answers: joined answers (see `domain.evaluation.join_truth`).
    """
    categories = categories_of(answers)
    figure, panels = _panels(answers, categories)
    for axes, (title, answered) in panels:
        counts = np.zeros((len(categories), len(categories)))
        np.add.at(counts, (answered.actual, answered.probabilities.argmax(axis=1)), 1)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for row, column in np.ndindex(*counts.shape):
            colour = "white" if shares[row, column] > DARK_CELL else "black"
            text = f"{shares[row, column]:.0%}\n{int(counts[row, column])}"
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=9)
        names = [_readable(name) for name in categories]
        axes.set_xticks(range(len(names)), names, rotation=30, ha="right", fontsize=8)
        axes.set_yticks(range(len(names)), names, fontsize=8)
        axes.set(xlabel="most probable category", ylabel="confirmed category")
        axes.set_title(title, fontsize=9)
    figure.suptitle("Which category, against what was confirmed (share of each row, number of cases)")
    return figure


def calibration_figure(answers: pd.DataFrame, bins: int) -> Figure:
    """Reliability of the most probable category: how often it is right, against how probable it was said to be.

    Args:
        answers: joined answers.
        bins: of equal width.
    """
    figure, panels = _panels(answers, categories_of(answers))
    for axes, (title, answered) in panels:
        confidence = answered.probabilities.max(axis=1)
        hit = answered.probabilities.argmax(axis=1) == answered.actual
        said, right, size = _reliability(confidence, hit, bins)
        deviation = np.sqrt(right * (1 - right) / size)
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="perfect")
        axes.errorbar(said, right, yerr=deviation, color=BLUE, marker="o", capsize=3, label="measured, ± 1 s.e.")
        for x, y, count in zip(said, right, size, strict=True):
            axes.annotate(f"{int(count)}", (x, y), textcoords="offset points", xytext=(6, -11), fontsize=7, color=GREY)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="probability given", ylabel="share right", aspect="equal")
        axes.set_title(title, fontsize=9)
        axes.legend(loc="lower right", fontsize=8, frameon=False)
    figure.suptitle("Does the probability of the category mean what it says? (numbers: cases)")
    return figure


def per_category_figure(metrics: Mapping[str, Any], categories: Sequence[str]) -> Figure:
    """Precision, recall and F1 of each category with their intervals.

    Args:
        metrics: as `domain.evaluation.measure_answers` gives them.
        categories: K names.
    """
    sections = [
        (_title(split, provenance, section["cases_of_known_category"]), section["category"])
        for split, by_provenance in metrics.items()
        for provenance, section in by_provenance.items()
        if "category" in section
    ]
    figure, axes_list = _grid(len(sections))
    places = np.arange(len(categories))
    for axes, (title, figures) in zip(axes_list, sections, strict=True):
        for shift, (name, colour) in enumerate((("precision", BLUE), ("recall", ORANGE), ("f1", GREEN))):
            chosen = [figures[f"{name}_{category}"] for category in categories]
            values = np.array([each["value"] for each in chosen])
            bounds = np.abs(np.array([[each["low"] for each in chosen], [each["high"] for each in chosen]]) - values)
            axes.bar(places + 0.27 * (shift - 1), values, 0.25, yerr=bounds, color=colour, capsize=2, label=name)
        axes.set_xticks(places, [_readable(name) for name in categories], rotation=30, ha="right", fontsize=8)
        axes.set(ylim=(0, 1.05), ylabel="value, with its interval")
        axes.set_title(title, fontsize=9)
    if sections:
        handles, names = axes_list[0].get_legend_handles_labels()
        figure.legend(handles, names, fontsize=9, frameon=False, loc="outside lower center", ncols=3)
    figure.suptitle("Precision, recall and F1 of each category")
    return figure


def _panels(
    answers: pd.DataFrame, categories: Sequence[str]
) -> tuple[Figure, list[tuple[Axes, tuple[str, AnsweredCases]]]]:
    """One empty panel for each split and provenance that has cases of a known category."""
    parts = []
    for (split, provenance), rows in answers.groupby([columns.SPLIT, columns.PROVENANCE], sort=True):
        answered = AnsweredCases.from_frame(rows, categories)
        if len(answered):
            parts.append((_title(str(split), str(provenance), len(answered)), answered))
    figure, axes_list = _grid(len(parts))
    return figure, list(zip(axes_list, parts, strict=True))


def _grid(count: int) -> tuple[Figure, list[Axes]]:
    columns_count = min(max(count, 1), 3)
    rows = -(-max(count, 1) // columns_count)
    figure = Figure(figsize=(PANEL_WIDTH * columns_count, PANEL_HEIGHT * rows), layout="constrained")
    axes_list = [figure.add_subplot(rows, columns_count, place + 1) for place in range(count)]
    if not count:
        figure.text(0.5, 0.5, "no case of a known category to show", ha="center")
    return figure, axes_list


def _reliability(
    confidence: npt.NDArray[np.float64], hit: npt.NDArray[np.bool_], bins: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean confidence, accuracy and number of cases of each bin that has any."""
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    size = np.bincount(places, minlength=bins).astype(np.float64)
    filled = size > 0
    said = np.bincount(places, weights=confidence, minlength=bins)[filled] / size[filled]
    right = np.bincount(places, weights=hit, minlength=bins)[filled] / size[filled]
    return said, right, size[filled]


def _title(split: str, provenance: str, cases: int) -> str:
    return f"{PROVENANCE_TITLES.get(provenance, provenance)}, n = {cases}\n{SPLIT_TITLES.get(split, split)}"


def _readable(name: str) -> str:
    return name.replace("_", " ")
