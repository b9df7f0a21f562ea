"""A model's life on sixty patients: the same training twice, another one, both promoted, and back again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner

from orphan_disease.adapters.model_package import ModelPackageDataset
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.promotions import Asked, promote, roll_back
from orphan_disease.adapters.validation_archive import ValidationArchiveDataset
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.modelling import ModellingParams
from orphan_disease.domain.prediction import Predictor
from orphan_disease.pipelines import balancing, evaluation, feature_engineering, modelling
from tests.domain import small_predictor as small
from tests.pipelines.small_hospital import KeptDataset, small_catalog

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
TIMES = ("fit_seconds", "milliseconds_per_case")  # of the machine, not of the model
MEASURED = ("apply_model", "join_answers", "measure_classification")


def train(seed: int) -> DataCatalog:
    """Train on the small hospital and measure the model."""
    learning = feature_engineering.create_pipeline() + balancing.create_pipeline() + modelling.create_pipeline()
    whole = learning + evaluation.create_pipeline().only_nodes(*MEASURED)
    catalog = small_catalog()
    params: Any = catalog.load("params:modelling")
    given = params.model_dump() | {"seed": seed}
    for candidates in ("candidates", "orphan_candidates"):  # families that draw at random: a seed must matter
        given[candidates] |= {"families": ["xgboost", "mlp"], "resampling_family": "xgboost"}
    catalog["params:modelling"] = KeptDataset(ModellingParams.model_validate(given), copy_mode="assign")
    catalog["params:evaluation.measurement"] = KeptDataset(
        EvaluationParams(bootstrap_samples=20, minimum_cases=2, seed=small.SEED), copy_mode="assign"
    )
    for name in whole.all_outputs():
        catalog[name] = KeptDataset(copy_mode="assign")
    SequentialRunner().run(whole, catalog)
    return catalog


@pytest.fixture(scope="module")
def first() -> DataCatalog:
    return train(small.SEED)


@pytest.fixture(scope="module")
def again() -> DataCatalog:
    return train(small.SEED)


@pytest.fixture(scope="module")
def other() -> DataCatalog:
    return train(small.SEED + 1)


def figures(catalog: DataCatalog) -> pd.DataFrame:
    table: pd.DataFrame = catalog.load("candidate_metrics")
    return table[~table["metric"].isin(TIMES)]


def test_the_same_data_and_seed_give_the_same_figures_to_the_last_digit(
    first: DataCatalog, again: DataCatalog, other: DataCatalog
) -> None:
    measured: dict[str, Any] = first.load("classification_metrics")
    assert measured["out_of_fold"]["simulated"]["category"]["macro_f1"]["value"] > 0.5
    assert again.load("classification_metrics") == measured
    pd.testing.assert_frame_equal(figures(again), figures(first), check_exact=True)
    pd.testing.assert_frame_equal(
        again.load("out_of_fold_predictions"), first.load("out_of_fold_predictions"), check_exact=True
    )
    # The comparison can fail: another seed gives other figures.
    assert not first.load("out_of_fold_predictions").equals(other.load("out_of_fold_predictions"))


def test_the_same_training_gives_the_same_package(first: DataCatalog, again: DataCatalog, tmp_path: Path) -> None:
    store = PackageStore(str(tmp_path))
    versions = {store.write(catalog.load("model_package")) for catalog in (first, again)}
    assert len(versions) == 1


def test_after_a_rollback_the_older_version_answers_as_it_did(
    first: DataCatalog, other: DataCatalog, tmp_path: Path
) -> None:
    root = str(tmp_path)
    store, cases = PackageStore(root), first.load("cases")
    served = ModelPackageDataset(filepath=root, load_version_or_pointer="champion", fallback="latest")
    archive = ValidationArchiveDataset(filepath=root)
    told = []
    for catalog in (first, other):
        predictor: Predictor = catalog.load("model_package")
        version = store.write(predictor)
        results = {"model_version": version, "checks": [{"name": "coverage", "status": "passed"}]}
        archive.save({"results": results, "report": f"# {version}\n"})
        asked = Asked(by="tester", reason="trained")
        take = {"gates_required": True, "approval_required": False}
        promote(store, version, asked, lambda *_: (True, "better", {}), **take)
        told.append((version, served.load().predict(cases, predicted_at=MOMENT)))
    (older, before), (newer, since) = told
    assert older != newer
    assert not before.drop(columns="model_version").equals(since.drop(columns="model_version"))

    roll_back(store, None, Asked(by="tester", reason="the newer one disappointed"))

    after = served.load().predict(cases, predicted_at=MOMENT)
    pd.testing.assert_frame_equal(after, before, check_exact=True)
    assert [event.champion for event in store.history.events()] == [older, newer, older]
    kept = ValidationArchiveDataset(filepath=root, load_version_or_pointer="champion").load()
    assert (kept["results"]["model_version"], kept["report"]) == (older, f"# {older}\n")
    assert set(store.manifest(older).data_fingerprints) >= {"cases", "labels"}
