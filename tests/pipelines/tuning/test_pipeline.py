"""From what a training compared to settings for the next one, and no trial more where nothing has changed."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import yaml
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner

from orphan_disease.adapters.tuning_studies import StudyStorageDataset
from orphan_disease.contracts.parameters.modelling import ModellingParams
from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain.modelling import TrainingHeads
from orphan_disease.pipelines import tuning
from tests.domain.labelled_blobs import fit_settings, labelled_blobs
from tests.pipelines.small_hospital import KeptDataset

MODELLING = ModellingParams.model_validate(
    {
        "seed": 3,
        "candidates": {"threads": 1, "decision_tree": {"max_depth": 2, "min_samples_leaf": 60}},
        "category_head": {"feature_groups": ["profile"]},
        "orphan_head": {"feature_groups": ["profile"]},
        "selection": {"bootstrap_samples": 50, "permutations": 50},
        "decision": {"novelty_feature": "profile__first"},
    }
)
OUTPUTS = ("tuned_hyperparameters", "tuning_trials", "nested_tuning_metrics", "tuned_candidates")


def _run(storage: str) -> DataCatalog:
    training = labelled_blobs()
    plan = fit_settings(MODELLING.candidates).plan
    params = TuningParams.model_validate(
        {"families": ["decision_tree"], "maximum_trials": 6, "startup_trials": 2, "minutes": 60, "seed": 5}
    )
    catalog = DataCatalog(
        {
            "training_heads": KeptDataset(copy_mode="assign"),
            "tuning_studies": StudyStorageDataset(url=storage),
            "params:modelling": MemoryDataset(MODELLING),
            "params:tuning": MemoryDataset(params),
            **{name: KeptDataset(copy_mode="assign") for name in OUTPUTS},
        }
    )
    catalog.save("training_heads", TrainingHeads(training, replace(training), plan, None))
    SequentialRunner().run(tuning.create_pipeline(), catalog)
    return catalog


def test_tuning_proposes_settings_and_goes_on_where_it_was(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path}/studies.db"
    first = _run(storage)
    trials: pd.DataFrame = first.load("tuning_trials")
    assert len(trials) == 6
    proposed = yaml.safe_load(first.load("tuned_candidates"))
    found = first.load("tuned_hyperparameters")["decision_tree"]
    assert proposed["modelling"]["candidates"]["decision_tree"] == found["settings"]
    assert first.load("nested_tuning_metrics")["families"]["decision_tree"]["better"]
    again = _run(storage)
    pd.testing.assert_frame_equal(again.load("tuning_trials"), trials)
    assert [again.load(name) == first.load(name) for name in OUTPUTS if name != "tuning_trials"] == [True] * 3
