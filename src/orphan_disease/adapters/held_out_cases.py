"""The held-out cases of an environment, read through its catalog, for a comparison that a person asks for."""

from pathlib import Path
from typing import Final

from kedro.io import DataCatalog

from orphan_disease.adapters.challenge import HeldOutChallenge
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.project_configuration import read_catalog_entries
from orphan_disease.contracts.parameters.promotion import PromotionParams

__all__ = ["load_challenge"]

_TABLES: Final = ("cases", "labels", "split_assignment")


def load_challenge(
    store: PackageStore, params: PromotionParams, *, env: str, data_root: str | None = None
) -> HeldOutChallenge:
    """Read `cases`, `labels` and `split_assignment` of an environment, in the project's folder.

    Args:
        store: of the packages.
        params: cut-offs and resampling.
        env: the environment's name.
        data_root: a folder or URL that wins over the configured one.
    """
    catalog = DataCatalog.from_config(read_catalog_entries(Path.cwd(), env, _TABLES, data_root))
    cases, labels, split_assignment = (catalog.load(name) for name in _TABLES)
    return HeldOutChallenge(store, cases, labels, split_assignment, params)
