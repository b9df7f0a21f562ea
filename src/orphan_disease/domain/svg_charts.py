"""Charts as inline SVG: they need no library in the reader's browser, scale with the page, and their words are text.

Versions are told apart by colour (Okabe and Ito's, for colour-blind readers) and by the marker's shape. Every chart
has a title and a description for screen readers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor
from typing import Final

__all__ = ["Bar", "Point", "bar_chart", "interval_chart", "trend_chart"]

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5D5D00", "#56B4E9")
INK, GRID, SOFT = "#1f2933", "#d9dee4", "#52606d"
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 12, 44
MARK: Final = 4.5
MONTH_WIDTH: Final = 58
MANY_TENTHS: Final = 0.65  # of the axis: then every second one is drawn


@dataclass(frozen=True)
class Point:
    """One figure with its interval at a place: a month of a trend, or a row of an interval chart."""

    place: str
    series: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bar:
    """One length between 0 and 1, set off where it is `marked`."""

    name: str
    value: float
    is_marked: bool


def trend_chart(  # noqa: PLR0913  # what a chart says
    points: Sequence[Point],
    months: Sequence[str],
    *,
    title: str,
    description: str,
    limits: Mapping[str, float],
    width: int = 880,
    height: int = 280,
) -> str:
    """Figures of months as marks with whiskers, one line for each version, cut-offs as dashed lines."""
    lowest, highest = _axis([*(bound for point in points for bound in (point.low, point.high)), *limits.values()])
    step = (width - LEFT - RIGHT) / max(len(months), 1)
    series = {name: number for number, name in enumerate(dict.fromkeys(point.series for point in points))}

    def x(point: Point) -> float:
        shift = (series[point.series] - (len(series) - 1) / 2) * min(9.0, step / 6)
        return LEFT + step * (months.index(point.place) + 0.5) + shift

    def y(value: float) -> float:
        return TOP + (height - TOP - BOTTOM) * (1 - (value - lowest) / (highest - lowest))

    parts = [*_grid(lowest, highest, width, y)]
    every = ceil(len(months) * MONTH_WIDTH / (width - LEFT - RIGHT))  # labels that would overlap are left out
    for place, month in list(enumerate(months))[(len(months) - 1) % every :: every]:
        parts.append(_text(LEFT + step * (place + 0.5), height - BOTTOM + 18, month, anchor="middle"))
    for name, number in series.items():
        own = [point for point in points if point.series == name]
        line = " ".join(f"{x(point):.1f},{y(point.value):.1f}" for point in own)
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point in own:
            words = f"{point.place}, {name}: {point.value:.3f} ({point.low:.3f}-{point.high:.3f})"
            whisker = _line(x(point), y(point.low), x(point), y(point.high), colour, 2)
            parts.append(f"<g>{whisker}{_marker(number, x(point), y(point.value))}<title>{escape(words)}</title></g>")
    parts += [*_limits(limits, width, y), *_legend(series, height - 8)]
    return _svg(parts, width, height, title, description)


def interval_chart(
    points: Sequence[Point], *, title: str, description: str, width: int = 880, label_width: int = 250
) -> str:
    """Rows of marks with whiskers, one row for each place, one colour and shape for each series."""
    rows = list(dict.fromkeys(point.place for point in points))
    series = {name: number for number, name in enumerate(dict.fromkeys(point.series for point in points))}
    row_height = 14 * len(series) + 12
    height = TOP + row_height * len(rows) + BOTTOM + 6
    end = TOP + row_height * len(rows)

    def x(value: float) -> float:
        return label_width + (width - label_width - RIGHT - 10) * value

    parts = []
    for tick in range(0, 11, 2):
        parts.append(_line(x(tick / 10), TOP, x(tick / 10), end, GRID, 1))
        parts.append(_text(x(tick / 10), end + 16, f"{tick / 10:.1f}", anchor="middle"))
    for number, row in enumerate(rows):
        middle = TOP + row_height * (number + 0.5)
        parts.append(_text(label_width - 10, middle + 4, row, anchor="end"))
        parts.append(_line(0, TOP + row_height * (number + 1), width, TOP + row_height * (number + 1), GRID, 1))
    for point in points:
        number = series[point.series]
        y = TOP + row_height * rows.index(point.place) + 12 + 14 * number
        colour = COLOURS[number % len(COLOURS)]
        words = f"{point.place}, {point.series}: {point.value:.3f} ({point.low:.3f}-{point.high:.3f})"
        whisker = _line(x(point.low), y, x(point.high), y, colour, 2)
        parts.append(f"<g>{whisker}{_marker(number, x(point.value), y)}<title>{escape(words)}</title></g>")
    parts += _legend(series, height - 6)
    return _svg(parts, width, height, title, description)


def bar_chart(  # noqa: PLR0913  # what a chart says
    bars: Sequence[Bar], *, title: str, description: str, limit: float, width: int = 880, label_width: int = 330
) -> str:
    """Horizontal bars from 0, with a line at the limit; marked bars are orange and end with a star."""
    height = TOP + 22 * len(bars) + 30
    most = max([*(bar.value for bar in bars), limit, 0.01]) * 1.15

    def x(value: float) -> float:
        return label_width + (width - label_width - 60) * value / most

    parts = []
    for number, bar in enumerate(bars):
        y = TOP + 22 * number
        colour = COLOURS[1] if bar.is_marked else COLOURS[0]
        parts.append(_text(label_width - 10, y + 14, bar.name, anchor="end"))
        parts.append(
            f'<rect x="{label_width}" y="{y + 3}" width="{x(bar.value) - label_width:.1f}" height="15" '
            f'fill="{colour}"/>'
        )
        parts.append(_text(x(bar.value) + 6, y + 15, f"{bar.value:.2f}{' ★' if bar.is_marked else ''}"))
    end = TOP + 22 * len(bars)
    parts.append(
        f'<line x1="{x(limit):.1f}" y1="{TOP}" x2="{x(limit):.1f}" y2="{end}" stroke="{INK}" stroke-dasharray="4 3"/>'
    )
    parts.append(_text(x(limit), end + 16, f"{limit:g}", anchor="middle"))
    return _svg(parts, width, height, title, description)


def _axis(values: Sequence[float]) -> tuple[float, float]:
    """Where the axis begins and ends: tenths around the values, with a little room, between 0 and 1."""
    return max(0.0, floor((min(values) - 0.02) * 10) / 10), min(1.0, ceil((max(values) + 0.02) * 10) / 10)


def _grid(low: float, high: float, width: int, y: Callable[[float], float]) -> Iterable[str]:
    step = 1 if high - low < MANY_TENTHS else 2
    for tenth in range(round(low * 10), round(high * 10) + 1, step):
        yield _line(LEFT, y(tenth / 10), width - RIGHT, y(tenth / 10), GRID, 1)
        yield _text(LEFT - 8, y(tenth / 10) + 4, f"{tenth / 10:.1f}", anchor="end")


def _limits(limits: Mapping[str, float], width: int, y: Callable[[float], float]) -> Iterable[str]:
    for name, value in limits.items():
        yield (
            f'<line x1="{LEFT}" y1="{y(value):.1f}" x2="{width - RIGHT}" y2="{y(value):.1f}" stroke="{SOFT}" '
            'stroke-dasharray="6 4"/>'
        )
        yield _text(width - RIGHT - 4, y(value) - 5, f"{name} {value:g}", anchor="end", colour=SOFT)


def _legend(series: Mapping[str, int], y: float) -> Iterable[str]:
    x = float(LEFT)
    for name, number in series.items():
        yield _marker(number, x, y - 4) + _text(x + 10, y, name)
        x += 32 + 7.2 * len(name)


def _marker(number: int, x: float, y: float) -> str:
    """A circle, square, triangle or diamond, in the series' colour."""
    colour, r = COLOURS[number % len(COLOURS)], MARK
    if number % 4 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="{colour}"/>'
    corners = {
        1: ((-r, -r), (r, -r), (r, r), (-r, r)),
        2: ((0, -r - 1), (r + 1, r), (-r - 1, r)),
        3: ((0, -r - 1), (r + 1, 0), (0, r + 1), (-r - 1, 0)),
    }[number % 4]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" fill="{colour}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: int) -> str:  # noqa: PLR0913, PLR0917  # two points
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" stroke="#fff" stroke-width="3" paint-order="stroke">{escape(words)}</text>'


def _svg(parts: Iterable[str], width: int, height: int, title: str, description: str) -> str:
    head = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    label = escape(f"{title}. {description}", quote=True)
    box = f'viewBox="0 0 {width} {height}" role="img" aria-label="{label}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{head}{"".join(parts)}</svg>'
