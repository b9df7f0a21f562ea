"""The figures of the decision report as lines for the terminal: what a command prints when it has measured them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns

__all__ = ["DECISION_TITLES", "interval", "told_figures"]

DECISION_TITLES: Final[Mapping[str, str]] = {
    "own_protocol_metrics": "disorders unseen among training patients, own papers left out",
    "protocol_metrics": "another protocol, disorders unseen among training patients",
    "risk_coverage_metrics": "accuracy when only the surest cases are answered",
    "ambiguity_metrics": "wrong answers that name a category under which Orphanet files the disorder, too",
    "orphan_detection_metrics": "real orphan cases against fabricated common patients, equal numbers of findings",
    "scarce_disorder_metrics": "patients of scarce disorders, with and without augmentation",
    "balancing_metrics": "what may be done about the imbalance, out of fold on unseen disorders",
}
SHOWN: Final = ("macro_f1", "log_loss", "calibration_error")


def told_figures(name: str, data: Any) -> dict[str, str]:
    """What a dataset of `DECISION_TITLES` says, figure by figure.

    Args:
        name: of the dataset.
        data: as its node saves it.
    """
    return _TOLD[name](data)


def interval(figure: Mapping[str, float]) -> str:
    """A figure with its interval, to three decimals.

    >>> interval({"value": 0.5, "low": 0.25, "high": 0.75})
    '0.500 (0.250-0.750)'
    """
    return f"{figure['value']:.3f} ({figure['low']:.3f}-{figure['high']:.3f})"


def _protocol(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{provenance}, {_words(name)}": _told(figure)
        for provenance, section in data.items()
        for name, figure in section.items()
    }


def _risk(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{_words(split)}, {provenance}, {_words(name)}": _told(figure)
        for split, by_provenance in data.items()
        for provenance, section in by_provenance.items()
        for name, figure in section.items()
    }


def _orphan(data: Mapping[str, Any]) -> dict[str, str]:
    lines = {_words(name): str(value) for name, value in data.items() if not isinstance(value, Mapping | list)}
    for kind in ("matched", "unmatched", "counting_findings_alone"):
        lines |= {f"{_words(kind)}, {_words(name)}": _told(figure) for name, figure in data.get(kind, {}).items()}
    caveats = {f"may flatter it, {place}": each for place, each in enumerate(data["caveats"], start=1)}
    return lines | caveats


def _scarce(data: pd.DataFrame) -> dict[str, str]:
    return _rows(data, ["split", columns.PROVENANCE, "strategy"])


def _balancing(data: pd.DataFrame) -> dict[str, str]:
    return _rows(data[data["category"] == "all"], [columns.PROVENANCE, "cases_of", "strategy"])


_TOLD: Final[Mapping[str, Callable[[Any], dict[str, str]]]] = {
    "own_protocol_metrics": _protocol,
    "protocol_metrics": _protocol,
    "risk_coverage_metrics": _risk,
    "ambiguity_metrics": _risk,
    "orphan_detection_metrics": _orphan,
    "scarce_disorder_metrics": _scarce,
    "balancing_metrics": _balancing,
}


def _rows(data: pd.DataFrame, keys: list[str]) -> dict[str, str]:
    """One line a key, its figures side by side."""
    lines = {}
    for key, rows in data.groupby(keys, sort=False):
        figures: dict[Any, Any] = rows.set_index("metric").to_dict(orient="index")
        told = (f"{_words(name)} {interval(figures[name])}" for name in SHOWN if name in figures)
        cases = int(rows["cases"].iloc[0])
        lines[", ".join(map(_words, key))] = f"{'; '.join(told)} ({cases} cases)"
    return lines


def _told(figure: Any) -> str:
    return interval(figure) if isinstance(figure, Mapping) else str(figure)


def _words(name: object) -> str:
    return str(name).replace("_", " ")
