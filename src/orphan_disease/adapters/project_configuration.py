"""What the model commands need of the configuration, without Kedro's session: a rollback must not wait for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedro.config import OmegaConfigLoader
from omegaconf.resolvers import oc

from orphan_disease.adapters.published_data import published_file
from orphan_disease.contracts.parameters.promotion import ArchiveParams, PromotionParams

__all__ = ["ModelSettings", "read_catalog_entries", "read_model_settings"]


@dataclass(frozen=True)
class ModelSettings:
    """Where an environment keeps its models, and by which rules they are promoted and kept.

    Attributes:
        packages: folder or URL of the packages.
        registered_model: name in MLflow.
        tracking_uri: MLflow's store.
        promotion: rules of promotion.
        archive: rules of retention.
    """

    packages: str
    registered_model: str
    tracking_uri: str
    promotion: PromotionParams
    archive: ArchiveParams


def read_model_settings(project: Path, env: str, data_root: str | None = None) -> ModelSettings:
    """Read the settings of an environment.

    Args:
        project: the folder that holds `conf`.
        env: the environment's name.
        data_root: a folder or URL that wins over the configured one.

    Raises:
        FileNotFoundError: if there is no configuration.
    """
    loader = _loader(project, env, data_root)
    catalog: dict[str, Any] = loader["catalog"]
    parameters: dict[str, Any] = loader["parameters"]
    packages = str(catalog["model_package"]["filepath"])
    is_local_path = "://" not in packages and not Path(packages).is_absolute()
    return ModelSettings(
        packages=str(project / packages) if is_local_path else packages,
        registered_model=str(catalog["registered_model"]["name"]),
        tracking_uri=str(loader["mlflow"]["server"]["mlflow_tracking_uri"]),
        promotion=PromotionParams.model_validate(parameters["promotion"]),
        archive=ArchiveParams.model_validate(parameters["archive"]),
    )


def read_catalog_entries(
    project: Path, env: str, names: Sequence[str], data_root: str | None = None
) -> dict[str, dict[str, Any]]:
    """What an environment's catalog says of some datasets; the paths are relative to the project.

    Args:
        project: the folder that holds `conf`.
        env: the environment's name.
        names: of the datasets.
        data_root: a folder or URL that wins over the configured one.
    """
    catalog = _loader(project, env, data_root)["catalog"]
    return {name: catalog[name] for name in names}


def _loader(project: Path, env: str, data_root: str | None) -> OmegaConfigLoader:
    conf = project / "conf"
    if not (conf / "base").is_dir():
        raise FileNotFoundError(f"{conf}: no configuration here; run the command in the project's folder")
    return OmegaConfigLoader(
        conf_source=str(conf),
        env=env,
        base_env="base",
        default_run_env="local",
        runtime_params={"data_root": data_root} if data_root else {},
        custom_resolvers={"oc.env": oc.env, "published": published_file},
        config_patterns={"mlflow": ["mlflow*"]},
        merge_strategy={"parameters": "soft", "mlflow": "soft"},
    )
