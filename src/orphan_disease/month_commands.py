"""Commands of the month's end: alarms measured, a year simulated, retraining started and resumed.

Their libraries take seconds to load, so that each command imports its own.
"""

from pathlib import Path
from typing import Final

import click

__all__ = ["MONTH_COMMANDS"]

WIDE: Final = 200  # columns of a table in a file or a pipe, which no terminal limits


def _bootstrap() -> None:
    """Tell Kedro which project this is."""
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(Path.cwd())


@click.command("measure-alarms")
@click.option("--env", default="local", show_default=True, help="The environment whose stored answers are drawn from.")
def measure_alarms_command(env: str) -> None:
    """Measure monitoring's false alarms and missed shifts on months drawn from stored answers."""
    from rich.console import Console
    from rich.table import Table

    from orphan_disease.adapters.alarm_measurement import measure_stored_alarms

    _bootstrap()
    rates = measure_stored_alarms(Path.cwd(), env)
    table = Table(*map(str, rates.columns), title="Alarms of monitoring, with exact 95 % intervals")
    for row in rates.itertuples(index=False):
        table.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in row))
    console = Console()
    (console if console.is_terminal else Console(width=WIDE)).print(table)


@click.command("simulate-year")
@click.option("--env", default="local", show_default=True, help="The environment whose sizes and models are used.")
@click.option("--folder", default="data/simulated_year", show_default=True, help="Of the year; gone on with if begun.")
@click.option("--trained", type=click.Path(exists=True), help="A data root to begin from, instead of training first.")
def simulate_year_command(env: str, folder: str, trained: str | None) -> None:
    """Run a year of the fabricated hospital with planted changes: answers, truth, alarms, retraining."""
    from orphan_disease.adapters.simulated_year import simulate_year

    _bootstrap()
    simulate_year(Path.cwd(), env, Path(folder).resolve(), Path(trained).resolve() if trained else None)
    click.echo((Path(folder) / "year.md").read_text(encoding="utf-8"))
    click.echo(f"The picture: {Path(folder) / 'year.png'}")


@click.command("resume-retraining")
@click.option("--data-root", help="Of the retraining, if it was given one.")
def resume_retraining_command(data_root: str | None) -> None:
    """Go on with a retraining that was cut off, from what it had stored."""
    from orphan_disease.adapters.retraining_hooks import resume_retraining

    _bootstrap()
    left = resume_retraining(Path.cwd(), data_root)
    click.echo(f"{len(left)} nodes were left, and are done" if left else "no retraining was cut off")


@click.command("retrain-if-due")
@click.option("--env", default="local", show_default=True, help="The environment that is retrained.")
@click.option("--params", default="", help="Runtime parameters of the retraining, as `kedro run` takes them.")
def retrain_if_due_command(env: str, params: str) -> None:
    """Train again if the newest month's decision asks for it; for schedulers."""
    from orphan_disease.adapters.retraining_hooks import retrain_if_due

    _bootstrap()
    given = dict(pair.split("=", 1) for pair in params.split(",") if pair)
    action = retrain_if_due(Path.cwd(), env, given)
    click.echo(f"the newest decision is {action}" + ("" if action == "retrain" else ": nothing is trained"))


MONTH_COMMANDS: Final = {
    "measure-alarms": measure_alarms_command,
    "simulate-year": simulate_year_command,
    "resume-retraining": resume_retraining_command,
    "retrain-if-due": retrain_if_due_command,
}
"""Command by its name."""
