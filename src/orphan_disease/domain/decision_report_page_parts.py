"""Pieces of the report on the decision as HTML: notes, pictures, tables, and tables that are folded away."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Final

__all__ = ["WIDE", "folded", "note", "picture", "table"]

WIDE: Final = (
    "main { max-width: 1240px; } header { border-color: #0072B2; } img { display: block; max-width: 100%; height: auto;"
    " margin: 0 auto; } td { white-space: nowrap; } td.t { white-space: normal; } td:first-child { min-width: 7rem; }"
    " .t { text-align: left; } article { background: var(--paper); border-radius: 10px; padding: .8rem"
    " 1.2rem; margin-bottom: .9rem; } article h3 { margin: 0 0 .3rem; font-size: 1rem; } article p { margin: .2rem 0; }"
    " nav { margin: 1rem 0; } nav a { margin-right: 1rem; display: inline-block; padding: .15rem 0; }"
    " summary { cursor: pointer; font-weight: 600; padding: .4rem 0; }"
    " @media (max-width: 760px) { main { padding: .8rem .7rem 2rem; } header h1 { font-size: 1.5rem; }"
    " figure { overflow-x: auto; padding: .5rem; } img { max-width: none; width: 760px; } }"
)


def note(text: str) -> str:
    """A paragraph."""
    return f"<p>{escape(text)}</p>"


def picture(png: bytes, name: str) -> str:
    """A picture that travels in the page, and what it shows for those who do not see it."""
    return f'<figure><img alt="{escape(name)}" src="data:image/png;base64,{b64encode(png).decode()}"></figure>'


def folded(title: str, content: str, *, is_open: bool) -> str:
    """Content under a title that opens and closes it."""
    return f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>{content}</details>"


def table(lines: Sequence[Sequence[str]]) -> str:
    """A table whose first line is the head, words to the left and figures to the right; a note where there is no line.

    >>> table([])
    '<p>Too few cases to measure.</p>'
    """
    if not lines:
        return note("Too few cases to measure.")
    words = [not all(_is_figure(cell) for cell in column) for column in zip(*lines[1:], strict=True)]
    head, *rows = (
        "".join(_cell(cell, tag, is_words=left) for cell, left in zip(line, words, strict=True))
        for tag, line in zip(("th", *["td"] * (len(lines) - 1)), lines, strict=True)
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _is_figure(text: str) -> bool:
    """Whether a cell holds a number, with or without an interval, or nothing.

    >>> [_is_figure(each) for each in ("0.5 (0.4-0.6)", "-0.1", "12", "-", "", "12 to 18 years", "1-9 / 100 000")]
    [True, True, True, True, True, False, False]
    """
    value = text.partition(" (")[0].lstrip("+-")
    return not value or value.replace(".", "", 1).isdigit()


def _cell(text: str, tag: str, *, is_words: bool) -> str:
    """A cell; an interval goes below its value, so that wide tables fit."""
    value, bracket, bounds = text.partition(" (")
    opened = f'<{tag} class="t">' if is_words else f"<{tag}>"
    if bracket and _is_figure(text):
        return f'{opened}{escape(value)}<span class="i">({escape(bounds)}</span></{tag}>'
    return f"{opened}{escape(text)}</{tag}>"
