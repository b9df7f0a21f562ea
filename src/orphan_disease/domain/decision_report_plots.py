"""Pictures of the report on the decision, in the colours of `domain.evaluation_plots`.

Simulated and real cases never share a line or a bar.
"""

from collections.abc import Mapping
from textwrap import fill
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from orphan_disease.contracts import columns
from orphan_disease.domain.balancing_figures import EVERY
from orphan_disease.domain.evaluation_plots import BLUE, GREEN, GREY, ORANGE, PROVENANCE_TITLES, SPLIT_TITLES
from orphan_disease.domain.feature_groups import GROUP_LABELS

__all__ = ["ablation_figure", "balancing_figure", "contributions_figure", "learning_figure", "risk_coverage_figure"]

COLOURS: Final = (BLUE, ORANGE, GREEN, "#CC79A7", "#E69F00", "#56B4E9")
BALANCED: Final = {
    "macro_f1": "macro-F1 (more is better)",
    "log_loss": "log-loss, nats (less is better)",
    "calibration_error": "calibration error (less is better)",
}
FEWEST_ANSWERED: Final = 0.05  # of the curve: fewer cases say little


def risk_coverage_figure(curves: pd.DataFrame, share: float) -> Figure:
    """Accuracy against the share of cases answered, one line for each split and provenance.

    Args:
        curves: as `domain.risk_coverage.tabulate_risk_coverage` gives them.
        share: marked by a line.
    """
    figure = Figure(figsize=(8.2, 4.8), layout="constrained")
    axes = figure.add_subplot()
    for place, ((split, provenance), rows) in enumerate(curves.groupby([columns.SPLIT, columns.PROVENANCE], sort=True)):
        shown = rows[rows["share_answered"] >= FEWEST_ANSWERED]
        name = f"{_title(PROVENANCE_TITLES, provenance)}, {_title(SPLIT_TITLES, split)}"
        axes.plot(shown["share_answered"], shown["accuracy"], color=COLOURS[place % len(COLOURS)], label=name)
    axes.axvline(share, color=GREY, linestyle=":", linewidth=1)
    axes.set(xlim=(0, 1.01), xlabel="share of cases answered, the surest first", ylabel="share right")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, frameon=False, loc="lower left")
    figure.suptitle("Accuracy against the share of cases answered")
    return figure


