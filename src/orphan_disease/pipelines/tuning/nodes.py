"""Nodes of `tuning`."""

from typing import Any

import optuna
import pandas as pd
from tqdm import tqdm

from orphan_disease.contracts.parameters.modelling import ModellingParams
from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain import tuned_candidates
from orphan_disease.domain.modelling import TrainingHeads, TwoHeads
from orphan_disease.domain.tuning import SECONDS_PER_MINUTE, Tuning

__all__ = ["measure_nested_tuning", "select_hyperparameters", "summarise_tuning"]


def select_hyperparameters(
    training_heads: TrainingHeads,
    studies: optuna.storages.BaseStorage,
    modelling: ModellingParams,
    params: TuningParams,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Search every family's hyper-parameters over all folds of whole disorders."""
    tuning = _tuning(training_heads, studies, modelling, params)
    with _bar("settings searched", params, 1 - params.nested_share) as bar:
        return tuning.search(lambda seconds, label: _tell(bar, seconds, label))


def measure_nested_tuning(
    training_heads: TrainingHeads,
    studies: optuna.storages.BaseStorage,
    modelling: ModellingParams,
    params: TuningParams,
) -> dict[str, Any]:
    """Measure what tuning is worth, on outer folds that each search has not seen."""
    tuning = _tuning(training_heads, studies, modelling, params)
    with _bar("tuning measured", params, params.nested_share) as bar:
        return tuning.measure(lambda seconds, label: _tell(bar, seconds, label))


def summarise_tuning(
    tuned_hyperparameters: dict[str, Any], nested_tuning_metrics: dict[str, Any], params: TuningParams
) -> str:
    """Write the settings that are shown to be better as lines of configuration."""
    return tuned_candidates.tuned_lines(tuned_hyperparameters, nested_tuning_metrics, params)


def _tuning(
    training_heads: TrainingHeads,
    studies: optuna.storages.BaseStorage,
    modelling: ModellingParams,
    params: TuningParams,
) -> Tuning:
    both = TwoHeads(training_heads, modelling)
    return Tuning(both.training[params.head], both.settings[params.head], modelling.selection, params, studies)


def _bar(words: str, params: TuningParams, share: float) -> "tqdm[Any]":
    """A bar of the seconds that trials may take."""
    seconds = round(params.minutes * SECONDS_PER_MINUTE * share)
    return tqdm(desc=words, total=seconds, bar_format="{desc}: {percentage:3.0f}%|{bar}| {n:.0f}/{total} s{postfix}")


def _tell(bar: "tqdm[Any]", seconds: float, label: str) -> None:
    bar.set_postfix_str(label, refresh=False)
    bar.update(min(seconds, float(bar.total or 0) - bar.n))  # a first trial is finished though it takes longer
