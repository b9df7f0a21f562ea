"""The month's report as one HTML page that needs nothing else: words in Spanish and English, charts, tables.

The page is a function of the month's record and of the records before it: it bears no time of a run.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from orphan_disease.contracts.parameters.monitoring import MonitoringParams
from orphan_disease.domain.monitoring import section_of
from orphan_disease.domain.monitoring_page_parts import SMALL_TRENDS, drift_part, limits_of, trend_of
from orphan_disease.domain.monitoring_page_style import STYLE
from orphan_disease.domain.monitoring_tables import both, category_part, figure_table, label_table, subgroup_part
from orphan_disease.domain.monitoring_words import ACTIONS, ADVICE, figure_name
from orphan_disease.domain.month_figures import figure_of

__all__ = ["build_monitoring_page"]

MARKS: Final[Mapping[str, str]] = {"ok": "✔", "watch": "◉", "retrain": "↻", "rollback": "↶", "not_enough_labels": "…"}
TILES: Final = (
    "category.macro_f1",
    "category.coverage",
    "category.abstention_rate",
    "orphan.area_under_roc",
    "differential.top_10",
)
SIMULATED: Final = (
    "Pacientes SIMULADOS: ninguna cifra es de un hospital real.",
    "SIMULATED patients: no figure is of a real hospital.",
)
CROSSED: Final = ' class="crossed"'
BEYOND: Final = f'<span class="beyond">⚠ {both("fuera del límite", "beyond the cut-off")}</span>'
READING: Final = (
    (
        "El intervalo dice dónde puede estar el valor verdadero. Solo hay alarma si todo el intervalo "
        "cruza el límite: con pocos casos, un valor malo ocurre por azar.",
        "The interval says where the true value may lie. There is an alarm only if the whole interval crosses "
        "the cut-off: with few cases, a bad value happens by chance.",
    ),
    (
        "Los diagnósticos que se confirman pronto suelen ser los fáciles: un mes reciente parece mejor de lo que es.",
        "Diagnoses that are confirmed early are the easy ones: a young month looks better than it is.",
    ),
    (
        "Los casos con los que se entrenó el modelo lo favorecen.",
        "Cases that the model was trained on flatter it.",
    ),
)


def build_monitoring_page(
    record: Mapping[str, Any],
    earlier: Mapping[str, Mapping[str, Any]],
    labels: Mapping[str, Mapping[str, str]],
    params: MonitoringParams,
) -> str:
    """The page of one month.

    Args:
        record: of the month, with its decision.
        earlier: records of earlier months.
        labels: category -> language -> name.
        params: cut-offs and depths.
    """
    body = "\n".join(_body(record, earlier, labels, params))
    title = f"{record['month']} · {ACTIONS[record['decision']['action']]['es']}"
    return (
        '<!DOCTYPE html>\n<html lang="es">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _body(
    record: Mapping[str, Any],
    earlier: Mapping[str, Mapping[str, Any]],
    labels: Mapping[str, Mapping[str, str]],
    params: MonitoringParams,
) -> Iterator[str]:
    provenance, section = section_of(record)
    records = {**earlier, record["month"]: record}
    yield from _head(record, provenance)
    yield from _summary(record["decision"])
    yield _tiles(record["decision"], section, params)
    yield _heading("Evolución por versión", "Trend by version")
    yield f"<figure>{trend_of(records, 'category.macro_f1', params, width=880, height=290)}</figure>"
    small = (trend_of(records, name, params, width=430, height=210) for name in SMALL_TRENDS)
    yield f'<div class="pair">{"".join(f"<figure>{caption_and_chart}</figure>" for caption_and_chart in small)}</div>'
    yield _heading("Por categoría", "By category")
    yield category_part(section, labels, params)
    yield _heading("Por sexo y edad", "By sex and age")
    yield subgroup_part(section, params)
    yield _heading("¿Han cambiado los casos o las respuestas?", "Have cases or answers changed?")
    yield drift_part(record["drift"], params)
    yield _heading("Diagnósticos recibidos", "Diagnoses received")
    yield label_table(record["labels"])
    yield _heading("Todas las versiones", "Every version")
    yield figure_table(record["versions"], params)
    yield _heading("Cómo leerlo", "How to read it")
    yield f"<ul>{''.join(f'<li>{both(es, en)}</li>' for es, en in READING)}</ul>"
    yield f"<footer>{escape(record['month'])} · {escape(record['key'])}</footer>"


def _head(record: Mapping[str, Any], provenance: str) -> Iterator[str]:
    action = record["decision"]["action"]
    month = f"{both('Evaluación del mes', 'Monitoring of')} {escape(record['month'])}"
    yield f'<header class="{action}"><p class="month">{month}</p>'
    yield (
        f'<h1><span aria-hidden="true">{MARKS[action]}</span> {escape(ACTIONS[action]["es"])} '
        f'<span class="en" lang="en">{escape(ACTIONS[action]["en"])}</span></h1>'
    )
    version = escape(str(record["judged_version"] or "-"))
    yield f"<p>{both('Versión juzgada', 'Version judged')}: <code>{version}</code></p></header>"
    if provenance == "simulated":
        yield f'<p class="simulated">{both(*SIMULATED)}</p>'


def _summary(decision: Mapping[str, Any]) -> Iterator[str]:
    columns = []
    for language, title in (("es", "En pocas palabras"), ("en", "In a few words")):
        reasons = "".join(f"<li>{escape(_sentence(reason[language]))}</li>" for reason in decision["reasons"])
        advice = escape(ADVICE[decision["action"]][language])
        columns.append(
            f'<section lang="{language}"><h2>{title}</h2><p class="advice">{advice}</p><ul>{reasons}</ul></section>'
        )
    yield f'<div class="summary">{"".join(columns)}</div>'


def _tiles(decision: Mapping[str, Any], section: Mapping[str, Any], params: MonitoringParams) -> str:
    crossed = {reason.get("figure") for reason in decision["reasons"]}
    tiles = []
    for name in TILES:
        figure = figure_of(section, name)
        value = "-" if figure is None else f"{figure['value']:.2f}"
        interval = "" if figure is None or figure["low"] is None else f"{figure['low']:.2f} - {figure['high']:.2f}"
        limits = ", ".join(f"{words} {limit:g}" for words, limit in limits_of(name, params).items())
        tiles.append(
            f'<li{CROSSED if name in crossed else ""}><span class="value">{value}</span>'
            f'<span class="interval">{interval}</span>{BEYOND if name in crossed else ""}'
            f'<span class="name">{both(figure_name(name, "es"), figure_name(name, "en"))}</span>'
            f'<span class="limits">{escape(limits)}</span></li>'
        )
    return f'<ul class="tiles">{"".join(tiles)}</ul>'


def _heading(es: str, en: str) -> str:
    return f'<h2>{escape(es)} <span class="en" lang="en">{escape(en)}</span></h2>'


def _sentence(text: str) -> str:
    """A reason as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}."
