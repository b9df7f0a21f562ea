"""One protocol's figures on unseen disorders, and several protocols side by side.

A protocol says what the model may know: the annotations without the case's own paper, the annotations without the
case's disorder, or simulated patients alone as teachers. Each is a training of its own, so each writes its own file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames.features import raw_column
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.metrics import classification_metrics, group_tallies

__all__ = ["PROTOCOLS", "measure_protocol", "protocol_lines"]

PROTOCOLS: Final[Mapping[str, str]] = {
    "own_papers_left_out": "disorders unseen among training patients, the case's own paper left out of the knowledge",
    "disorder_masked": "the same, and the disorder masked from the knowledge too",
    "simulated_only": "taught by simulated patients only, tested on published ones",
}


def measure_protocol(
    out_of_fold: pd.DataFrame,
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
    categories: Sequence[str],
    params: EvaluationParams,
) -> dict[str, Any]:
    """Macro-F1, recall of each category, accuracy and log-loss out of fold, before calibration, by provenance.

    Args:
        out_of_fold: `out_of_fold_predictions`; cases without a known category are left out.
        labels: the `labels` table.
        split_assignment: the `split_assignment` table.
        categories: K names.
        params: resampling.
    """
    names = [raw_column(each) for each in categories]
    answered = out_of_fold.dropna(subset=names)
    rows = answered.merge(labels, on=columns.CASE_ID, validate="one_to_one")
    rows = rows.merge(split_assignment[[columns.CASE_ID, columns.GROUP]], on=columns.CASE_ID, validate="one_to_one")
    document: dict[str, Any] = {}
    for provenance, part in rows.groupby(columns.PROVENANCE, sort=True):
        codes = pd.Index(list(categories)).get_indexer(pd.Index(part[columns.CATEGORY]))
        tallies = group_tallies(codes, part[names].to_numpy(dtype=np.float64), part[columns.GROUP].to_numpy())
        figures = classification_metrics(
            tallies, categories, samples=params.bootstrap_samples, level=params.interval, seed=params.seed
        )
        shown = {name: asdict(each) for name, each in figures.items() if not name.startswith(("precision_", "f1_"))}
        document[str(provenance)] = {"cases": len(part), "groups": len(tallies.size), **shown}
    return document


def protocol_lines(measured: Mapping[str, Mapping[str, Any]], provenance: str) -> list[list[str]]:
    """The protocols side by side on one provenance's cases, those that were run.

    Args:
        measured: protocol -> as `measure_protocol` gives it.
        provenance: whose cases.
    """
    found = [(name, document[provenance]) for name, document in measured.items() if provenance in document]
    if not found:
        return []
    recalls = [name for name in found[0][1] if name.startswith("recall_")]
    shown = ["macro_f1", "accuracy", "log_loss", *recalls]
    lines = [
        ["protocol", "cases", *("macro-F1", "accuracy", "log-loss"), *(name.replace("_", " ") for name in recalls)]
    ]
    for name, section in found:
        cells = [
            f"{section[each]['value']:.3f} ({section[each]['low']:.3f}-{section[each]['high']:.3f})" for each in shown
        ]
        lines.append([PROTOCOLS.get(name, name), str(section["cases"]), *cells])
    return lines
