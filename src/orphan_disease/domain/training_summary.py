"""The summary of a training run, in the few figures that fit a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames.features import CANDIDATE, HEAD, HIGH, LOW, METRIC, VALUE

__all__ = ["summarise_training"]

SHOWN_HEAD: Final = "category"
SHOWN: Final = ("macro_f1", "log_loss", "accuracy")
COSTS: Final = ("fit_seconds", "milliseconds_per_case", "megabytes")


def summarise_training(  # noqa: PLR0913  # one argument for each thing that is told
    *,
    model_version: str,
    knowledge_version: str,
    categories: Sequence[str],
    candidates: pd.DataFrame,
    selected: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> dict[str, Any]:
    """Candidates side by side, the one that was taken, and its figures by split and provenance.

    Args:
        model_version: of the package.
        knowledge_version: releases behind the knowledge.
        categories: K names.
        candidates: `candidate_metrics`, see `contracts.frames.features`.
        selected: the choice and its reason.
        metrics: as `domain.evaluation.measure_answers` gives them.
    """
    return {
        "model_version": model_version,
        "knowledge_version": knowledge_version,
        "categories": list(categories),
        "candidates": _side_by_side(candidates),
        "selected": dict(selected),
        "figures": [
            {"split": split, columns.PROVENANCE: provenance, **_section(section, categories)}
            for split, by_provenance in metrics.items()
            for provenance, section in by_provenance.items()
        ],
    }


def _side_by_side(candidates: pd.DataFrame) -> list[dict[str, Any]]:
    """One row for each candidate and provenance, the best macro-F1 of a provenance first."""
    own = candidates[candidates[HEAD] == SHOWN_HEAD]
    table = own[own[METRIC].isin(COSTS)].pivot_table(index=CANDIDATE, columns=METRIC, values=VALUE)
    costs = {
        str(name): {str(cost): float(value) for cost, value in paid.items()}
        for name, paid in table.to_dict(orient="index").items()
    }
    rows: list[dict[str, Any]] = []
    for (name, provenance), part in own.groupby([CANDIDATE, columns.PROVENANCE], sort=True):
        values = part.set_index(METRIC)[[VALUE, LOW, HIGH]].astype(float).to_dict(orient="index")
        figures: dict[str, Any] = {metric: values[metric] for metric in SHOWN if metric in values}
        rows.append({CANDIDATE: str(name), columns.PROVENANCE: str(provenance), **figures, **costs.get(str(name), {})})
    return sorted(rows, key=lambda row: (row[columns.PROVENANCE], -row["macro_f1"]["value"]))


def _section(section: Mapping[str, Any], categories: Sequence[str]) -> dict[str, Any]:
    measured = section.get("category", {})
    names = (
        *("macro_f1", "log_loss", "calibration_error"),
        *("coverage", "coverage_of_disorders", "mean_set_size", "abstention_rate"),
    )
    by_category = {
        name: {kind: measured[f"{kind}_{name}"]["value"] for kind in ("precision", "recall", "f1")}
        for name in categories
        if measured
    }
    return {
        "cases": section["cases"],
        **{name: measured[name] for name in names if name in measured},
        "by_category": by_category,
        "orphan": section.get("orphan", {}),
    }
