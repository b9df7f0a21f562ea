"""The commands of a model's life: which models there are, promotion, rollback, history, archive, signatures.

Nothing heavy is imported before a command needs it, so that a rollback takes a moment.
"""

import getpass
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from rich.console import Console
from rich.table import Table

from orphan_disease.adapters.package_manifest import SIGNING_KEY_VARIABLE, PackageError, sign_manifest, verify_package
from orphan_disease.adapters.package_store import CHAMPION, LATEST, PackageStore
from orphan_disease.adapters.project_configuration import ModelSettings, read_model_settings
from orphan_disease.adapters.promotion_history import HistoryError, PromotionConflictError
from orphan_disease.adapters.promotions import Asked, PromotionRefusedError, promote, prunable_versions, roll_back
from orphan_disease.adapters.version_table import VersionLine, version_lines
from orphan_disease.contracts.promotion import ChampionEvent

__all__ = ["MODEL_COMMANDS"]

_REFUSALS: Final = (PackageError, HistoryError, PromotionConflictError, PromotionRefusedError, FileNotFoundError)
WIDE: Final = 200
_Command = Callable[..., None]
_Result = TypeVar("_Result")


def _common(command: _Command) -> _Command:
    """Options that say where the models are."""
    env = click.option("--env", default="local", show_default=True, help="The environment whose models are meant.")
    root = click.option("--data-root", default=None, help="A folder or URL that wins over the configured data root.")
    return env(root(command))


