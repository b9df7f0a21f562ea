"""The charts of the monitoring page: trends over months by version, and what has changed."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from orphan_disease.contracts.parameters.monitoring import MonitoringParams
from orphan_disease.domain.monitoring_tables import both, table
from orphan_disease.domain.monitoring_words import figure_name
from orphan_disease.domain.month_figures import deciding_part, figure_of
from orphan_disease.domain.svg_charts import Bar, Point, bar_chart, trend_chart

__all__ = ["SMALL_TRENDS", "drift_part", "limits_of", "trend_of"]

SMALL_TRENDS: Final = (
    "category.coverage",
    "category.calibration_error",
    "category.abstention_rate",
    "orphan.area_under_roc",
    "differential.top_10",
    "differential.top_1",
)
MOST_MONTHS: Final = 18
MOST_BARS: Final = 12
SHORT: Final = 8  # letters of a version that tell it apart
TESTS: Final[Mapping[str, str]] = {
    "kolmogorov_smirnov": "Kolmogorov-Smirnov",
    "chi_square": "χ²",
    "fisher_exact": "Fisher",
}


def limits_of(name: str, params: MonitoringParams) -> dict[str, float]:
    """The cut-offs of a figure by their words in both languages; empty where it has none."""
    limit = params.cut_offs.figures.get(name)
    if limit is None:
        return {}
    found = {"vigilar / watch": limit.watch}
    return found if limit.retrain is None else found | {"entrenar / train": limit.retrain}


def trend_of(
    records: Mapping[str, Mapping[str, Any]], name: str, params: MonitoringParams, *, width: int, height: int
) -> str:
    """A figure over the last months, one series for each version that answered, with its caption."""
    months = sorted(records)[-MOST_MONTHS:]
    points = [point for month in months for point in _points(records[month], month, name)]
    caption = f"<figcaption>{both(figure_name(name, 'es'), figure_name(name, 'en'))}</figcaption>"
    if not points:
        return caption + f"<p>{both('Sin casos suficientes.', 'Not enough cases.')}</p>"
    words = "; ".join(
        f"{each.place} {each.series} {each.value:.2f} ({each.low:.2f} to {each.high:.2f})" for each in points
    )
    chart = trend_chart(
        points,
        months,
        title=figure_name(name, "es"),
        description=words,
        limits=limits_of(name, params),
        width=width,
        height=height,
    )
    return caption + chart


def drift_part(drift: Mapping[str, Any], params: MonitoringParams) -> str:
    """The largest differences as bars, then every test."""
    if not drift.get("tested"):
        cases, reference = drift.get("cases", 0), drift.get("reference_cases", 0)
        es = f"No se ha podido comparar: {cases} casos llegados en el mes y {reference} de referencia."
        en = f"Could not be compared: {cases} cases arrived in the month and {reference} of reference."
        return f"<p>{both(es, en)}</p>"
    rows = sorted(_drift_rows(drift), key=lambda row: (-row[1]["effect"], row[0]))
    bars = [Bar(name, row["effect"], row["drifted"]) for name, row in rows[:MOST_BARS]]
    words = "; ".join(f"{bar.name} {bar.value:.2f}{' (cambio)' if bar.is_marked else ''}" for bar in bars)
    chart = bar_chart(
        bars, title="Diferencia con el entrenamiento", description=words, limit=params.drift.minimum_effect
    )
    caption = both(
        "Diferencia con el entrenamiento, de 0 (igual) a 1; ★ ha cambiado: significativo y por encima de la línea",
        "Distance from training, from 0 (alike) to 1; ★ has changed: significant and beyond the line",
    )
    head = (("Propiedad", "Property"), ("Prueba", "Test"), ("Diferencia", "Distance"), ("p corregida", "corrected p"))
    body = ((name, TESTS[row["test"]], f"{row['effect']:.3f}", _p_value(row["adjusted_p_value"])) for name, row in rows)
    whole = table(
        head, body, both("Todas las pruebas, corregidas por su número", "Every test, corrected for their number")
    )
    summary = both("Ver todas las pruebas", "Show every test")
    details = f"<details><summary>{summary}</summary>{whole}</details>"
    return f"<figure><figcaption>{caption}</figcaption>{chart}</figure>{details}"


def _points(record: Mapping[str, Any], month: str, name: str) -> Iterator[Point]:
    for version, sections in record["versions"].items():
        figure = figure_of(sections[deciding_part(sections)], name)
        if figure is not None and figure["low"] is not None and figure["high"] is not None:
            yield Point(month, version[:SHORT], figure["value"], figure["low"], figure["high"])


def _drift_rows(drift: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for part, words in (("inputs", "caso"), ("answers", "respuesta")):
        for name, row in drift[part].items():
            yield f"{words}: {_readable(name)}", row


def _readable(name: str) -> str:
    return escape(name.removeprefix("system__").replace("_", " "), quote=False)


def _p_value(value: float) -> str:
    return "&lt; 0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004  # as p-values are written
