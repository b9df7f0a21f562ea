"""From ranks to figures: recall at k with intervals, the table as Markdown, curve and reliability as a picture."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.benchmark import BenchmarkParams
from orphan_disease.domain.benchmark import AS_RELEASED, MODES, OWN_PAPER
from orphan_disease.domain.ranking_metrics import (
    TieRanks,
    bootstrap_interval,
    expected_recall,
    expected_reciprocal_rank,
)

__all__ = ["benchmark_figure", "benchmark_markdown", "measure_ranks"]

REFERENCE_METHOD: Final = "one-sided Resnik"
CURVE_DEPTHS: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100)
RELIABILITY_BINS: Final = 8
COLOURS: Final = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"),
    *("#56B4E9", "#666666", "#000000", "#F0E442", "#8B4513", "#9400D3"),
)
MODE_TITLES: Final[Mapping[str, str]] = {
    AS_RELEASED: "Annotations as released (inflated: a case may be recognised by its own description)",
    OWN_PAPER: "The case's own paper left out (the honest figure)",
    "all_papers_left_out": "Every paper of the set left out",
}


def measure_ranks(ranks: pd.DataFrame, params: BenchmarkParams) -> list[dict[str, Any]]:
    """Recall at every depth and mean reciprocal rank, with intervals, of every method in every mode.

    Cases whose disorder has another paper's patient in the case base, and those whose disorder has none, are told
    apart.

    Args:
        ranks: rows of `domain.benchmark.rank_cases`.
        params: depths and resampling.
    """
    records = []
    for mode in MODES:
        for method, rows in ranks[ranks["mode"] == mode].groupby("method", sort=False):
            for subset, chosen in (
                ("all", rows),
                ("with_case", rows[rows["has_case"]]),
                ("without_case", rows[~rows["has_case"]]),
            ):
                if len(chosen):
                    records.append({"mode": mode, "method": str(method), "cases": subset} | _figures(chosen, params))
    return records


def _figures(rows: pd.DataFrame, params: BenchmarkParams) -> dict[str, Any]:
    ranks = TieRanks(rows["better"].to_numpy(), rows["tied"].to_numpy())
    values = {f"recall_at_{depth}": expected_recall(ranks, depth) for depth in params.depths}
    values["mean_reciprocal_rank"] = expected_reciprocal_rank(ranks)
    groups = rows[columns.DISORDER_ID].to_numpy(dtype=str)
    intervals = {
        name: bootstrap_interval(each, groups, samples=params.bootstrap_samples, seed=params.seed)
        for name, each in values.items()
    }
    figures: dict[str, Any] = {"n": len(rows), "milliseconds_per_case": float(rows["milliseconds"].iloc[0])}
    for name, each in values.items():
        figures[name] = float(each.mean())
        figures[f"{name}_low"], figures[f"{name}_high"] = intervals[name]
    return figures


def benchmark_markdown(records: Sequence[Mapping[str, Any]], params: BenchmarkParams) -> str:
    """The table as Markdown, the honest mode first."""
    size = max(int(record["n"]) for record in records) if records else 0
    lines = [
        "# Benchmark: published cases against every disorder",
        "",
        f"{size} cases, at most {params.max_cases_per_disorder} a disorder. Ties count by exact expectation. In "
        "brackets: 95 % interval, whole disorders resampled. The learned re-ranker is judged on disorders that its "
        "trees never saw.",
        "",
    ]
    for mode in sorted(MODES, key=lambda each: each != OWN_PAPER):
        lines += _mode_table(mode, records, params)
    lines += _case_base_table(records)
    return "\n".join(lines) + "\n"


def _mode_table(mode: str, records: Sequence[Mapping[str, Any]], params: BenchmarkParams) -> list[str]:
    rows = [record for record in records if record["mode"] == mode and record["cases"] == "all"]
    reference = next((record for record in rows if record["method"] == REFERENCE_METHOD), None)
    heads = ["method", *(f"top-{depth}" for depth in params.depths), "MRR", "x Resnik top-1", "x top-10", "ms/case"]
    lines = [f"## {MODE_TITLES[mode]}", "", _row(heads), _row(["---"] * len(heads))]
    for record in rows:
        figures = [_with_interval(record, f"recall_at_{depth}") for depth in params.depths]
        ratios = [_ratio(record, reference, f"recall_at_{depth}") for depth in (1, 10)]
        reciprocal = _with_interval(record, "mean_reciprocal_rank")
        lines.append(_row([record["method"], *figures, reciprocal, *ratios, f"{record['milliseconds_per_case']:.1f}"]))
    return [*lines, ""]


def _case_base_table(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the case base does to disorders that have a patient in it, and to those that have none."""
    heads = ["method", "disorders", "cases", "top-1", "top-10", "MRR"]
    lines = ["## Does the case base harm disorders without a case?", "", _row(heads), _row(["---"] * len(heads))]
    for record in records:
        if record["mode"] == OWN_PAPER and record["cases"] != "all" and "re-ranker" in record["method"]:
            subset = "with a case" if record["cases"] == "with_case" else "without a case"
            figures = [_with_interval(record, name) for name in ("recall_at_1", "recall_at_10", "mean_reciprocal_rank")]
            lines.append(_row([record["method"], subset, str(record["n"]), *figures]))
    return lines


