"""The command line: `run` is Kedro's own run; every other command is a door to one function."""

from pathlib import Path
from typing import cast

import click

from orphan_disease.adapters.downloads import SOURCES, DownloadError, download
from orphan_disease.contracts.cleaning_rules import rules_page
from orphan_disease.model_commands import MODEL_COMMANDS
from orphan_disease.month_commands import MONTH_COMMANDS
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
        from kedro.framework.cli.utils import find_run_command  # noqa: PLC0415  # seconds, which a rollback has not
        from kedro.framework.project import configure_project  # noqa: PLC0415

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


@main.command("checks")
def checks_command() -> None:
    """Print the rules of cleaning as docs/reference/checks.md shows them."""
    click.echo(rules_page(), nl=False)


@main.command("measure-ingestion")
@click.option("--triage", "rows", multiple=True, type=int, default=(10_000, 100_000), show_default=True)
@click.option("--phenopackets", multiple=True, type=int, default=(10_000,), show_default=True)
@click.option("--cases", multiple=True, type=int, default=(10_000,), show_default=True)
def measure_ingestion_command(rows: tuple[int, ...], phenopackets: tuple[int, ...], cases: tuple[int, ...]) -> None:
    """Print how many records a second are typed, or joined and compared, and in how much memory.

    See docs/reference/sources.md. A size of 0 leaves a kind out.
    """
    from orphan_disease.adapters.ingestion_measurement import measure_ingestion  # noqa: PLC0415  # pandas

    sizes = ([size for size in each if size] for each in (rows, phenopackets, cases))
    for figure in measure_ingestion(*sizes):
        rate = figure.records / figure.seconds
        click.echo(
            f"{figure.kind}: {figure.records:,} records, {figure.kept:,} kept, {figure.seconds:.1f} s "
            f"({figure.processor_seconds:.1f} s of the processor), "
            f"{rate:,.0f} records/s, peak {figure.peak_mib:,.0f} MiB"
            + "".join(f"; {count:,} {reason}" for reason, count in figure.findings.items())
        )


@main.command("measure-dominance")
@click.option("--orphanet", type=click.Path(exists=True), help="ORPHApackets archive; by default the published one.")
def measure_dominance_command(orphanet: str | None) -> None:
    """Compare the dominance rule with Orphanet's classification (docs/explanation/categories.md)."""
    from orphan_disease.adapters.measurements import measure_dominance  # noqa: PLC0415  # pandas, scikit-learn

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
    from orphan_disease.adapters.case_stories import tell_cases  # noqa: PLC0415  # torch

    for story in tell_cases(cases, wanted, models, model):
        click.echo(f"{story}\n")


@main.command("measure-term-search")
@click.option("--queries", default=125, show_default=True, help="Queries of each of four kinds.")
def measure_term_search_command(queries: int) -> None:
    """Print how long a search of HPO terms takes, typed whole, begun, misspelt and abbreviated."""
    from orphan_disease.adapters.search_measurement import measure_term_search  # noqa: PLC0415  # pandas

    click.echo(measure_term_search(queries))


@main.command("measure-speed")
@click.option("--models", default="data/06_models/model_package", show_default=True, help="Folder of the packages.")
@click.option("--cases", "sizes", multiple=True, type=int, default=(1000, 10_000), show_default=True)
@click.option("--seed", default=1, show_default=True, help="Of the cases drawn.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw time and memory over the number of cases (PNG).")
def measure_speed_command(models: str, sizes: tuple[int, ...], seed: int, plot: Path | None) -> None:
    """Time the latest model's differential: alone, in batches, and as cases grow."""
    from orphan_disease.adapters.speed_measurements import measure_speed  # noqa: PLC0415  # torch, matplotlib

    click.echo(measure_speed(models, tuple(sorted(sizes)), seed, plot))


for _command in (*MODEL_COMMANDS.values(), *MONTH_COMMANDS.values()):
    main.add_command(_command)


if __name__ == "__main__":
    main()
