from typing import Any

import pytest

from orphan_disease.adapters.decision_figures import DECISION_TITLES, told_figures
from tests.domain import report_figures as given

SHOWN = "0.500 (0.250-0.750)"


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        (
            "protocol_metrics",
            {"publication": {"cases": 40, "macro_f1": given.INTERVAL}},
            ("publication, macro f1", SHOWN),
        ),
        ("risk_coverage_metrics", given.risk_coverage(), ("out of fold, publication, gain", SHOWN)),
        ("ambiguity_metrics", given.ambiguity(), ("out of fold, publication, errors", "9")),
        ("orphan_detection_metrics", given.orphan_detection(), ("matched, area under roc", SHOWN)),
        (
            "scarce_disorder_metrics",
            given.scarce(),
            ("out of fold, publication, augmentation", f"macro f1 {SHOWN}; log loss {SHOWN} (40 cases)"),
        ),
        (
            "balancing_metrics",
            given.balancing(),
            (
                "publication, scarce disorders, smote",
                f"macro f1 {SHOWN}; log loss {SHOWN}; calibration error {SHOWN} (40 cases)",
            ),
        ),
    ],
)
def test_each_figure_is_a_line_with_its_interval(name: str, data: Any, line: tuple[str, str]) -> None:
    told = told_figures(name, data)
    assert told[line[0]] == line[1]


def test_every_title_has_its_lines() -> None:
    assert told_figures("own_protocol_metrics", {"publication": {"cases": 40}}) == {"publication, cases": "40"}
    assert "own_protocol_metrics" in DECISION_TITLES


def test_what_could_flatter_the_comparison_is_printed_with_it() -> None:
    told = told_figures("orphan_detection_metrics", given.orphan_detection())
    assert told["may flatter it, 1"] == "The two sides come from <different> sources."
    assert told["pairs"] == "20"
