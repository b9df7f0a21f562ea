"""The year as a picture and as a table."""

from typing import Any

import pytest

from orphan_disease.contracts.parameters.simulated_year import SimulatedYearParams
from orphan_disease.domain.year_picture import draw_year, tabulate_year

CHANGE = {"from_month": 2, "name_en": "a new clinic", "name_es": "una consulta", "hospital": {"phenocopy_share": 0.5}}
YEAR: dict[str, Any] = {
    "first_month": "2026-01",
    "months": 2,
    "patients_per_month": 10,
    "confirmation_pace": 0.1,
    "minimum_labels": 5,
    "promotion": {},
    "changes": (CHANGE,),
}


def row(month: str, version: str, after: str, value: float) -> dict[str, Any]:
    figure = {"value": value, "low": value - 0.1, "high": value + 0.05}
    figures = {"category.macro_f1": figure, "category.coverage": figure, "differential.top_10": None}
    return {
        "month": month,
        "served": version,
        "judged_version": version,
        "labels": 40,
        "action": "ok" if version == after else "retrain",
        "figures": figures,
        "drifted": ["sex"],
        "retrained": version != after,
        "served_after": after,
    }


ROWS = [row("2026-01", "first-model", "first-model", 0.8), row("2026-02", "first-model", "second-model", 0.4)]


def test_the_table_says_who_answered_and_who_is_served_then() -> None:
    table = tabulate_year(ROWS, SimulatedYearParams.model_validate(YEAR))
    assert "- from 2026-02: a new clinic" in table
    assert "| 2026-02 | `first-m` | 40 | 0.40 (0.30 to 0.45) |" in table
    assert table.rstrip().endswith("retrain | `second-` (new) |")


def test_the_table_ends_with_what_was_said_of_new_models() -> None:
    rows = [ROWS[0], ROWS[1] | {"verdict": "the lead is below 0"}]
    table = tabulate_year(rows, SimulatedYearParams.model_validate(YEAR))
    assert table.endswith("against the champion:\n\n- 2026-02: the lead is below 0\n")


def test_the_picture_marks_versions_changes_and_retraining() -> None:
    figure = draw_year(ROWS, SimulatedYearParams.model_validate(YEAR))
    words = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert "trained again:\nnew version served" in words
    assert "A: a new clinic" in words
    assert [line.get_text() for line in figure.axes[0].get_legend().get_texts()] == ["version first-m"]


def test_a_change_after_the_last_month_is_refused() -> None:
    with pytest.raises(ValueError, match="changes after the last of 1 months: a new clinic"):
        SimulatedYearParams.model_validate(YEAR | {"months": 1})
