"""A year of the whole system in one command: patients, answers, truth, monitoring, alarm, retraining, promotion.

Every step is the pipeline that a hospital runs, in a Kedro session of its own; only the calendar is simulated. A year
that was cut off goes on with the first month that has no row in `year.json`.
"""

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import mlflow
import orjson
import pandas as pd
from kedro.framework.session import KedroSession

from orphan_disease.adapters.atomic import AtomicJSONDataset, AtomicPlotDataset, AtomicTextDataset
from orphan_disease.adapters.hospital_archive import HospitalArchive
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts.parameters.simulated_year import SimulatedYearParams
from orphan_disease.domain.monitoring import Action, section_of
from orphan_disease.domain.month_figures import figure_of
from orphan_disease.domain.year_picture import draw_year, tabulate_year

__all__ = ["simulate_year"]

ANSWERED_DAY: Final = 28  # of each month: the day that its answers bear
PROMOTION_RECORD: Final = "08_reporting/promotion_record.json"
FIGURES: Final = ("category.macro_f1", "category.coverage", "category.abstention_rate", "differential.top_10")

_logger = logging.getLogger(__name__)


class _Year:
    """Runs the pipelines of one simulated year."""

    def __init__(self, project: Path, env: str, archive: HospitalArchive) -> None:
        self._project, self._env = project, env
        self.archive = archive

    def run(self, pipeline: str, *, nodes: list[str] | None = None, **parameters: Any) -> None:
        """Run a pipeline on the year's data root."""
        given = {"data_root": str(self.archive.data_root), **parameters}
        session = KedroSession.create(self._project, env=self._env, runtime_params=given)
        with session:
            session.run(pipeline_names=[pipeline], node_names=nodes)
        while mlflow.active_run() is not None:  # a run of Kedro leaves one open where another follows in one process
            mlflow.end_run()

    def parameters(self) -> tuple[SimulatedYearParams, int]:
        """The year, and the number of patients that the history holds."""
        session = KedroSession.create(self._project, env=self._env)
        with session:
            params = session.load_context().params
        year = SimulatedYearParams.model_validate(params["simulated_year"])
        return year, int(params["fabrication"]["hospital"].patients)


@contextmanager
def _own_tracking(folder: Path) -> Iterator[None]:
    """Keep the year's runs and models in its own folder: none of them belongs beside those of real work."""
    own = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db", "ORPHAN_DISEASE_ARTIFACTS": str(folder / "mlruns")}
    before = {name: os.environ.get(name) for name in own}
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({name: value} if value is not None else {})


def simulate_year(project: Path, env: str, folder: Path, trained: Path | None = None) -> list[dict[str, Any]]:
    """Simulate the year and write `year.json`, `year.md` and `year.png` into its folder.

    Args:
        project: the project's folder, bootstrapped already.
        env: the environment whose sizes and models are used.
        folder: of the year; one that was begun is gone on with.
        trained: a data root to begin from a copy of; if not given, the first model is trained here.

    Returns:
        One row a month, see `domain.year_picture.draw_year`.
    """
    with _own_tracking(folder):
        return _simulated(_Year(project, env, HospitalArchive(folder)), trained)


def _simulated(year: _Year, trained: Path | None) -> list[dict[str, Any]]:
    folder = year.archive.folder
    params, history = year.parameters()
    if trained is not None:
        year.archive.adopt(trained)
    elif not (year.archive.data_root / "06_models" / "model_package" / "latest").exists():
        year.run("training")
    rows = _read(folder / "year.json")
    months = [str(each) for each in pd.period_range(params.first_month, periods=params.months, freq="M")]
    for number in range(len(rows), len(months)):
        started = time.monotonic()
        rows.append(_month(year, params, months[: number + 1], history))
        rows[-1]["seconds"] = round(time.monotonic() - started, 1)
        AtomicJSONDataset(filepath=str(folder / "year.json")).save(rows)
        _logger.info("%s: %s", months[number], rows[-1]["action"])
    AtomicPlotDataset(filepath=str(folder / "year.png")).save(draw_year(rows, params))
    AtomicTextDataset(filepath=str(folder / "year.md")).save(tabulate_year(rows, params))
    return rows


