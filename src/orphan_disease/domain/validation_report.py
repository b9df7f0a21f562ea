"""The validation report: every gate with figure and cut-off, in Markdown, for those who decide on a promotion."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from orphan_disease.domain.gates import COSTS_SECTION

__all__ = ["build_validation_report"]

_SIGNS: Final = {"passed": "passed", "failed": "**FAILED**", "not_applicable": "not judged"}
_CAUTIONS: Final = (
    "Use cases are constructed presentations, not patients, and more typical than patients are.",
    "Figures on simulated patients flatter reality; see the model card.",
    "Cut-offs are parameters (`evaluation.gates`); docs/explanation/gates.md says how each was chosen.",
)


def build_validation_report(results: Mapping[str, Any]) -> str:
    """The results of `domain.gates.check_gates` as a document."""
    states = [check["status"] for check in results["checks"]]
    verdict = "may be promoted" if results["passed"] else "must not be promoted"
    head = [
        f"# Validation report: {results['model_version']}",
        "",
        f"**The model {verdict}**: {states.count('passed')} checks passed, {states.count('failed')} failed, "
        f"{states.count('not_applicable')} were not judged. Patients: {results['provenance']}.",
    ]
    sections = dict.fromkeys(check["section"] for check in results["checks"] if check["section"] != COSTS_SECTION)
    body = [line for section in sections for line in _section(section, results["checks"])]
    cautions = ["", "## How to read it", "", *(f"- {caution}" for caution in _CAUTIONS)]
    return "\n".join([*head, *body, *cautions, *_section(COSTS_SECTION, results["checks"])]) + "\n"


def _section(section: str, checks: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("", f"## {section}", "", "| check | figure | cut-off | result | measured on |", "|---|---|---|---|---|")
    for check in checks:
        if check["section"] == section:
            sign = "≥" if check["at_least"] else "≤"
            cells = (check["name"], _number(check["figure"]), f"{sign} {_number(check['cut_off'])}")
            yield f"| {' | '.join(cells)} | {_SIGNS[check['status']]} | {check['note']} |"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3f}"  # noqa: PLR2004  # three digits are enough
