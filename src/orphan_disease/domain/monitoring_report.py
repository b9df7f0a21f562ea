"""The monitoring report as Markdown: what was found in a month, and what it calls for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns

__all__ = ["build_monitoring_report"]

FIGURES: Final = (
    ("macro_f1", "macro-F1"),
    ("accuracy", "accuracy"),
    ("accuracy_when_answered", "accuracy when answered"),
    ("abstention_rate", "abstention rate"),
    ("coverage", "coverage of the prediction set"),
    ("calibration_error", "expected calibration error"),
)
ADVICE: Final[Mapping[str, str]] = {
    "ok": "Nothing to do.",
    "watch": "Look at the categories below their usual value; run `kedro run --pipeline=monitoring` again next month.",
    "retrain": "Train again: `kedro run --pipeline=retraining`.",
    "not_enough_labels": "Wait for more confirmed diagnoses, or look at several months together.",
}


def build_monitoring_report(
    outcomes: pd.DataFrame, metrics: Mapping[str, Any], decision: Mapping[str, Any], categories: Sequence[str]
) -> str:
    """The report of one month.

    Args:
        outcomes: joined answers of the month.
        metrics: of the month.
        decision: see `domain.monitoring.decide_action`.
        categories: K names.
    """
    return "\n".join([*_head(outcomes, decision), *_sections(metrics, categories), *_limits()]) + "\n"


def _head(outcomes: pd.DataFrame, decision: Mapping[str, Any]) -> Iterator[str]:
    versions = ", ".join(sorted(outcomes[columns.MODEL_VERSION].astype(str).unique())) or "none"
    yield from (f"# Monitoring: {decision['month']}", "")
    yield f"**{decision['action']}**: {decision['reason']} (decided on {decision['provenance']} cases)."
    yield from ("", ADVICE[decision["action"]], "")
    yield f"Answers with a diagnosis confirmed in the month: {len(outcomes)}. Models that gave them: {versions}."
    yield ""


def _sections(metrics: Mapping[str, Any], categories: Sequence[str]) -> Iterator[str]:
    for by_provenance in metrics.values():
        for provenance, section in by_provenance.items():
            yield from (f"## {provenance} cases", "")
            yield (
                f"{section['cases']} cases, {section['orphan_cases']} with an orphan disease, "
                f"{section['cases_of_known_category']} of them of a known category."
            )
            yield ""
            if "category" not in section:
                yield from ("Too few for figures.", "")
                continue
            figures = section["category"]
            yield from ("| figure | value (interval) |", "|---|---|")
            yield from (f"| {name} | {_interval(figures[key])} |" for key, name in FIGURES)
            yield from ("", "| category | precision | recall | F1 |", "|---|---|---|---|")
            for name in categories:
                cells = [_interval(figures[f"{kind}_{name}"]) for kind in ("precision", "recall", "f1")]
                yield f"| {name} | {' | '.join(cells)} |"
            yield ""


def _limits() -> Iterator[str]:
    yield from ("## How to read it", "")
    yield "- Diagnoses that are confirmed early are the easy ones: a young month looks better than it is."
    yield "- Cases that the model was trained on flatter it; the fabricated hospital's own histories are such cases."


def _interval(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
