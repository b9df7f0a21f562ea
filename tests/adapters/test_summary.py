"""The terminal shows the candidates side by side, the one taken, its figures and what to do next."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from rich.console import Console

from orphan_disease.adapters.atomic import AtomicTextDataset
from orphan_disease.adapters.summary import SummaryHooks, render_training

INTERVAL = {"value": 0.71, "low": 0.6, "high": 0.8}
SUMMARY: dict[str, Any] = {
    "model_version": "abc123",
    "knowledge_version": "hpo-2025-01-16",
    "categories": ["nerve", "skin"],
    "candidates": [
        {"candidate": "xgboost+none", "provenance": "simulated", "macro_f1": INTERVAL, "log_loss": INTERVAL},
        {"candidate": "mlp+none", "provenance": "simulated", "macro_f1": INTERVAL, "milliseconds_per_case": 2.5},
        {"candidate": "xgboost+none", "provenance": "publication", "macro_f1": INTERVAL},
    ],
    "selected": {
        "category": {
            "name": "mlp+none",
            "provenance": "simulated",
            "paired": {"rival": "xgboost+none", "difference": -0.004, "low": -0.012, "high": 0.005, "p_value": 0.4},
        }
    },
    "figures": [
        {
            "split": "test_disorders",
            "provenance": "simulated",
            "cases": 9,
            "macro_f1": INTERVAL,
            "by_category": {name: {"precision": 0.5, "recall": 0.6, "f1": 0.55} for name in ("nerve", "skin")},
            "orphan": {"area_under_roc": INTERVAL},
        },
        {"split": "test_disorders", "provenance": "publication", "cases": 2, "by_category": {}, "orphan": {}},
    ],
}


@pytest.fixture
def printed(tmp_path: Path) -> Any:
    def run(saved: dict[str, Any]) -> str:
        stream = io.StringIO()
        hooks = SummaryHooks(Console(file=stream, width=160))
        hooks.before_pipeline_run()
        for name, data in saved.items():
            hooks.after_dataset_saved(dataset_name=name, data=data)
        catalog = DataCatalog({"model_card": AtomicTextDataset(filepath=str(tmp_path / "card.md"))})
        hooks.after_pipeline_run(run_params={"project_path": str(tmp_path)}, pipeline=Pipeline([]), catalog=catalog)
        return stream.getvalue()

    return run


def test_a_training_run_is_summarised(printed: Any) -> None:
    text = printed({"training_summary": SUMMARY})
    lines = text.splitlines()

    assert [line.split("│")[2].strip() for line in lines if "→" in line] == ["mlp+none"]
    assert "SIMULATED cases" in text
    assert (
        " ".join(text.split()).count("of mlp+none less that of xgboost+none: -0.004 (-0.012 to +0.005), p = 0.400") == 1
    )
    assert "PUBLICATION cases" in text
    assert "0.710 (0.600-0.800)" in text
    assert "0.50 / 0.60 / 0.55" in text
    assert "kedro run --pipeline=inference" in text
    assert "mlflow ui --backend-store-uri" in text
    assert "card.md" in text


def test_what_tuning_is_worth_is_told_family_by_family(printed: Any) -> None:
    figures = {"macro_f1": 0.8, "log_loss": 0.4}
    lead = {"value": 0.012, "low": -0.01, "high": 0.03, "standard_error": 0.01}
    one = {"configured": figures, "tuned": figures, "difference": lead, "p_value": 0.25, "better": False}
    text = printed({"nested_tuning_metrics": {"families": {"mlp": one, "best_family": one}}})
    assert "folds of disorders that the search has not seen" in text
    assert [line.split("+0.012")[0].split()[1] for line in text.splitlines() if "+0.012" in line] == [
        "mlp:",
        "best_family:",
    ]


ROUTES = ["metabolic_endocrine", "neurological", "developmental_skeletal", "organ_system"]
LONG_NAMES = {
    **SUMMARY,
    "categories": ROUTES,
    "candidates": [
        {"candidate": "random_forest+random_oversampling", "provenance": "simulated", "macro_f1": INTERVAL}
        | {"log_loss": INTERVAL, "milliseconds_per_case": 22.4, "megabytes": 12.3, "fit_seconds": 104.5}
    ],
    "selected": {"category": {"name": "random_forest+random_oversampling"}},
    "figures": [
        {
            **SUMMARY["figures"][0],
            "by_category": {name: {"precision": 0.5, "recall": 0.6, "f1": 0.55} for name in ROUTES},
        }
    ],
}


def test_a_pipe_gets_every_word_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    hooks = SummaryHooks()
    hooks.before_pipeline_run()
    hooks.after_dataset_saved(dataset_name="training_summary", data=LONG_NAMES)
    catalog = DataCatalog({"model_card": AtomicTextDataset(filepath=str(tmp_path / "card.md"))})
    hooks.after_pipeline_run(run_params={"project_path": str(tmp_path)}, pipeline=Pipeline([]), catalog=catalog)
    text = capsys.readouterr().out

    assert "…" not in text
    whole = ("random_forest+random_oversampling", "provenance", "coverage", "orphan AUROC", "developmental skeletal")
    assert [words for words in whole if words not in text] == []


def test_a_narrow_terminal_keeps_names_whole() -> None:
    stream = io.StringIO()
    Console(file=stream, width=80).print(render_training(LONG_NAMES))

    assert "…" not in stream.getvalue()
    assert "random_forest+random_oversampling" in stream.getvalue()


@pytest.mark.parametrize("is_on_path", [True, False])
def test_the_next_commands_can_be_typed_as_they_are_shown(
    printed: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_on_path: bool
) -> None:
    commands = tmp_path / ".venv" / "bin"
    commands.mkdir(parents=True)
    (commands / "kedro").touch(mode=0o755)
    monkeypatch.setattr("sys.executable", str(commands / "python"))
    monkeypatch.setenv("PATH", str(commands) if is_on_path else "/nowhere")

    text = printed({"training_summary": SUMMARY})
    assert (".venv/bin/kedro run --pipeline=inference" in text) == (not is_on_path)
    assert "kedro run --pipeline=inference" in text
    assert str(commands) not in text


def test_a_decision_is_shown(printed: Any) -> None:
    assert "action: watch" in printed({"monitoring_decision": {"month": "2026-03", "action": "watch"}})


def test_inference_tells_counts_and_reasons_and_no_case(printed: Any) -> None:
    answers = pd.DataFrame({"case_id": ["SECRET", "SECRET2"], "category": ["abstained", "nerve"]})
    ledger = pd.DataFrame({"case_id": ["SECRET"], "action": ["quarantine"], "reason": ["NOT_JSON"]})
    text = printed({"predictions": answers, "inference_quarantine": ledger})

    assert "cases answered: 2" in text
    assert "abstained: 1" in text
    assert "quarantine, NOT_JSON: 1" in text
    assert "SECRET" not in text


def test_other_runs_print_nothing_of_their_data(printed: Any) -> None:
    assert printed({"cases": {"case_id": "SECRET"}}) == ""
