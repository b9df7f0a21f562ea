"""Commands of who runs the service: keys that let clients in, and the check of the audit trail."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from orphan_disease.adapters.audit_trail import AuditError, AuditReport, read_anchor_file, verify_audit_trail
from orphan_disease.contracts.principal import Role
from orphan_disease.serving.api_keys import ApiKeyFileError, create_key, read_keys, revoke_key

__all__ = ["audit_group", "keys_group"]

_KEY_FILE = click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="ORPHAN_DISEASE_API_KEYS_PATH",
    default=Path("data/07_model_output/serving/api_keys.json"),
    show_default=True,
    help="File of hashed keys, as the service reads it.",
)


@click.group("keys")
def keys_group() -> None:
    """Make, list and revoke API keys (docs/how_to/give-access.md)."""


@keys_group.command("create")
@click.option("--subject", required=True, help="Who will use the key; it stands in the audit trail.")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice([str(role) for role in Role]))
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3_650), help="Until it expires.")
@_KEY_FILE
def create_command(subject: str, roles: tuple[str, ...], days: int, path: Path) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    try:
        key = create_key(path, subject, frozenset(Role(role) for role in roles), timedelta(days=days))
    except (ApiKeyFileError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(key)
    click.echo(f"Give it to {subject} by a safe way; it is not shown again. Its hash is in {path}.", err=True)


@keys_group.command("list")
@_KEY_FILE
def list_command(path: Path) -> None:
    """Print every key's id, subject, roles and end; never the key."""
    try:
        keys = read_keys(path)
    except ApiKeyFileError as error:
        raise click.ClickException(str(error)) from error
    for key in sorted(keys, key=lambda each: each.created_at):
        state = "expired" if key.expires_at <= datetime.now(UTC) else "expires"
        roles = ",".join(sorted(key.roles))
        click.echo(f"{key.key_id}  {roles}  {state} {key.expires_at:%Y-%m-%d}  {key.subject}")


@keys_group.command("revoke")
@click.argument("key_id")
@_KEY_FILE
def revoke_command(key_id: str, path: Path) -> None:
    """Remove a key by its id; a running service refuses it from the next request on."""
    try:
        was_there = revoke_key(path, key_id)
    except ApiKeyFileError as error:
        raise click.ClickException(str(error)) from error
    if not was_there:
        raise click.ClickException(f"{path} has no key {key_id}; `orphan-disease keys list` shows the ids")
    click.echo(f"Key {key_id} is revoked.")


@click.group("audit")
def audit_group() -> None:
    """The audit trail (docs/explanation/durability.md)."""


@audit_group.command("verify")
@click.argument(
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("data/07_model_output/serving/audit.jsonl"),
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar="ORPHAN_DISEASE_AUDIT_KEY_PATH",
    help="Key that the service signs the anchor with.",
)
@click.option(
    "--kept-anchor",
    "kept_anchors",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A copy of the anchor from an earlier day, kept elsewhere; may be given several times.",
)
def verify_command(path: Path, key_file: Path | None, kept_anchors: tuple[Path, ...]) -> None:
    """Look for an edit, a deletion, a truncation or a reorder; exit code 1 where one is found."""
    try:
        kept = [read_anchor_file(file) for file in kept_anchors]
        report = verify_audit_trail(path, key_file.read_bytes() if key_file else None, kept)
    except AuditError as error:
        raise click.ClickException(str(error)) from error
    for line in _lines(report):
        click.echo(line)
    if not report.is_intact:
        raise click.exceptions.Exit(1)


def _lines(report: AuditReport) -> list[str]:
    lines = [
        f"{finding.kind}: {f'line {finding.line}: ' if finding.line else ''}{finding.detail}"
        for finding in report.findings
    ]
    signature = "signature checked" if report.is_signed else "signature not checked: give --key-file"
    unfinished = f"; {report.unfinished_bytes} bytes of an unfinished write at its end" * bool(report.unfinished_bytes)
    verdict = "intact" if report.is_intact else "NOT intact"
    return [*lines, f"{report.path}: {verdict}, {report.events} events ({signature}){unfinished}"]
