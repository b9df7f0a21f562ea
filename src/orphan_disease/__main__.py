"""The command line: `run` is Kedro's own run; every other command is a door to one function."""

from pathlib import Path
from typing import cast

import click
from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from mlflow.tracking import MlflowClient
from rich.console import Console
from rich.table import Table

from orphan_disease.adapters.alarm_measurement import measure_stored_alarms
from orphan_disease.adapters.case_stories import tell_cases
from orphan_disease.adapters.downloads import SOURCES, DownloadError, download
from orphan_disease.adapters.measurements import measure_dominance
from orphan_disease.adapters.model_registry import list_versions
from orphan_disease.adapters.retraining_hooks import resume_retraining, retrain_if_due
from orphan_disease.adapters.search_measurement import measure_term_search
from orphan_disease.adapters.simulated_year import simulate_year
from orphan_disease.adapters.speed_measurements import measure_speed
from orphan_disease.serving.access_commands import audit_group, keys_group

PACKAGE_NAME = "orphan_disease"


class _Commands(click.Group):
    """The commands of this module, `run`, which Kedro supplies once the project is configured, and `serve`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "run", "serve"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "serve":
            from orphan_disease.serving.command import serve_command  # noqa: PLC0415  # its libraries load for it alone

            return serve_command
        if cmd_name != "run":
            return super().get_command(ctx, cmd_name)
        configure_project(PACKAGE_NAME)
        return cast(click.Command, find_run_command(PACKAGE_NAME))


@click.group(cls=_Commands)
@click.version_option(package_name=PACKAGE_NAME)
def main() -> None:
    """Is an orphan disease possible, and which service should see the patient?"""


main.add_command(audit_group)
main.add_command(keys_group)


@main.command("download")
@click.argument("source", type=click.Choice(sorted(SOURCES)))
@click.option("--refresh", is_flag=True, help="Download it again although it is there.")
def download_command(source: str, refresh: bool) -> None:
    """Download published data from their publisher, and record their checksum."""
    try:
        got = download(source, refresh=refresh)
    except DownloadError as error:
        raise click.ClickException(str(error)) from error
    there = " (already there; --refresh downloads it again)" if got.is_reused else ""
    click.echo(f"{got.path}: {got.members} documents, {got.size_bytes} bytes, sha256 {got.sha256}{there}")
    click.echo(f"{SOURCES[source].licence}, from {SOURCES[source].url}")


@main.command("models")
@click.option("--env", default="local", show_default=True, help="The environment whose tracking store is read.")
def models_command(env: str) -> None:
    """List the registered models: versions, aliases, runs and tags."""
    configure_project(PACKAGE_NAME)
    session = KedroSession.create(Path.cwd(), env=env)
    with session:
        session.load_context()  # kedro-mlflow points the client at the environment's store
    table = Table("model", "version", "aliases", "registered (UTC)", "run", "tags")
    for record in list_versions(MlflowClient()):
        table.add_row(
            record.model,
            str(record.version),
            ", ".join(record.aliases),
            f"{record.registered_at:%Y-%m-%d %H:%M}",
            record.run_id[:8],
            ", ".join(f"{name}={value}" for name, value in sorted(record.tags.items())),
        )
    Console().print(table if table.row_count else "No model is registered yet: `make train` registers the first.")


@main.command("measure-dominance")
@click.option("--orphanet", type=click.Path(exists=True), help="ORPHApackets archive; by default the published one.")
def measure_dominance_command(orphanet: str | None) -> None:
    """Compare the dominance rule with Orphanet's classification (docs/explanation/categories.md)."""
    try:
        click.echo(measure_dominance(["--orphanet", orphanet] if orphanet else []))
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error


@main.command("tell")
@click.argument("cases", type=click.Path(exists=True))
@click.option("--case", "wanted", multiple=True, help="Id of a phenopacket in it; all of them where none is named.")
@click.option("--models", default="data/06_models/model_package", show_default=True, help="Folder of the packages.")
@click.option("--model", default="latest", show_default=True, help="A version or a pointer.")
def tell_command(cases: str, wanted: tuple[str, ...], models: str, model: str) -> None:
    """Tell cases (phenopackets: a file, a folder or a zip) as a clinician would read them, with the reasons."""
    for story in tell_cases(cases, wanted, models, model):
        click.echo(f"{story}\n")


@main.command("measure-term-search")
@click.option("--queries", default=125, show_default=True, help="Queries of each of four kinds.")
def measure_term_search_command(queries: int) -> None:
    """Print how long a search of HPO terms takes, typed whole, begun, misspelt and abbreviated."""
    click.echo(measure_term_search(queries))


@main.command("measure-speed")
@click.option("--models", default="data/06_models/model_package", show_default=True, help="Folder of the packages.")
@click.option("--cases", "sizes", multiple=True, type=int, default=(1000, 10_000), show_default=True)
@click.option("--seed", default=1, show_default=True, help="Of the cases drawn.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw time and memory over the number of cases (PNG).")
def measure_speed_command(models: str, sizes: tuple[int, ...], seed: int, plot: Path | None) -> None:
    """Time the latest model's differential: alone, in batches, and as cases grow."""
    click.echo(measure_speed(models, tuple(sorted(sizes)), seed, plot))


@main.command("measure-alarms")
@click.option("--env", default="local", show_default=True, help="The environment whose stored answers are drawn from.")
def measure_alarms_command(env: str) -> None:
    """Measure monitoring's false alarms and missed shifts on months drawn from stored answers."""
    bootstrap_project(Path.cwd())
    rates = measure_stored_alarms(Path.cwd(), env)
    table = Table(*map(str, rates.columns), title="Alarms of monitoring, with exact 95 % intervals")
    for row in rates.itertuples(index=False):
        table.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in row))
    Console().print(table)


@main.command("simulate-year")
@click.option("--env", default="local", show_default=True, help="The environment whose sizes and models are used.")
@click.option("--folder", default="data/simulated_year", show_default=True, help="Of the year; gone on with if begun.")
@click.option("--trained", type=click.Path(exists=True), help="A data root to begin from, instead of training first.")
def simulate_year_command(env: str, folder: str, trained: str | None) -> None:
    """Run a year of the fabricated hospital with planted changes: answers, truth, alarms, retraining."""
    bootstrap_project(Path.cwd())
    simulate_year(Path.cwd(), env, Path(folder).resolve(), Path(trained).resolve() if trained else None)
    click.echo((Path(folder) / "year.md").read_text(encoding="utf-8"))
    click.echo(f"The picture: {Path(folder) / 'year.png'}")


@main.command("resume-retraining")
@click.option("--data-root", help="Of the retraining, if it was given one.")
def resume_retraining_command(data_root: str | None) -> None:
    """Go on with a retraining that was cut off, from what it had stored."""
    bootstrap_project(Path.cwd())
    left = resume_retraining(Path.cwd(), data_root)
    click.echo(f"{len(left)} nodes were left, and are done" if left else "no retraining was cut off")


@main.command("retrain-if-due")
@click.option("--env", default="local", show_default=True, help="The environment that is retrained.")
@click.option("--params", default="", help="Runtime parameters of the retraining, as `kedro run` takes them.")
def retrain_if_due_command(env: str, params: str) -> None:
    """Train again if the newest month's decision asks for it; for schedulers."""
    bootstrap_project(Path.cwd())
    given = dict(pair.split("=", 1) for pair in params.split(",") if pair)
    action = retrain_if_due(Path.cwd(), env, given)
    click.echo(f"the newest decision is {action}" + ("" if action == "retrain" else ": nothing is trained"))


if __name__ == "__main__":
    main()
