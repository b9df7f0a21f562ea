"""MLflow's alias `champion`, which follows the package store's champion."""

from typing import Final

from mlflow.tracking import MlflowClient

__all__ = ["CHAMPION_ALIAS", "VERSION_TAG", "move_champion_alias"]

CHAMPION_ALIAS: Final = "champion"  # the version that is served
VERSION_TAG: Final = "package_version"


def move_champion_alias(model: str, package_version: str, client: MlflowClient | None = None) -> str | None:
    """Let the alias name the registered version that was made of a package.

    Args:
        model: name of the registered model.
        package_version: version of the package, which the registered version bears as a tag.
        client: of the tracking store; the default one if not given.

    Returns:
        The number of the registered version; None where none was made of that package, and the alias stays.
    """
    registry = client or MlflowClient()
    found = registry.search_model_versions(f"name='{model}' and tags.{VERSION_TAG}='{package_version}'")
    if not found:
        return None
    number = str(max(int(version.version) for version in found))
    registry.set_registered_model_alias(model, CHAMPION_ALIAS, number)
    return number
