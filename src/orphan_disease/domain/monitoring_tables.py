"""The tables of the monitoring page, each with its words in Spanish and English."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from orphan_disease.contracts.parameters.monitoring import MonitoringParams
from orphan_disease.domain.month_figures import figure_of
from orphan_disease.domain.svg_charts import Point, interval_chart

__all__ = ["both", "category_part", "figure_table", "label_table", "subgroup_part", "table"]

Words = tuple[str, str]

LABELS: Final[Mapping[str, Words]] = {
    "truth_rows": ("filas de diagnóstico con fecha del mes", "diagnosis rows dated in the month"),
    "current": ("· vigentes", "· standing"),
    "revised": ("· sustituidas por otra posterior", "· replaced by a later one"),
    "duplicate": ("· repetidas", "· repeated"),
    "conflicting": ("· en conflicto con otra del mismo momento", "· in conflict with another of the same moment"),
    "orphaned": ("· sin caso al que pertenezcan", "· that belong to no answered case"),
    "answered_cases_confirmed": (
        "casos contestados que se confirman este mes",
        "answered cases confirmed in the month",
    ),
    "late": ("· más de un año después", "· more than a year later"),
    "before_visit_or_answer": ("· antes de la visita o de la respuesta", "· before the visit or the answer"),
    "cases_of_the_month": ("casos llegados en el mes", "cases that arrived in the month"),
    "label_coverage_of_the_month": ("· con diagnóstico al cierre del mes", "· with a diagnosis by the month's end"),
    "cases_so_far": ("casos llegados hasta ahora", "cases that have arrived so far"),
    "label_coverage": ("· con diagnóstico al cierre del mes", "· with a diagnosis by the month's end"),
}
SEXES: Final[Mapping[str, Words]] = {
    "female": ("mujer", "female"),
    "male": ("hombre", "male"),
    "unknown": ("no consta", "unknown"),
}
SUBGROUP_FIGURES: Final = (
    ("category.accuracy", ("aciertos", "accuracy")),
    ("category.macro_f1", ("macro-F1", "macro-F1")),
    ("category.coverage", ("cobertura", "coverage")),
    ("category.abstention_rate", ("abstención", "abstention")),
    ("category.calibration_error", ("error de calibración", "calibration error")),
)
KINDS: Final = (("precision", "precisión / precision"), ("recall", "sensibilidad / recall"), ("f1", "F1"))


def both(es: str, en: str) -> str:
    """Spanish, then English, each marked with its language."""
    return f'<span lang="es">{escape(es)}</span> <span class="en" lang="en">{escape(en)}</span>'


def table(head: Sequence[Words], rows: Iterable[Sequence[str]], caption: str) -> str:
    """A table whose cells are HTML; the first cell of each row heads it."""
    names = "".join(f'<th scope="col">{both(es, en)}</th>' for es, en in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    label = escape(" / ".join(head[0]), quote=True)
    parts = f"<caption>{caption}</caption><thead><tr>{names}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>{parts}</table></div>'


def cell(figure: Mapping[str, float | None] | None) -> str:
    """A figure with its interval below it."""
    if figure is None or figure["value"] is None:
        return "-"
    low, high = figure["low"], figure["high"]
    interval = "" if low is None or high is None else f'<span class="i">{low:.2f} - {high:.2f}</span>'
    return f"{figure['value']:.2f}{interval}"


def category_part(section: Mapping[str, Any], labels: Mapping[str, Mapping[str, str]], params: MonitoringParams) -> str:
    """Precision, recall and F1 of each category as a chart, and every figure of it as a table."""
    parts = section.get("by_category", {})
    points = [
        Point(_label(labels, name, "es"), words, **own[kind])
        for name, own in parts.items()
        for kind, words in KINDS
        if kind in own
    ]
    if not points:
        return f"<p>{both('Sin casos suficientes.', 'Not enough cases.')}</p>"
    described = "; ".join(f"{each.place} {each.series} {each.value:.2f}" for each in points)
    chart = interval_chart(points, title="Precisión, sensibilidad y F1 de cada categoría", description=described)
    depths = [
        (f"top_{depth}", (f"entre los {depth} primeros", f"top-{depth}"))
        for depth in params.subgroups.differential_depths
    ]
    kinds = [
        *((kind, (words.split(" / ")[0], words.split(" / ")[-1])) for kind, words in KINDS),
        ("coverage", ("cobertura", "coverage")),
        ("abstention_rate", ("abstención", "abstention")),
        ("calibration_error", ("error de calibración", "calibration error")),
        *depths,
    ]
    head = [("Categoría", "Category"), ("casos", "cases"), *(words for _, words in kinds)]
    rows = (
        [
            both(_label(labels, name, "es"), _label(labels, name, "en")),
            str(own["cases"]),
            *(cell(own.get(kind)) for kind, _ in kinds),
        ]
        for name, own in parts.items()
    )
    caption = both(
        "Valor e intervalo; trastornos enteros remuestreados", "Value and interval; whole disorders resampled"
    )
    return f"<figure>{chart}</figure>{table(head, rows, caption)}"


def subgroup_part(section: Mapping[str, Any], params: MonitoringParams) -> str:
    """Figures of each sex and age band."""
    depth = max(params.subgroups.differential_depths)
    names = [*SUBGROUP_FIGURES, (f"differential.top_{depth}", (f"entre los {depth} primeros", f"top-{depth}"))]
    head = [("Grupo", "Group"), ("casos", "cases"), ("huérfanos", "orphan"), *(words for _, words in names)]
    rows = (
        [words, str(part["cases"]), str(part["orphan_cases"]), *(cell(figure_of(part, name)) for name, _ in names)]
        for words, part in _subgroups(section)
    )
    few = params.measurement.minimum_cases
    caption = both(f"-: menos de {few} casos", f"-: fewer than {few} cases")
    return table(head, rows, caption)


def figure_table(versions: Mapping[str, Any], params: MonitoringParams) -> str:
    """Overall figures of every version and provenance that answered a case of the month."""
    depths = [
        (f"differential.top_{depth}", (f"entre los {depth}", f"top-{depth}"))
        for depth in params.subgroups.differential_depths
    ]
    names = [*SUBGROUP_FIGURES, ("orphan.area_under_roc", ("ROC huérfana", "ROC orphan")), *depths]
    head = [("Versión", "Version"), ("casos", "cases"), *(words for _, words in names)]
    rows = (
        [
            f"<code>{escape(version)}</code> {escape(provenance)}",
            str(section["cases"]),
            *(cell(figure_of(section, name)) for name, _ in names),
        ]
        for version, sections in versions.items()
        for provenance, section in sections.items()
    )
    return table(head, rows, both("Casos confirmados en el mes", "Cases confirmed in the month"))


def label_table(labels: Mapping[str, Any]) -> str:
    """How much of the truth has arrived, and what was wrong with it."""
    rows = [[both(*LABELS[name]), _count(labels[name])] for name in LABELS if name in labels]
    unusable = labels.get("unusable_rows_of_the_file", {})
    rows += [
        [
            both("filas que no se pueden usar", "rows that cannot be used") + f" <code>{escape(reason)}</code>",
            str(count),
        ]
        for reason, count in unusable.items()
    ]
    return table(
        [("Diagnósticos", "Diagnoses"), ("número", "number")], rows, both("Al cierre del mes", "At the month's end")
    )


def _subgroups(section: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, part in section.get("by_sex", {}).items():
        yield both(*SEXES.get(name, (name, name))), part
    for name, part in sorted(section.get("by_age_band", {}).items(), key=lambda each: _first_year(each[0])):
        words = ("edad no consta", "age unknown") if name == "unknown" else (f"{name} años", f"{name} years")
        yield both(*words), part


def _first_year(band: str) -> float:
    return float("inf") if band == "unknown" else float(band.rstrip("+").split("-")[0])


def _label(labels: Mapping[str, Mapping[str, str]], name: str, language: str) -> str:
    return labels.get(name, {}).get(language, name.replace("_", " "))


def _count(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{100 * value:.0f} %"
