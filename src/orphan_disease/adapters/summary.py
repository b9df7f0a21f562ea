"""What a person reads when a run is over: the tables of a training run, where things are, what to do next."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import mlflow
import pandas as pd
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from orphan_disease.adapters.decision_figures import DECISION_TITLES, interval, told_figures
from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import ABSTAINED
from orphan_disease.domain.tuned_candidates import tuning_figures

__all__ = ["SummaryHooks", "render_decision", "render_training"]

SUMMARY_DATASET: Final = "training_summary"
NEXT: Final = (
    (
        "answer cases",
        "{commands}kedro run --pipeline=inference --params=cases_path=<file, folder or zip of phenopackets>",
    ),
    ("compare runs", "{commands}mlflow ui --backend-store-uri {tracking_uri}"),
    ("see the graph", "{commands}kedro viz run"),
    ("read the model card", "{card}"),
)
TITLES: Final[Mapping[str, str]] = {
    "inference_quarantine": "what the cases' reading found",
    "predictions": "inference",
    "monitoring_decision": "monitoring",
    "promotion_record": "retraining",
    **DECISION_TITLES,
    "nested_tuning_metrics": "tuning, measured on folds of disorders that the search has not seen",
}
# In a file or a pipe no terminal says how wide it is: wide enough for the full words of every table.
UNBOUND_WIDTH: Final = 160
SETS: Final[Mapping[str, str]] = {
    "coverage": "coverage of cases",
    "coverage_of_disorders": "coverage of disorders",
    "mean_set_size": "set size",
    "abstention_rate": "abstained",
    "calibration_error": "ECE",
}
SPLITS: Final[Mapping[str, str]] = {
    "out_of_fold": "unseen disorders, out of fold",
    "test_disorders": "unseen disorders, held out",
    "test_patients": "new patients, seen disorders",
}


class SummaryHooks:
    """Kedro hooks that print the summary of what a run has saved, and nothing of any patient."""

    def __init__(self, console: Console | None = None) -> None:
        """Keep where to print; the terminal if not said."""
        self._console = console or _console()
        self._saved: dict[str, Any] = {}
        self._run: str | None = None

    @hook_impl(trylast=True)
    def before_pipeline_run(self) -> None:
        """Note the tracked run, which is closed before the summary is printed."""
        active = mlflow.active_run()
        self._run = active.info.run_id if active else None
        self._saved = {}

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Keep what the summary is made of."""
        if dataset_name in {SUMMARY_DATASET, "promotion_record"}:
            self._saved[dataset_name] = data
        elif dataset_name == "monitoring_decision":
            self._saved[dataset_name] = {name: value for name, value in data.items() if name != "reasons"}
        elif dataset_name in DECISION_TITLES:
            self._saved[dataset_name] = told_figures(dataset_name, data)
        elif dataset_name == "nested_tuning_metrics":
            self._saved[dataset_name] = tuning_figures(data)
        elif dataset_name == "predictions":
            self._saved[dataset_name] = {"cases answered": len(data), "abstained": int(_abstained(data).sum())}
        elif dataset_name == "inference_quarantine":
            counts = data.groupby([columns.ACTION, columns.REASON]).size()
            self._saved[dataset_name] = {f"{action}, {reason}": int(size) for (action, reason), size in counts.items()}

    @hook_impl
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Print what there is to say."""
        del pipeline
        if summary := self._saved.get(SUMMARY_DATASET):
            self._console.print(render_training(summary))
            self._console.print(_where(run_params, self._run, _place(catalog, "model_card")))
        for name, title in TITLES.items():
            if self._saved.get(name):
                self._console.print(render_decision(title, self._saved[name]))


def render_training(summary: Mapping[str, Any]) -> RenderableType:
    """Candidates side by side, and the figures of the one that was taken."""
    return Group(*_candidate_tables(summary), *_figure_tables(summary))


def render_decision(title: str, record: Mapping[str, Any]) -> RenderableType:
    """A decision as one panel."""
    lines = [f"{name}: {value}" for name, value in record.items() if not isinstance(value, Mapping)]
    return Panel(Text("\n".join(lines)), title=title, expand=False)


def _candidate_tables(summary: Mapping[str, Any]) -> Iterator[Table]:
    chosen = summary["selected"]["category"]["name"]
    provenances = dict.fromkeys(row["provenance"] for row in summary["candidates"])
    for provenance in provenances:
        table = Table(
            title=f"Candidates, out of fold on unseen disorders: {provenance.upper()} cases",
            caption=_paired(summary["selected"]["category"], provenance),
        )
        for name in ("", "candidate", "macro-F1 (interval)", "log-loss", "ms/case", "MB", "fit s"):
            _add_column(table, name, is_name=name in {"", "candidate"})
        for row in summary["candidates"]:
            if row["provenance"] == provenance:
                mark = "→" if row["candidate"] == chosen else ""
                costs = [_number(row.get(cost), 1) for cost in ("milliseconds_per_case", "megabytes", "fit_seconds")]
                cells = [mark, row["candidate"], _interval(row["macro_f1"]), _value(row.get("log_loss")), *costs]
                table.add_row(*cells, style="bold" if mark else None)
        yield table


def _paired(selected: Mapping[str, Any], provenance: str) -> str | None:
    """The paired test of the candidate taken, below the table of the cases that decided."""
    test = selected.get("paired")
    if test is None or selected["provenance"] != provenance:
        return None
    return (
        f"macro-F1 of {selected['name']} less that of {test['rival']}: {test['difference']:+.3f} "
        f"({test['low']:+.3f} to {test['high']:+.3f}), p = {test['p_value']:.3f}, paired by whole disorders"
    )


def _figure_tables(summary: Mapping[str, Any]) -> Iterator[Table]:
    title = f"Model {summary['model_version']} on what it has not seen; knowledge: {summary['knowledge_version']}"
    overall = Table(title=title)
    for name in ("split", "provenance", "cases", "macro-F1 (interval)", "log-loss", "orphan AUROC"):
        _add_column(overall, name, is_name=name in {"split", "provenance"})
    sets = Table(title="Prediction sets and calibration (interval)")
    for name in ("split", "provenance", *SETS.values()):
        _add_column(sets, name, is_name=name in {"split", "provenance"})
    by_category = Table(title="Precision / recall / F1 of each category")
    for name in ("split", "provenance"):
        _add_column(by_category, name, is_name=True)
    for category in summary["categories"]:
        _add_column(by_category, category.replace("_", " "), is_name=False)
    for row in summary["figures"]:
        split = SPLITS.get(row["split"], row["split"])
        area = _value(row["orphan"].get("area_under_roc"))
        cells = [_interval(row.get("macro_f1")), _value(row.get("log_loss")), area]
        overall.add_row(split, row["provenance"], str(row["cases"]), *cells)
        if row["by_category"]:
            sets.add_row(split, row["provenance"], *(_interval(row.get(name)) for name in SETS))
            shares = [row["by_category"][category] for category in summary["categories"]]
            by_category.add_row(split, row["provenance"], *(_triple(each) for each in shares))
    yield overall
    yield sets
    yield by_category


def _console() -> Console:
    """The terminal as wide as it is; a file or a pipe as wide as `COLUMNS` says, else as the tables need."""
    console = Console()
    bound = console.is_terminal or "COLUMNS" in os.environ
    return console if bound else Console(width=UNBOUND_WIDTH)


def _add_column(table: Table, name: str, *, is_name: bool) -> None:
    """Add a column that loses no letter: on a narrow terminal it folds, and a candidate's name stays on one line."""
    justify: Literal["left", "right"] = "left" if is_name else "right"
    table.add_column(name, justify=justify, no_wrap=name == "candidate", overflow="fold")


