"""The report on the decision as one self-contained page: no script, nothing that is fetched."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.domain.decision_report_page_parts import WIDE, folded, note, picture, table
from orphan_disease.domain.decision_report_tables import (
    ablation_lines,
    ambiguity_lines,
    balancing_category_lines,
    balancing_lines,
    category_lines,
    contribution_lines,
    decision_lines,
    learning_lines,
    orphan_lines,
    provenance_words,
    risk_lines,
    scarce_lines,
    set_lines,
    split_words,
    subgroup_lines,
)
from orphan_disease.domain.monitoring_page_style import STYLE
from orphan_disease.domain.protocol_figures import protocol_lines

__all__ = ["ReportParts", "build_page"]


@dataclass(frozen=True, eq=False)
class ReportParts:
    """What the page is made of: tables and documents as their measurements give them, pictures as PNG."""

    metrics: Mapping[str, Any]
    summary: Mapping[str, Any]
    subgroups: pd.DataFrame
    risk_coverage: Mapping[str, Any]
    ambiguity: Mapping[str, Any]
    balancing: pd.DataFrame
    ablation: pd.DataFrame
    learning: pd.DataFrame
    scarce: pd.DataFrame
    orphan_detection: Mapping[str, Any]
    contributions: pd.DataFrame
    errors: Sequence[Mapping[str, Any]]
    own_papers_left_out: Mapping[str, Any]
    disorder_masked: Mapping[str, Any]
    simulated_only: Mapping[str, Any]
    confusion_plot: bytes
    calibration_plot: bytes
    per_category_plot: bytes
    risk_coverage_plot: bytes
    balancing_plot: bytes
    ablation_plot: bytes
    learning_plot: bytes
    contribution_plot: bytes
    params: DecisionReportParams

    @property
    def protocols(self) -> Mapping[str, Any]:
        """Figures of each protocol, empty where it was not run."""
        return {
            "own_papers_left_out": self.own_papers_left_out,
            "disorder_masked": self.disorder_masked,
            "simulated_only": self.simulated_only,
        }


def build_page(parts: ReportParts) -> str:
    """The page as HTML."""
    sections = tuple(_sections(parts))
    links = "".join(f'<a href="#s{place}">{escape(en)}</a>' for place, (en, _, _) in enumerate(sections))
    body = "".join(
        f'<section id="s{place}"><h2><span lang="es">{escape(es)}</span> '
        f'<span class="en">· {escape(en)}</span></h2>{content}</section>'
        for place, (en, es, content) in enumerate(sections)
    )
    version, knowledge = parts.summary["model_version"], parts.summary["knowledge_version"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>The decision: {escape(version)}</title><style>{STYLE}{WIDE}</style></head><body><main>"
        '<header><p class="month">orphan_disease</p><h1><span lang="es">La decisión, medida</span> '
        '<span class="en">· the decision, measured</span></h1>'
        f"<p>Model {escape(version)}; knowledge: {escape(knowledge)}.</p></header>"
        f"<nav>{links}</nav>{note(HOW_TO_READ)}{body}</main></body></html>\n"
    )


HOW_TO_READ: Final = (
    "Every figure is of one split and one provenance. Values in brackets are 95 % intervals over whole groups "
    "(disorders, with the publications that join them). “Out of fold” models never saw the disorder. "
    "Simulated cases are fabricated from the annotations that the model reads, and flatter reality."
)


SECOND_CATEGORY: Final = (
    "Orphanet files most disorders under several of the categories, and precedence gives each disorder one. An answer "
    "that names another of them is an error in every figure here; this table says how many errors are of that kind. "
    "“By chance” is their share if an error named any other category alike."
)


def _sections(parts: ReportParts) -> Iterator[tuple[str, str, str]]:
    yield "Protocols side by side", "Protocolos, uno junto a otro", _protocols(parts)
    yield (
        "The four categories",
        "Las cuatro categorías",
        (
            table(decision_lines(parts.metrics))
            + table(set_lines(parts.metrics))
            + picture(parts.confusion_plot, "Confusion matrices")
            + picture(parts.per_category_plot, "Precision, recall and F1 of each category")
            + table(category_lines(parts.metrics))
        ),
    )
    yield "Calibration", "Calibración", picture(parts.calibration_plot, "Reliability of the most probable category")
    yield (
        "Risk and coverage",
        "Riesgo y cobertura",
        (
            table(risk_lines(parts.risk_coverage))
            + picture(parts.risk_coverage_plot, "Risk-coverage curve")
            + note(SECOND_CATEGORY)
            + table(ambiguity_lines(parts.ambiguity))
        ),
    )
    yield (
        "Subgroups",
        "Subgrupos",
        (
            note(
                f"A subgroup has at least {parts.params.subgroup_minimum_cases} cases; its macro-F1 stands where each "
                "category has as many."
            )
            + _subgroups(parts.subgroups)
        ),
    )
    yield "What is done about the imbalance", "Qué se hace con el desequilibrio", _balancing(parts)
    yield (
        "What each group of features brings",
        "Qué aporta cada grupo de variables",
        (
            note(_measured_with(parts))
            + picture(parts.ablation_plot, "Ablation")
            + table(ablation_lines(parts.ablation))
        ),
    )
    yield (
        "Learning curves",
        "Curvas de aprendizaje",
        (
            note(f"{_measured_with(parts)} A share of teachers that misses a category in some fold is left out.")
            + picture(parts.learning_plot, "Learning curves")
            + _by_provenance(parts.learning, learning_lines)
        ),
    )
    yield "Scarce disorders", "Enfermedades escasas", _scarce(parts)
    yield "Orphan or not", "Huérfana o no", _orphan(parts.orphan_detection)
    yield (
        "What the model weighs",
        "Qué pesa el modelo",
        (note(CONTRIBUTIONS) + picture(parts.contribution_plot, "Mean absolute contributions") + _contributions(parts)),
    )
    yield "Errors worth reading", "Errores que merece la pena leer", "".join(_error(each) for each in parts.errors)


CONTRIBUTIONS: Final = (
    "Contributions to the log-odds of a class against the other classes, in nats, before calibration: exact Shapley "
    "values of trees (TreeSHAP) for boosted trees, sampled Shapley values for other families. Association, not cause."
)


def _protocols(parts: ReportParts) -> str:
    provenances = sorted({each for document in parts.protocols.values() for each in document})
    missing = [name for name, document in parts.protocols.items() if not document]
    told = f"Not run yet: {', '.join(missing)} (make protocols runs them). " if missing else ""
    tables = (
        f"<h3>{escape(provenance_words(name))}</h3>{table(protocol_lines(parts.protocols, name))}"
        for name in provenances
    )
    return note(f"{told}Before calibration, out of fold.") + "".join(tables)


def _measured_with(parts: ReportParts) -> str:
    """Which model these figures are of: a fast one, and where it is not the packaged one, that."""
    measured = f"{parts.params.family.value}+{parts.params.resampling.value}"
    packaged = parts.summary["selected"]["category"]["name"]
    same = "the packaged candidate" if measured == packaged else f"a fast one; the packaged model is {packaged}"
    return f"Measured with {measured}, {same}. Out of fold on unseen disorders, before calibration."


def _balancing(parts: ReportParts) -> str:
    chosen = parts.summary["selected"]["category"]["name"].partition("+")[2]
    told = (
        "One fast family, the same folds, samplers refitted inside each fold. Before calibration. Differences are "
        f"paired over whole groups. Scarce disorders have at most {parts.params.scarce_patients} training patients. "
        f"The packaged model uses: {chosen.replace('_', ' ') or 'what each of its members uses'}."
    )
    return (
        note(told)
        + picture(parts.balancing_plot, "Strategies against the imbalance")
        + _by_provenance(parts.balancing, balancing_lines)
        + "<h3>Each category</h3>"
        + _by_provenance(parts.balancing, balancing_category_lines)
    )


def _by_provenance(figures: pd.DataFrame, lines: Callable[[pd.DataFrame], list[list[str]]]) -> str:
    """One table for each provenance; the first, which is of real cases if there are any, lies open."""
    parts = [
        (name, figures[figures[columns.PROVENANCE] == name]) for name in sorted(figures[columns.PROVENANCE].unique())
    ]
    tables = (
        folded(provenance_words(name), table(lines(own)), is_open=not place) for place, (name, own) in enumerate(parts)
    )
    return "".join(tables) or table([])


def _contributions(parts: ReportParts) -> str:
    """One table for each provenance, head and class."""
    keys = [columns.PROVENANCE, "head", "class"]
    found = list(parts.contributions.groupby(keys, sort=True)) if len(parts.contributions) else []
    tables = (
        folded(
            f"{head} head, {str(name).replace('_', ' ')}: {provenance_words(provenance)}",
            table(contribution_lines(rows, parts.params.told_features)),
            is_open=not place,
        )
        for place, ((provenance, head, name), rows) in enumerate(found)
    )
    return "".join(tables) or table([])


def _subgroups(subgroups: pd.DataFrame) -> str:
    """One table for each split and provenance; the first, which is the headline, lies open."""
    keys = [columns.SPLIT, columns.PROVENANCE]
    found = list(subgroups.groupby(keys, sort=False)) if len(subgroups) else []
    tables = (
        folded(f"{split_words(split)}: {provenance_words(provenance)}", table(subgroup_lines(rows)), is_open=not place)
        for place, ((split, provenance), rows) in enumerate(found)
    )
    return "".join(tables) or table([])


def _scarce(parts: ReportParts) -> str:
    told = (
        f"Patients whose disorder has at most {parts.params.scarce_patients} training patients. Out of fold, none of "
        "these teaches; new patients of known disorders are answered by a model that all of them taught. "
        f"Measured with {parts.params.family.value}, before calibration."
    )
    return note(told) + table(scarce_lines(parts.scarce))


def _orphan(document: Mapping[str, Any]) -> str:
    caveats = "".join(f"<li>{escape(each)}</li>" for each in document["caveats"])
    return (
        note(
            f"What this is: {document['what']}; {document['orphan_cases']} and {document['common_cases']} cases, "
            f"{document['pairs']} pairs with equal numbers of findings. It is the one figure where real and fabricated "
            "patients meet, and no estimate of what a clinic would see."
        )
        + table(orphan_lines(document))
        + f"<article><h3>What could make this figure flatter reality</h3><ul>{caveats}</ul></article>"
    )


def _error(story: Mapping[str, Any]) -> str:
    reasons = "".join(
        f'<li><span lang="es">{escape(each["es"])}</span> <span class="en">· {escape(each["en"])}</span> '
        f"({each['nats']:+.2f})</li>"
        for each in story["for"]
    )
    excluded = f" <b>Excluded:</b> {escape(', '.join(story['excluded']))}." if story["excluded"] else ""
    return (
        f"<article><h3>{escape(str(story['disorder_name']))} ({escape(story['disorder_id'])})</h3>"
        f"<p><code>{escape(story['case_id'])}</code> {escape(str(story['reference'] or ''))}: answered "
        f"<b>{escape(story['answered'].replace('_', ' '))}</b> with {story['confidence']:.0%}; it is "
        f"<b>{escape(story['actual'].replace('_', ' '))}</b> (by {escape(str(story['category_source']))}).</p>"
        f"<p><b>Found:</b> {escape(', '.join(story['observed']))}.{excluded}</p>"
        f"<p><b>Differential:</b> {escape(_differential(story))}</p>"
        f"<p>What spoke for the wrong category (nats of log-odds over the right one):</p><ul>{reasons}</ul></article>"
    )


def _differential(story: Mapping[str, Any]) -> str:
    first = "; ".join(
        f"{each['disorder_name']} ({each['category'].replace('_', ' ')}, {each['probability']:.0%})"
        for each in story["differential"]
    )
    return f"{first}. The diagnosis is number {story['rank']} of {story['disorders']}."
