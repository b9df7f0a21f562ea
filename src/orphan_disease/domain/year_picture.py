"""The simulated year in one picture and one table: performance, answers that were changed, decisions, versions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from orphan_disease.contracts.parameters.simulated_year import SimulatedYearParams
from orphan_disease.domain.evaluation_plots import BLUE, GREEN, GREY, ORANGE

__all__ = ["draw_year", "tabulate_year"]

VERSIONS: Final = (BLUE, ORANGE, GREEN, "#CC79A7", "#5D5D00", "#56B4E9")
MARKERS: Final = ("o", "s", "^", "D", "P", "X")
ACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "ok": (GREEN, "ok"),
    "watch": ("#9a6700", "watch"),
    "retrain": (ORANGE, "retrain"),
    "rollback": ("#a3163c", "rollback"),
    "not_enough_labels": (GREY, "too few labels"),
}
TITLES: Final[Mapping[str, str]] = {
    "category.macro_f1": "macro-F1",
    "category.coverage": "coverage",
    "category.abstention_rate": "abstention",
    "differential.top_10": "top-10",
}
SHORT: Final = 7

Rows = Sequence[Mapping[str, Any]]


def draw_year(rows: Rows, params: SimulatedYearParams) -> Figure:
    """Macro-F1 by month and version with intervals, the other figures below, and what was decided.

    Args:
        rows: one a month: `month`, `served`, `judged_version`, `labels`, `action`, `figures`, `drifted`, `retrained`,
            `served_after`.
        params: the planted changes.
    """
    figure = Figure(figsize=(12, 8.6), layout="constrained")
    upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=[3.2, 2.2, 0.9])
    places = list(range(len(rows)))
    _draw_f1(upper, rows)
    for name, colour, marker in zip(list(TITLES)[1:], (BLUE, GREY, GREEN), ("s", "v", "D"), strict=True):
        known = [(place, row["figures"][name]) for place, row in enumerate(rows) if row["figures"].get(name)]
        values = [found["value"] for _, found in known]
        middle.plot([place for place, _ in known], values, color=colour, marker=marker, label=TITLES[name])
    middle.set(ylim=(0, 1.02), ylabel="share")
    middle.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    for place, row in enumerate(rows):
        colour, words = ACTIONS[row["action"]]
        lower.text(place, 0.62, words.replace(" ", "\n"), color=colour, ha="center", va="center", weight="bold")
        lower.text(
            place, 0.15, f"{row['labels']} labels\n{len(row['drifted'])} drifted", ha="center", fontsize=7.5, color=GREY
        )
    lower.set(ylim=(0, 1), yticks=[], ylabel="decision")
    lower.set_xticks(places, [str(row["month"]) for row in rows])
    for axes in (upper, middle, lower):
        _mark_changes(axes, params, with_words=axes is upper)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e4e7eb")
    figure.suptitle("A simulated year: SIMULATED patients, planted changes, and what monitoring made of them")
    return figure


def tabulate_year(rows: Rows, params: SimulatedYearParams) -> str:
    """The year as Markdown: what changed, each month, and what was said of each model that was trained again.

    Args:
        rows: see `draw_year`; one that was followed by a retraining may bear its `verdict`.
        params: the planted changes.
    """
    lines = ["# A simulated year", "", "Patients are simulated. Intervals are of the month's confirmed cases.", ""]
    lines += [f"- from {_name(rows, change.from_month)}: {change.name_en}" for change in params.changes]
    lines += [
        "",
        f"| month | answered by | labels | {' | '.join(TITLES.values())} | drifted | decision | served after |",
    ]
    lines += ["|" + "---|" * (6 + len(TITLES))]
    for row in rows:
        figures = " | ".join(_cell(row["figures"].get(name)) for name in TITLES)
        after = f"`{row['served_after'][:SHORT]}`" + (" (new)" if row["served_after"] != row["served"] else "")
        lines.append(
            f"| {row['month']} | `{row['served'][:SHORT]}` | {row['labels']} | {figures} | {len(row['drifted'])} | "
            f"{row['action']} | {after} |"
        )
    verdicts = [f"- {row['month']}: {row['verdict']}" for row in rows if row.get("verdict")]
    if verdicts:
        lines += ["", "Models that were trained again, against the champion:", "", *verdicts]
    return "\n".join(lines) + "\n"


def _draw_f1(axes: Axes, rows: Rows) -> None:
    versions = list(dict.fromkeys(row["judged_version"] for row in rows if row["judged_version"]))
    for number, version in enumerate(versions):
        known = [
            (place, row["figures"]["category.macro_f1"])
            for place, row in enumerate(rows)
            if row["judged_version"] == version and row["figures"].get("category.macro_f1")
        ]
        values = [found["value"] for _, found in known]
        below = [found["value"] - found["low"] for _, found in known]
        above = [found["high"] - found["value"] for _, found in known]
        axes.errorbar(
            [place for place, _ in known],
            values,
            yerr=[below, above],
            color=VERSIONS[number % len(VERSIONS)],
            marker=MARKERS[number % len(MARKERS)],
            markersize=7,
            capsize=3,
            label=f"version {version[:SHORT]}",
        )
    for place, row in enumerate(rows):
        if row["retrained"]:
            is_new = row["served_after"] != row["served"]
            words = "trained again:\nnew version served" if is_new else "trained again:\nold version kept"
            axes.annotate(words, (place + 0.5, 0.2), ha="center", fontsize=8, color=ORANGE)
            axes.axvline(place + 0.5, color=ORANGE, linewidth=1.5)
    axes.set(ylim=(0, 1.02), ylabel="macro-F1 (95 % interval)")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)


def _mark_changes(axes: Axes, params: SimulatedYearParams, *, with_words: bool) -> None:
    for number, change in enumerate(params.changes):
        axes.axvline(change.from_month - 1.5, color="#1f2933", linestyle="--", linewidth=1)
        if with_words:
            words = f"{chr(65 + number)}: {change.name_en}"
            axes.annotate(chr(65 + number), (change.from_month - 1.45, 0.97), weight="bold")
            axes.annotate(words, (0.01, 0.05 + 0.07 * number), xycoords="axes fraction", fontsize=8.5, color="#1f2933")


def _name(rows: Rows, number: int) -> str:
    return str(rows[number - 1]["month"]) if number <= len(rows) else str(pd.Period(rows[0]["month"], "M") + number - 1)


def _cell(figure: Mapping[str, float] | None) -> str:
    return "-" if not figure else f"{figure['value']:.2f} ({figure['low']:.2f} to {figure['high']:.2f})"
