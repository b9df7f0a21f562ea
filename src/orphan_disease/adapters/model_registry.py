"""The registered models as a table: which version bears which alias, since when, and from which run."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.tracking import MlflowClient
from rich.console import Console
from rich.table import Table

__all__ = ["RegisteredVersion", "list_versions", "print_registry"]


@dataclass(frozen=True)
class RegisteredVersion:
    """One version of one registered model."""

    model: str
    version: int
    aliases: tuple[str, ...]
    registered_at: datetime  # UTC
    run_id: str
    tags: dict[str, str]


def _record(model: RegisteredModel, version: ModelVersion) -> RegisteredVersion:
    number = int(version.version)
    return RegisteredVersion(
        model=model.name,
        version=number,
        # A searched version does not carry its aliases; its model does.
        aliases=tuple(sorted(alias for alias, aliased in model.aliases.items() if int(aliased) == number)),
        registered_at=datetime.fromtimestamp(version.creation_timestamp / 1000, UTC),
        run_id=version.run_id or "",
        tags=dict(version.tags),
    )


def list_versions(client: MlflowClient) -> list[RegisteredVersion]:
    """Return every version of every registered model, newest first within a model.

    Args:
        client: a client of the tracking store.
    """
    records = [
        _record(model, version)
        for model in client.search_registered_models()
        for version in client.search_model_versions(f"name='{model.name}'")
    ]
    return sorted(records, key=lambda record: (record.model, -record.version))


def print_registry(tracking_uri: str) -> None:
    """Print the registered models of a tracking store: versions, aliases, runs and tags."""
    table = Table("model", "version", "aliases", "registered (UTC)", "run", "tags")
    for record in list_versions(MlflowClient(tracking_uri=tracking_uri)):
        table.add_row(
            record.model,
            str(record.version),
            ", ".join(record.aliases),
            f"{record.registered_at:%Y-%m-%d %H:%M}",
            record.run_id[:8],
            ", ".join(f"{name}={value}" for name, value in sorted(record.tags.items())),
        )
    Console().print(table if table.row_count else "No model is registered yet: `make train` registers the first.")