def _abstained(predictions: pd.DataFrame) -> "pd.Series[bool]":
    return predictions[columns.CATEGORY] == ABSTAINED


def _place(catalog: CatalogProtocol[Any, Any], name: str) -> str:
    """Where a dataset lies, as the catalog names it."""
    dataset = catalog.get(name)
    return str(getattr(dataset, "_filepath", name))


def _where(run_params: Mapping[str, Any], run_id: str | None, card: str) -> RenderableType:
    """The tracked run, and the commands that follow."""
    uri = mlflow.get_tracking_uri()
    lines = Table.grid(padding=(0, 2))
    if run_id is not None:
        lines.add_row("MLflow run", f"{run_id} in {uri}")
    project = Path(str(run_params.get("project_path", ".")))
    for what, command in NEXT:
        words = command.format(commands=_commands(), tracking_uri=uri, card=card)
        lines.add_row(what, words.replace(f"{project}/", ""))
    return Panel(lines, title="What next", expand=False)


def _commands() -> str:
    """The folder of this environment's commands, with its slash; nothing where a shell finds them by itself."""
    folder = Path(sys.executable).parent
    found = shutil.which("kedro")
    return "" if found and Path(found).parent == folder else f"{folder}/"


def _interval(figure: Mapping[str, float] | None) -> str:
    return interval(figure) if figure else "-"


def _value(figure: Mapping[str, float] | None) -> str:
    return f"{figure['value']:.3f}" if figure else "-"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _triple(figures: Mapping[str, float]) -> str:
    return " / ".join(f"{figures[kind]:.2f}" for kind in ("precision", "recall", "f1"))