def balancing_figure(balancing: pd.DataFrame) -> Figure:
    """Macro-F1, log-loss and calibration error of each strategy; a row of panels for each provenance.

    Args:
        balancing: as `domain.balancing_figures.measure_balancing` gives it.
    """
    own = balancing[balancing["category"] == EVERY]
    parts = list(own.groupby(columns.PROVENANCE, sort=True))
    figure = Figure(figsize=(12.5, 3.1 * max(len(parts), 1) + 0.5), layout="constrained")
    panels = figure.subplots(max(len(parts), 1), len(BALANCED), squeeze=False, sharey="row")
    for (provenance, rows), across in zip(parts, panels, strict=False):
        strategies = list(dict.fromkeys(rows["strategy"]))
        for axes, (metric, name) in zip(across, BALANCED.items(), strict=True):
            for place, (cases_of, part) in enumerate(rows[rows["metric"] == metric].groupby("cases_of", sort=True)):
                chosen = part.set_index("strategy").reindex(strategies)
                values = chosen["value"].to_numpy(dtype=np.float64)
                bounds = np.abs(chosen[["low", "high"]].to_numpy(dtype=np.float64).T - values)
                heights = np.arange(len(strategies)) + 0.24 * (place - 0.5)
                label = f"{cases_of} (n = {int(part['cases'].iloc[0])})"
                axes.errorbar(values, heights, xerr=bounds, fmt="o", color=COLOURS[place], capsize=3, label=label)
            axes.set_yticks(range(len(strategies)), [each.replace("_", " ") for each in strategies], fontsize=8)
            axes.set_xlabel(name, fontsize=9)
            axes.grid(axis="x", alpha=0.3)
        across[0].set_ylim(len(strategies) - 0.5, -0.5)
        across[-1].legend(fontsize=8, frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
        across[0].set_title(_title(PROVENANCE_TITLES, provenance), fontsize=9, loc="left")
    figure.suptitle("What may be done about the imbalance, on unseen disorders")
    return figure


def ablation_figure(ablation: pd.DataFrame) -> Figure:
    """Macro-F1 lost without each group, and reached with it alone, one panel for each head and provenance.

    Args:
        ablation: as `domain.feature_ablation.measure_ablation` gives it, with the head.
    """
    own = ablation[ablation["metric"] == "macro_f1"]
    parts = list(own.groupby(["head", columns.PROVENANCE], sort=True))
    down = -(-max(len(parts), 1) // 2)
    figure = Figure(figsize=(12.5, 4.4 * down), layout="constrained")
    for place, ((head, provenance), rows) in enumerate(parts, start=1):
        axes = figure.add_subplot(down, min(len(parts), 2), place)
        whole = rows[rows["variant"] == "all"]["value"].iloc[0]
        groups = [each for each in GROUP_LABELS if each in set(rows["group"])]
        for shift, (variant, colour, name) in enumerate(
            (("without", ORANGE, "without it"), ("alone", BLUE, "it alone"))
        ):
            chosen = rows[rows["variant"] == variant].set_index("group").reindex(groups)
            values = chosen["value"].to_numpy(dtype=np.float64)
            bounds = np.abs(chosen[["low", "high"]].to_numpy(dtype=np.float64).T - values)
            heights = np.arange(len(groups)) + 0.36 * (shift - 0.5)
            axes.barh(heights, values, 0.34, xerr=bounds, color=colour, capsize=2, label=name)
        axes.axvline(whole, color=GREY, linestyle="--", linewidth=1, label=f"all features ({whole:.3f})")
        axes.set_yticks(range(len(groups)), [GROUP_LABELS[each] for each in groups], fontsize=8)
        axes.invert_yaxis()
        axes.set(xlim=(0, 1), xlabel="macro-F1 on unseen disorders")
        axes.set_title(f"{head} head, {_title(PROVENANCE_TITLES, provenance)}", fontsize=9)
        axes.legend(fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3)
    figure.suptitle("What each group of features brings")
    return figure


def learning_figure(learning: pd.DataFrame) -> Figure:
    """Macro-F1 by the patients and by the disorders that teach, with intervals.

    Args:
        learning: as `domain.learning_curves.measure_learning` gives it.
    """
    own = learning[learning["metric"] == "macro_f1"]
    figure = Figure(figsize=(11, 4.4), layout="constrained")
    for place, (by, rows) in enumerate(own.groupby("by", sort=False), start=1):
        axes = figure.add_subplot(1, 2, place)
        for colour, (provenance, part) in zip(COLOURS, rows.groupby(columns.PROVENANCE, sort=True), strict=False):
            values = part["value"].to_numpy(dtype=np.float64)
            bounds = np.abs(part[["low", "high"]].to_numpy(dtype=np.float64).T - values)
            name = _title(PROVENANCE_TITLES, provenance)
            axes.errorbar(part[str(by)], values, yerr=bounds, color=colour, marker="o", capsize=3, label=name)
        axes.set(
            xlabel=f"{by} that teach (of all sources)",
            ylabel="macro-F1 on unseen disorders",
            ylim=(np.floor(10 * own["low"].min()) / 10, 1),
        )
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8, frameon=False, loc="lower right")
    figure.suptitle("Learning curves: the same cases answered, fewer teachers")
    return figure


def contributions_figure(contributions: pd.DataFrame, size: int) -> Figure:
    """The features that weigh most for each class, by mean absolute contribution; one figure row a provenance.

    Args:
        contributions: as `domain.model_contributions.measure_contributions` gives them.
        size: features of each class.
    """
    parts = list(contributions.groupby([columns.PROVENANCE, "head", "class"], sort=True))
    rows = -(-max(len(parts), 1) // 2)
    figure = Figure(figsize=(15, 0.3 * size * rows + 1.2 * rows), layout="constrained")
    for place, ((provenance, head, name), own) in enumerate(parts, start=1):
        axes = figure.add_subplot(rows, 2, place)
        largest = own.nlargest(size, "mean_size")
        axes.barh(range(len(largest)), largest["mean_size"], color=BLUE)
        axes.set_yticks(range(len(largest)), [fill(name, 52) for name in largest["en"]], fontsize=7)
        axes.invert_yaxis()
        axes.set_xlabel("mean absolute contribution (nats of log-odds)", fontsize=8)
        title = f"{head} head: {str(name).replace('_', ' ')}, {_title(PROVENANCE_TITLES, provenance)}"
        axes.set_title(f"{title} (n = {int(own['cases'].iloc[0])})", fontsize=9)
    figure.suptitle("What the model weighs, on held-out cases")
    return figure


def _title(titles: Mapping[str, str], name: object) -> str:
    return titles.get(str(name), str(name))