def _asking(command: _Command) -> _Command:
    """Options that say who asks, and why."""
    options = (
        click.option("--reason", required=True, help="Why; the history keeps it."),
        click.option("--by", default=None, help="Who asks; the account that runs the command if not given."),
        click.option("--approved-by", default=None, help="The person who approved it."),
        click.option("--expected", default=None, help="Refuse unless this version is the champion now (or `none`)."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("models")
@_common
@click.option("--registry", is_flag=True, help="List MLflow's registered versions as well.")
def models_command(env: str, data_root: str | None, registry: bool) -> None:
    """List the packaged models: version, date, knowledge, figures, gates, and which pointer names them."""
    settings = _settings(env, data_root)
    table = Table("version", "made (UTC)", "knowledge", "macro-F1 (unseen disorders)", "gates", "pointers")
    for line in _refusing(lambda: version_lines(PackageStore(settings.packages))):
        table.add_row(*_cells(line))
    _console().print(table if table.row_count else "No model is packaged yet: `make train` packages the first.")
    if registry:
        from orphan_disease.adapters.model_registry import print_registry  # noqa: PLC0415  # MLflow

        print_registry(settings.tracking_uri)


@click.command("promote")
@click.argument("version", default=LATEST)
@_asking
@click.option(
    "--override", is_flag=True, help="Take it though it is not better than the champion; needs --approved-by."
)
@_common
def promote_command(  # noqa: PLR0913, PLR0917  # one argument per option
    version: str,
    reason: str,
    by: str | None,
    approved_by: str | None,
    expected: str | None,
    override: bool,
    env: str,
    data_root: str | None,
) -> None:
    """Let VERSION (by default the one trained last) serve, if its gates and the champion allow it."""
    settings = _settings(env, data_root)
    store = PackageStore(settings.packages)

    def challenge(champion: str, challenger: str) -> tuple[bool, str, Mapping[str, Any]]:
        from orphan_disease.adapters.held_out_cases import load_challenge  # noqa: PLC0415  # Kedro, torch

        return load_challenge(store, settings.promotion, env=env, data_root=data_root)(champion, challenger)

    asked = Asked(by or _account(), reason, approved_by, expected, override)
    rules = settings.promotion
    event = _refusing(
        lambda: promote(
            store,
            version,
            asked,
            challenge,
            gates_required=rules.gates_required,
            approval_required=rules.approval_required,
        )
    )
    _tell(event, settings)


@click.command("rollback")
@click.argument("version", required=False)
@_asking
@_common
def rollback_command(  # noqa: PLR0913, PLR0917  # one argument per option
    version: str | None,
    reason: str,
    by: str | None,
    approved_by: str | None,
    expected: str | None,
    env: str,
    data_root: str | None,
) -> None:
    """Let VERSION (by default the champion before this one) serve again."""
    settings = _settings(env, data_root)
    asked = Asked(by or _account(), reason, approved_by, expected)
    _tell(_refusing(lambda: roll_back(PackageStore(settings.packages), version, asked)), settings)


@click.command("history")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON each, with everything that was recorded.")
@_common
def history_command(as_json: bool, env: str, data_root: str | None) -> None:
    """Print who let which version serve, when, from what, and why; the chain of entries is verified."""
    events = _refusing(PackageStore(_settings(env, data_root).packages).history.events)
    if as_json:
        for event in events:
            click.echo(event.model_dump_json())
        return
    table = Table("", "when (UTC)", "what", "from", "to", "by", "approved by", "why", "report")
    for event in events:
        names = [event.from_version or "-", event.to_version, event.by, event.approved_by or "-"]
        what = event.action.value.replace("_", " ")
        report = (event.report or "-")[:12]
        table.add_row(str(event.number), f"{event.at:%Y-%m-%d %H:%M:%S}", what, *names, event.reason, report)
    _console().print(table if events else "No version was promoted yet.")


@click.command("alias")
@_common
def alias_command(env: str, data_root: str | None) -> None:
    """Let MLflow's alias `champion` name the champion, where it could not follow at once."""
    settings = _settings(env, data_root)
    champion = _refusing(lambda: PackageStore(settings.packages).resolve(CHAMPION))
    click.echo(_follow(settings, champion))


@click.command("sign")
@click.argument("version")
@_common
def sign_command(version: str, env: str, data_root: str | None) -> None:
    """Sign VERSION's manifest with the key of the environment, after its files were verified.

    For versions made before the key was set, or under an older one. Sign only what you know the origin of.
    """
    store = PackageStore(_settings(env, data_root).packages)
    key = os.environ.pop(SIGNING_KEY_VARIABLE, None)
    if not key:
        raise click.ClickException(f"{SIGNING_KEY_VARIABLE} is not set: there is no key to sign with")
    resolved = _refusing(lambda: store.resolve(version))
    with store.local_copy(resolved) as folder:
        _refusing(lambda: verify_package(folder, resolved))  # by its checksums: the signature is what is missing
        os.environ[SIGNING_KEY_VARIABLE] = key
        sign_manifest(folder)
        store.keep_signature(resolved, folder)
    click.echo(f"{resolved}: signed")


@click.group("archive")
def archive_command() -> None:
    """What is kept of former models."""


@archive_command.command("prune")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@_common
def prune_command(dry_run: bool, env: str, data_root: str | None) -> None:
    """Remove old versions that never served; what served stays for ever."""
    settings = _settings(env, data_root)
    store = PackageStore(settings.packages)
    versions = _refusing(lambda: prunable_versions(store, settings.archive.keep_never_served))
    for version in versions:
        if not dry_run:
            _refusing(lambda named=version: store.remove(named))  # type: ignore[misc]  # a default binds the loop's value
        click.echo(f"{version}: {'would be removed' if dry_run else 'removed'}")
    if not versions:
        click.echo("nothing to remove")


MODEL_COMMANDS: Final[dict[str, click.Command]] = {
    str(command.name): command
    for command in (
        models_command,
        promote_command,
        rollback_command,
        history_command,
        alias_command,
        sign_command,
        archive_command,
    )
}


def _settings(env: str, data_root: str | None) -> ModelSettings:
    return _refusing(lambda: read_model_settings(Path.cwd(), env, data_root))


def _refusing(act: Callable[[], _Result]) -> _Result:
    """The outcome, or what stands against it as the command's error."""
    try:
        return act()
    except _REFUSALS as error:
        raise click.ClickException(str(error)) from error


def _tell(event: ChampionEvent, settings: ModelSettings) -> None:
    click.echo(
        f"{event.champion} is served now ({event.action.value.replace('_', ' ')}); before: {event.from_version or '-'}"
    )
    click.echo(_follow(settings, event.to_version))


def _follow(settings: ModelSettings, version: str) -> str:
    """Let MLflow's alias follow, and say what came of it."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415  # slow: after the champion has moved
    from mlflow.tracking import MlflowClient  # noqa: PLC0415

    from orphan_disease.adapters.champion_alias import move_champion_alias  # noqa: PLC0415

    try:
        client = MlflowClient(tracking_uri=settings.tracking_uri)
        number = move_champion_alias(settings.registered_model, version, client)
    except MlflowException as error:
        return f"MLflow's alias did not follow ({error}); `orphan-disease alias` repeats it"
    if number is None:
        return f"MLflow has no registered version of {version}: its alias stays"
    return f"MLflow: {settings.registered_model}@{CHAMPION} is version {number}"


def _cells(line: VersionLine) -> list[str]:
    made = f"{line.made_at:%Y-%m-%d %H:%M}"
    return [line.version, made, line.knowledge_version, line.macro_f1, line.gates, ", ".join(line.pointers)]


def _console() -> Console:
    """The terminal; a file or a pipe gets lines that are long enough for every column."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"
