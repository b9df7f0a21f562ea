"""The page of the report on the decision: whole, self-contained, and true to what it was given."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.domain.decision_report_page import ReportParts, build_page
from tests.domain import report_figures as given

PNG = b"\x89PNG"
PROTOCOL = {"publication": {"cases": 40, "groups": 12, "macro_f1": given.INTERVAL, "accuracy": given.INTERVAL,
                            "log_loss": given.INTERVAL, "recall_skin": given.INTERVAL}}  # fmt: skip


@pytest.fixture
def parts() -> ReportParts:
    pictures = {f"{name}_plot": PNG for name in ("confusion", "calibration", "per_category", "risk_coverage")}
    pictures |= {f"{name}_plot": PNG for name in ("balancing", "ablation", "learning", "contribution")}
    return ReportParts(
        metrics=given.classification(),
        summary={
            "model_version": "v<1>",
            "knowledge_version": "hpo",
            "selected": {"category": {"name": "mlp+smote"}},
        },
        subgroups=given.subgroups(),
        risk_coverage=given.risk_coverage(),
        ambiguity=given.ambiguity(),
        balancing=given.balancing(),
        ablation=given.ablation(),
        learning=given.learning(),
        scarce=given.scarce(),
        orphan_detection=given.orphan_detection(),
        contributions=given.contributions(),
        errors=[given.error()],
        own_papers_left_out=PROTOCOL,
        disorder_masked={},
        simulated_only=PROTOCOL,
        params=DecisionReportParams(seed=0),
        **pictures,
    )


class _Open(HTMLParser):
    """Every tag that is opened is closed, and by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_attributes = dict(attrs)
        self.places.add(given_attributes.get("id") or "")
        self.links += [value for name in ("href", "src") if (value := given_attributes.get(name))]
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_fetches_nothing(parts: ReportParts) -> None:
    reader = _Open()
    reader.feed(build_page(parts))
    assert reader.open == []
    assert {link[0] for link in reader.links} <= {"#", "d"}
    assert all(link.startswith("data:image/png;base64,iVBORw==") for link in reader.links if link[0] == "d")
    assert {link[1:] for link in reader.links if link[0] == "#"} <= reader.places


def test_every_text_that_comes_from_data_is_escaped(parts: ReportParts) -> None:
    page = build_page(parts)
    assert "<seven>" not in page
    assert "Disorder &lt;seven&gt;" in page
    assert "v<1>" not in page
    assert "&lt;different&gt;" in page


def test_a_value_stands_above_its_interval(parts: ReportParts) -> None:
    assert '<td>0.500<span class="i">(0.250-0.750)</span></td>' in build_page(parts)
    assert '<td>-0.100<span class="i">(-0.200 to +0.050)</span></td>' in build_page(parts)


def test_protocols_not_run_are_named(parts: ReportParts) -> None:
    assert "Not run yet: disorder_masked (make protocols runs them)" in build_page(parts)
    assert "Not run yet" not in build_page(replace(parts, disorder_masked=PROTOCOL))


def test_figures_of_another_model_than_the_packaged_one_say_so(parts: ReportParts) -> None:
    assert "Measured with xgboost+none, a fast one; the packaged model is mlp+smote." in build_page(parts)
    same = {**parts.summary, "selected": {"category": {"name": "xgboost+none"}}}
    assert "Measured with xgboost+none, the packaged candidate." in build_page(replace(parts, summary=same))


def test_an_error_is_told_with_its_differential_and_its_reasons(parts: ReportParts) -> None:
    page = re.sub("<[^>]+>", "", build_page(parts))
    assert "answered organ system with 91%; it is neurological (by orphanet)." in page
    assert "Found: Seizure, Ataxia. Excluded: Fever." in page
    assert "Differential: Disorder 3 (organ system, 42%). The diagnosis is number 5 of 12." in page
    assert "edad · age (+1.25)" in page


def test_tables_without_a_row_say_so(parts: ReportParts) -> None:
    empty = replace(parts, subgroups=given.subgroups().iloc[:0], scarce=given.scarce().iloc[:0])
    assert build_page(empty).count("Too few cases to measure.") == 2


def test_both_languages_are_marked(parts: ReportParts) -> None:
    page = build_page(parts)
    for es, en in (
        ("Subgrupos", "Subgroups"),
        ("Qué se hace con el desequilibrio", "What is done about the imbalance"),
    ):
        assert f'<span lang="es">{es}</span> <span class="en">· {en}</span>' in page


def test_nothing_worth_telling_leaves_its_heading(parts: ReportParts) -> None:
    page = build_page(replace(parts, errors=[], contributions=given.contributions()[:0]))
    assert "Errors worth reading" in page
    assert "<b>Found:</b>" not in page
