# ruff: noqa: E501  # a style a line
"""The data-quality report as one HTML page that needs nothing else: what the cleaning did, and by which rule.

On a narrow screen each row of a table is a card, whose cells say what they are.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from orphan_disease.contracts.cleaning_rules import (
    CASES,
    CLEANING_RULES,
    DOCUMENTS,
    DONE,
    FHIR,
    FORM,
    LABELS,
    TRUTH,
    CleaningRule,
)

__all__ = ["data_quality_page"]

# What a row of a source is, and which rules it may fail.
_SOURCES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "triage": ("rows of the triage form", (FORM,)),
    "histories": ("documents, and patients of FHIR", (FHIR, DOCUMENTS)),
    "confirmed_cases": ("documents, and patients of FHIR", (FHIR, DOCUMENTS)),
    "truth": ("rows of the truth file", (TRUTH,)),
    "cases": ("visits, histories and confirmed cases, joined", (CASES,)),
    "labels": ("cases with a diagnosis, and diagnoses of nobody", (LABELS,)),
}
_COUNTS: Final = (
    ("read", "read"),
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
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:72rem;margin:2rem auto;padding:0 1.25rem}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.25rem 0 .5rem}h3{font-size:1rem;margin:1.75rem 0 .4rem}
h3 small{color:var(--soft);font-weight:400}p{color:var(--soft);max-width:46rem;margin:.4rem 0}a{color:inherit}
table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);
vertical-align:top}thead th{color:var(--soft);font-weight:600}tbody th{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums}
tbody tr:nth-child(even){background:var(--band)}code{font-size:.86em;overflow-wrap:anywhere}
td.share{vertical-align:middle;min-width:9rem}.bar{display:flex;height:.6rem;border-radius:.3rem;overflow:hidden;background:var(--line)}
.bar span{display:block;min-width:2px}.kept{background:var(--good)}.merged{background:var(--warn)}.quarantined,.rejected{background:var(--bad)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;color:var(--soft);font-size:.85rem;margin:.25rem 0 .75rem}
.legend i{display:inline-block;width:.75rem;height:.75rem;border-radius:.2rem;margin-right:.35rem;vertical-align:-.08rem}
.findings{table-layout:fixed}.findings th:nth-child(1){width:6.5rem}.findings th:nth-child(2){width:12rem}
.findings th:nth-child(3){width:14.5rem}.findings th:nth-child(4){width:8rem}
@media (max-width:48rem){thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td,tbody th{display:block;width:auto}tr{border-bottom:1px solid var(--line);padding:.5rem .6rem}
td,tbody th,td.n{border:0;padding:.1rem 0;text-align:left}td[data-name]{display:flex;justify-content:space-between;align-items:baseline;gap:1rem}
td[data-name]::before{content:attr(data-name);color:var(--soft)}td[data-name] code{text-align:right}td.share{padding:.5rem 0}}
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
    yield '<h2>By source</h2><div class="legend"><span><i class="kept"></i>kept</span><span><i class="merged"></i>merged</span>'
    yield '<span><i class="quarantined"></i>quarantined</span></div><table><thead><tr><th>source</th>'
    yield "".join(f'<th class="n">{label}</th>' for _, label in _COUNTS) + "<th>records</th></tr></thead><tbody>"
    for name, counts in sources.items():
        yield f'<tr><th scope="row"><a href="#{escape(name)}">{_words(name)}</a></th>'
        yield "".join(_number(counts[outcome], label) for outcome, label in _COUNTS)
        yield f'<td class="share">{_bar(counts)}</td></tr>'
    yield "</tbody></table><h2>By field and reason</h2><p>The most frequent first. Each finding is a row of the source's "
    yield "<code>…_quarantine.parquet</code>, with file and line.</p>"
    for name, counts in sources.items():
        yield from _findings(name, counts)
    yield from _split(report.get("split", {}))
    yield "</main></body></html>\n"


def _words(name: str) -> str:
    return escape(name.replace("_", " "))


def _number(count: int, name: str) -> str:
    return f'<td class="n" data-name="{name}">{count:,}</td>'


def _bar(counts: Mapping[str, Any]) -> str:
    total = max(1, counts["read"])
    parts = [
        f'<span class="{each}" style="width:{100 * counts[each] / total:.2f}%"></span>'
        for each in ("kept", "merged", "quarantined", "rejected")
        if counts[each]
    ]
    said = ", ".join(f"{counts[each]:,} {each}" for each in ("kept", "merged", "quarantined"))
    return f'<div class="bar" role="img" aria-label="{said}">{"".join(parts)}</div>'


def _findings(name: str, counts: Mapping[str, Any]) -> Iterator[str]:
    kind, registers = _SOURCES.get(name, ("records", ()))
    found = [(n, field, reason) for field, reasons in counts["findings"].items() for reason, n in reasons.items()]
    yield f'<h3 id="{escape(name)}">{_words(name)} <small>{counts["read"]:,} {kind}</small></h3>'
    if not found:
        yield f"<p>{'Nothing was found wrong.' if counts['read'] else 'Nothing was read.'}</p>"
        return
    yield '<table class="findings"><thead><tr><th class="n">findings</th><th>field</th><th>reason</th><th>outcome</th>'
    yield "<th>rule</th></tr></thead><tbody>"
    for count, field, reason in sorted(found, key=lambda row: (-row[0], row[1], row[2])):
        rule = _rule(registers, field, reason)
        yield f'<tr>{_number(count, "findings")}<td data-name="field"><code>{escape(field)}</code></td>'
        yield f'<td data-name="reason"><code>{escape(reason)}</code></td>'
        yield f'<td data-name="outcome">{DONE[rule.action].split(",")[0]}</td><td>{escape(rule.rule)}</td></tr>'
    yield "</tbody></table>"


def _rule(registers: tuple[str, ...], field: str, reason: str) -> CleaningRule:
    """The rule of a finding: of those with its reason the one of its source and field, else of its source, else any."""
    rules = [rule for rule in CLEANING_RULES if rule.reason == reason]
    return max(rules, key=lambda rule: (rule.source in registers, field in rule.field.split(", ")))


def _split(split: Mapping[str, Any]) -> Iterator[str]:
    if not split:
        return
    yield "<h2>Labelled cases by part</h2><p>A group is what never lies on two sides: a disorder, a paper, a patient.</p>"
    yield '<table><thead><tr><th>provenance</th><th>part</th><th class="n">cases</th><th class="n">groups</th></tr></thead><tbody>'
    for provenance, parts in split.items():
        for part, sizes in parts.items():
            yield f'<tr><th scope="row">{_words(provenance)}</th><td data-name="part">{_words(part)}</td>'
            yield _number(sizes["cases"], "cases") + _number(sizes["groups"], "groups") + "</tr>"
    yield "</tbody></table>"