def _with_interval(record: Mapping[str, Any], name: str) -> str:
    value, low, high = (record.get(f"{name}{suffix}") for suffix in ("", "_low", "_high"))
    return "" if value is None else f"{value:.3f} ({low:.3f}-{high:.3f})"


def _ratio(record: Mapping[str, Any], reference: Mapping[str, Any] | None, name: str) -> str:
    if reference is None or not reference.get(name):
        return ""
    return f"{record[name] / reference[name]:.2f}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def benchmark_figure(ranks: pd.DataFrame) -> Figure:
    """Recall at k in the honest mode, and how often the first disorder is right at each stated probability."""
    figure = Figure(figsize=(13, 6.2), layout="constrained")
    curve, reliability = figure.subplots(1, 2)
    honest = ranks[ranks["mode"] == OWN_PAPER]
    _draw_curves(curve, honest)
    _draw_reliability(reliability, honest)
    figure.legend(*curve.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    return figure


def _draw_curves(axes: Axes, honest: pd.DataFrame) -> None:
    for place, (method, rows) in enumerate(honest.groupby("method", sort=False)):
        ranks = TieRanks(rows["better"].to_numpy(), rows["tied"].to_numpy())
        recall = [float(expected_recall(ranks, depth).mean()) for depth in CURVE_DEPTHS]
        axes.plot(CURVE_DEPTHS, recall, marker=".", color=COLOURS[place % len(COLOURS)], label=str(method))
    axes.set_xscale("log")
    axes.set_xticks(CURVE_DEPTHS, [str(depth) for depth in CURVE_DEPTHS])
    axes.set_xlabel("k")
    axes.set_ylabel("share of cases with their disorder among the first k")
    axes.set_title("Published cases, own paper left out")
    axes.set_ylim(0, None)
    axes.grid(alpha=0.3)


def _draw_reliability(axes: Axes, honest: pd.DataFrame) -> None:
    axes.plot([0, 1], [0, 1], color="#666666", linestyle=":", label="perfect")
    stated = honest[honest["top_probability"].notna()]
    for place, (method, rows) in enumerate(stated.groupby("method", sort=False)):
        probability = rows["top_probability"].to_numpy(dtype=float)
        right = rows["top_is_right"].to_numpy(dtype=float)
        parts = np.array_split(np.argsort(probability), RELIABILITY_BINS)
        filled = [part for part in parts if len(part)]
        axes.plot(
            [probability[part].mean() for part in filled],
            [right[part].mean() for part in filled],
            marker="o",
            color=COLOURS[place],
            label=str(method),
        )
    axes.set_xlabel("probability stated for the first disorder")
    axes.set_ylabel("share of cases where it was right")
    axes.set_title("Reliability, disorders unseen by the trees")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
