"""The held-out cases of an environment, read through its catalog, for a comparison that a person asks for."""

from pathlib import Path

from kedro.framework.project import configure_project
from kedro.framework.session import KedroSession

from orphan_disease.adapters.challenge import HeldOutChallenge
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts.parameters.promotion import PromotionParams

__all__ = ["load_challenge"]


def load_challenge(
    store: PackageStore, params: PromotionParams, *, env: str, data_root: str | None = None
) -> HeldOutChallenge:
    """Read `cases`, `labels` and `split_assignment` of an environment.

    Args:
        store: of the packages.
        params: cut-offs and resampling.
        env: the environment's name.
        data_root: a folder or URL that wins over the configured one.
    """
    configure_project("orphan_disease")
    given = {"data_root": data_root} if data_root else {}
    session = KedroSession.create(Path.cwd(), env=env, runtime_params=given)
    with session:
        catalog = session.load_context().catalog
        return HeldOutChallenge(
            store, catalog.load("cases"), catalog.load("labels"), catalog.load("split_assignment"), params
        )
