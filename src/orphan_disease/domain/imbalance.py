"""How unequal the training patients are, measured and drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Split
from orphan_disease.domain.resampling import imbalance_ratio

__all__ = ["imbalance_figure", "measure_imbalance", "patients_by_category"]

SCARCE_PATIENTS = 3  # a disorder with at most so many training patients is counted as scarce


def measure_imbalance(labels: pd.DataFrame, split: pd.DataFrame, categories: Sequence[str]) -> dict[str, object]:
    """Training patients, disorders and scarce disorders of each category, each source apart.

    Args:
        labels: columns case_id, category, disorder_id, provenance.
        split: columns case_id, split.
        categories: K names.

    Raises:
        ValueError: if a category has no training patient at all.
    """
    joined = labels.merge(split, on=columns.CASE_ID)
    training = joined[(joined[columns.SPLIT] == Split.TRAIN.value) & joined[columns.CATEGORY].isin(list(categories))]
    whole = _counts(training, categories)
    return {
        "patients": whole["patients"],
        "disorders": whole["disorders"],
        "scarce_disorders": whole["scarce_disorders"],
        "imbalance_ratio": imbalance_ratio(whole["patients"]),
        "by_provenance": {
            str(name): _counts(part, categories) for name, part in training.groupby(columns.PROVENANCE, sort=True)
        },
    }


def patients_by_category(report: Mapping[str, Any]) -> dict[str, int]:
    """Training patients of each category, from a report of `measure_imbalance`."""
    return {str(name): int(count) for name, count in report["patients"].items()}


def imbalance_figure(report: Mapping[str, Any]) -> Figure:
    """Patients and disorders of each category, one panel a source."""
    sources: Mapping[str, Any] = report["by_provenance"]
    figure = Figure(figsize=(6.0 * max(len(sources), 1), 3.6), layout="constrained")
    panels = figure.subplots(1, max(len(sources), 1), squeeze=False)[0]
    for panel, (source, counts) in zip(panels, sources.items(), strict=False):
        names = list(counts["patients"])
        for offset, (what, colour) in enumerate((("patients", "#3b6ea5"), ("disorders", "#c98a3d"))):
            places = [row + 0.4 * offset for row in range(len(names))]
            bars = panel.barh(places, [counts[what][name] for name in names], height=0.38, color=colour, label=what)
            panel.bar_label(bars, padding=2, fontsize=8)
        panel.set_yticks([row + 0.2 for row in range(len(names))], [name.replace("_", " ") for name in names])
        panel.set_title(f"training patients, {source}")
        panel.margins(x=0.12)
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(frameon=False)
    return figure


def _counts(training: pd.DataFrame, categories: Sequence[str]) -> dict[str, dict[str, int]]:
    patients = training[columns.CATEGORY].value_counts()
    sizes = training.groupby([columns.CATEGORY, columns.DISORDER_ID]).size()
    disorders = sizes.groupby(level=0).size()
    scarce = sizes[sizes <= SCARCE_PATIENTS].groupby(level=0).size()
    return {
        what: {name: int(found.get(name, 0)) for name in categories}
        for what, found in (("patients", patients), ("disorders", disorders), ("scarce_disorders", scarce))
    }
