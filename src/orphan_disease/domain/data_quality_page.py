# ruff: noqa: E501  # a style a line
"""The data-quality report as one HTML page that needs nothing else: what the cleaning did, and by which rule."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from orphan_disease.contracts.cleaning_rules import CLEANING_RULES, CleaningRule

__all__ = ["data_quality_page"]

_OUTCOMES: Final = (
    ("kept", "kept"),
    ("merged", "merged"),
    ("quarantined", "quarantined"),
    ("repaired", "repairs"),
    ("set_missing", "set missing"),
    ("noted", "notes"),
)
_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b2733;--soft:#5a6875;--line:#d9e0e6;--paper:#fff;--band:#f4f7f9;--good:#2f7d5b;--warn:#b5651d;
--bad:#a5312d}
@media (prefers-color-scheme:dark){:root{--ink:#e6ecf1;--soft:#9fb0bf;--line:#33424f;--paper:#141c23;--band:#1c2730;--good:#5fbf95;
--warn:#e39b56;--bad:#ee7f7a}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:72rem;margin:2rem auto;padding:0 1.25rem}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.25rem 0 .5rem}p{color:var(--soft);max-width:46rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);
vertical-align:top}th{color:var(--soft);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
tbody tr:nth-child(even){background:var(--band)}code{font-size:.86em}.wrap{overflow-x:auto}
.bar{display:flex;height:.6rem;border-radius:.3rem;overflow:hidden;background:var(--line);min-width:9rem}.bar span{display:block}
.kept{background:var(--good)}.merged{background:var(--warn)}.quarantined,.rejected{background:var(--bad)}
.legend{display:flex;gap:1.25rem;color:var(--soft);font-size:.85rem;margin:.25rem 0 .75rem}.legend i{display:inline-block;width:.75rem;
height:.75rem;border-radius:.2rem;margin-right:.35rem;vertical-align:-.08rem}
"""


def data_quality_page(report: Mapping[str, Any]) -> str:
    """The page of a report (see `domain.data_quality`).

    Args:
        report: `sources`, by name, each with its counts and `findings` (field -> reason -> count); `split`.
    """
    return "".join(_page(report))


def _page(report: Mapping[str, Any]) -> Iterator[str]:
    sources = report["sources"]
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Data quality</title>'
    yield f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
    yield "<main><h1>Data quality</h1><p>Every record that was read is kept, merged with another, or quarantined with its "
    yield "reason. Repairs, values set missing and notes are counted for each field: a record may have several.</p>"
    yield "<h2>By source</h2>"
    yield '<div class="legend"><span><i class="kept"></i>kept</span><span><i class="merged"></i>merged</span>'
    yield '<span><i class="quarantined"></i>quarantined</span></div><div class="wrap"><table><thead><tr><th>source</th>'
    yield '<th class="n">read</th>' + "".join(f'<th class="n">{label}</th>' for _, label in _OUTCOMES)
    yield "<th>records</th></tr></thead><tbody>"
    for name, counts in sources.items():
        yield f"<tr><td>{escape(name)}</td>" + _number(counts["read"])
        yield "".join(_number(counts[outcome]) for outcome, _ in _OUTCOMES) + f"<td>{_bar(counts)}</td></tr>"
    yield "</tbody></table></div><h2>By field and reason</h2>"
    yield from _findings(sources)
    yield from _split(report.get("split", {}))
    yield "</main></body></html>\n"


def _number(count: int) -> str:
    return f'<td class="n">{count:,}</td>'


def _bar(counts: Mapping[str, Any]) -> str:
    total = max(1, counts["read"])
    parts = [
        f'<span class="{each}" style="width:{100 * counts[each] / total:.2f}%"></span>'
        for each in ("kept", "merged", "quarantined", "rejected")
        if counts[each]
    ]
    said = ", ".join(f"{counts[each]:,} {each}" for each in ("kept", "merged", "quarantined"))
    return f'<div class="bar" role="img" aria-label="{said}">{"".join(parts)}</div>'


def _findings(sources: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (count, name, field, reason)
        for name, counts in sources.items()
        for field, reasons in counts["findings"].items()
        for reason, count in reasons.items()
    ]
    if not rows:
        yield "<p>Nothing was found wrong.</p>"
        return
    yield '<div class="wrap"><table><thead><tr><th>source</th><th>field</th><th>reason</th><th>action</th><th>rule</th>'
    yield '<th class="n">findings</th></tr></thead><tbody>'
    for count, name, field, reason in sorted(rows, key=lambda row: (row[1], -row[0], row[2], row[3])):
        rule = _rule(field, reason)
        yield f"<tr><td>{escape(name)}</td><td><code>{escape(field)}</code></td><td><code>{escape(reason)}</code></td>"
        yield f"<td>{rule.action}</td><td>{escape(rule.rule)}</td>{_number(count)}</tr>"
    yield "</tbody></table></div>"


def _rule(field: str, reason: str) -> CleaningRule:
    """The rule of a finding: of those with its reason the one that names its field, else the first."""
    rules = [rule for rule in CLEANING_RULES if rule.reason == reason]
    return next((rule for rule in rules if field in rule.field.split(", ")), rules[0])


def _split(split: Mapping[str, Any]) -> Iterator[str]:
    if not split:
        return
    yield '<h2>Labelled cases by part</h2><div class="wrap"><table><thead><tr><th>provenance</th><th>part</th>'
    yield '<th class="n">cases</th><th class="n">groups</th></tr></thead><tbody>'
    for provenance, parts in split.items():
        for part, sizes in parts.items():
            yield f"<tr><td>{escape(provenance)}</td><td>{escape(part)}</td>"
            yield _number(sizes["cases"]) + _number(sizes["groups"]) + "</tr>"
    yield "</tbody></table></div>"