def _month(year: _Year, params: SimulatedYearParams, months: list[str], history: int) -> dict[str, Any]:
    """One month: patients come and are answered, the truth arrives, the month is judged, a model may be trained."""
    archive, month = year.archive, months[-1]
    served = archive.served_in(month, _served(archive))
    period = pd.Period(month, freq="M")
    end = (period + 1).start_time.tz_localize("UTC")
    hospital = dict(_hospital(params, len(months), history, period, end))
    year.run(
        "fabrication",
        nodes=["fabricate_hospital"],
        raw_root=str(archive.month(month)),
        fabrication={"hospital": hospital},
    )
    predictions = archive.month(month) / "predictions.parquet"
    year.run(
        "inference",
        cases_path=str(archive.month(month) / "histories.zip"),
        predictions_path=str(predictions),
        model_version=served,
    )
    answered_at = pd.Timestamp(f"{month}-{ANSWERED_DAY}", tz="UTC")
    cases = archive.data_root / "03_primary" / "inference_cases.parquet"
    answers = archive.ship_answers(month, predictions, cases, answered_at)
    archive.close_month(months, end)
    year.run(
        "monitoring",
        month=month,
        predictions_path=str(archive.ledger),
        answered_cases_path=str(archive.answered),
        truth_path=str(archive.so_far / "truth.csv"),
        monitoring={"cut_offs": {"minimum_labels": params.minimum_labels}},
    )
    row = _row(archive, month, served, answers)
    retrained = row["action"] == Action.RETRAIN.value
    if retrained:
        files: dict[str, Any] = {f"{name}_path": str(archive.so_far / file) for name, file in SOURCES.items()}
        # Explicitly, and for this run alone: what the product asks of a challenger stays as its own parameters say.
        eased: dict[str, Any] = {"promotion": params.promotion, "evaluation": {"gates": params.gates}}
        year.run("retraining", month=month, **eased, **files)
        row["verdict"] = orjson.loads((archive.data_root / PROMOTION_RECORD).read_bytes())["verdict"]
    return {**row, "served_after": _served(archive), "retrained": retrained}


SOURCES: Final = {"triage": "triage.csv", "histories": "histories.zip", "truth": "truth.csv"}


def _hospital(
    params: SimulatedYearParams, number: int, history: int, period: pd.Period, end: pd.Timestamp
) -> Iterator[tuple[str, Any]]:
    """What the hospital is like in a month: new patients, and every change so far."""
    yield "patients", params.patients_per_month
    yield "first_patient", history + (number - 1) * params.patients_per_month
    yield "visit_window_days", float(period.days_in_month)
    yield "reference_date", end.isoformat()
    yield "confirmation_pace", params.confirmation_pace
    for change in params.changes:
        if number >= change.from_month:
            yield from change.hospital.items()


def _row(archive: HospitalArchive, month: str, served: str, answers: int) -> dict[str, Any]:
    place = archive.data_root / "08_reporting" / "monitoring" / month / "record.json"
    record = orjson.loads(place.read_bytes())
    decision = record["decision"]
    drift: Mapping[str, Any] = record["drift"]
    changed = [name for part in ("inputs", "answers") for name, row in drift.get(part, {}).items() if row["drifted"]]
    _, section = section_of(record)
    return {
        "month": month,
        "served": served,
        "judged_version": record["judged_version"],
        "answers": answers,
        "labels": decision["labels"],
        "action": decision["action"],
        "reason": decision["reason"],
        "drifted": changed,
        "figures": {name: figure_of(section, name) for name in FIGURES},
    }


def _served(archive: HospitalArchive) -> str:
    return PackageStore(str(archive.data_root / "06_models" / "model_package")).served()


def _read(place: Path) -> list[dict[str, Any]]:
    return list(orjson.loads(place.read_bytes())) if place.exists() else []
