"""What each group of features brings on unseen disorders: all but it, and it alone, on the same folds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pandas as pd

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.feature_groups import groups_of
from orphan_disease.domain.paired_figures import difference_rows, figure_rows
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, cross_validate

__all__ = ["measure_ablation", "with_features"]

ALL = "all"
Progress = Callable[[int], object]


def with_features(
    training: TrainingSet, settings: FitSettings, names: Sequence[str]
) -> tuple[TrainingSet, FitSettings]:
    """The same cases with some of their features, and a pool of simulated patients in the same columns."""
    pool = settings.pool
    if pool is not None:
        places = training.features.columns.get_indexer(pd.Index(names))
        pool = replace(pool, features=pool.features[:, places])
    return replace(training, features=training.features[list(names)]), replace(settings, pool=pool)


def measure_ablation(
    candidate: Candidate,
    training: TrainingSet,
    settings: FitSettings,
    params: EvaluationParams,
    progress: Progress = lambda count: None,
) -> pd.DataFrame:
    """Figures with all features, without each group, and with each group alone.

    Args:
        candidate: family and resampling that all are measured with.
        training: cases of one head, with their folds of whole disorders.
        settings: hyper-parameters, plan and pool.
        params: resampling of disorders.
        progress: told 1 after each variant.

    Returns:
        Columns variant, group, features, provenance, metric, value, low, high, cases, groups; against all features,
        difference, difference_low, difference_high (paired over the same resamples; not of accuracy).
    """
    tables, whole = [], None
    for variant, group, names in _variants(list(training.features.columns)):
        cases, chosen = with_features(training, settings, names)
        answered = cross_validate(candidate, cases, chosen).probabilities
        progress(1)
        whole = answered if whole is None else whole
        against = difference_rows(training, answered, whole, params).rename(
            columns={"low": "difference_low", "high": "difference_high"}
        )
        figures = figure_rows(training, answered, params)
        table = figures.merge(against, on=["provenance", "metric"], how="left")
        tables.append(table.assign(variant=variant, group=group, features=len(names)))
    return pd.concat(tables, ignore_index=True)


def _variants(names: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    yield ALL, ALL, names
    groups = groups_of(names)
    if len(groups) > 1:
        for group, own in groups.items():
            yield "without", group, [name for name in names if name not in set(own)]
            yield "alone", group, own
