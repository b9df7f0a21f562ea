"""The steps of modelling over both heads, in the tables that pass between them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames.features import NOVELTY, raw_column
from orphan_disease.contracts.parameters.modelling import Family, ModellingParams, Resampling
from orphan_disease.domain import comparison, heads, selection
from orphan_disease.domain.classifiers import Classifier
from orphan_disease.domain.cross_fitting import cross_fitted_decisions
from orphan_disease.domain.decision_fitting import FittedDecision, HeadAnswers, fit_decision_rule
from orphan_disease.domain.resampling import AugmentationPool, ResamplingPlan
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, fit_candidate

__all__ = ["LabelledFeatures", "TrainingHeads", "TwoHeads", "build_training_heads", "fit_calibration", "fit_head"]


@dataclass(frozen=True, eq=False)
class LabelledFeatures:
    """Features of cases with what they turned out to be: the tables `case_features`, `labels`, `split_assignment`."""

    features: pd.DataFrame
    labels: pd.DataFrame
    split: pd.DataFrame


@dataclass(frozen=True, eq=False)
class TrainingHeads:
    """What both heads learn from, whichever candidate learns it: the dataset `training_heads`.

    Attributes:
        category: cases with an orphan disease of a known category.
        orphan: cases with and without an orphan disease.
        plan: targets of the samplers.
        pool: simulated patients for the category head; None where none were drawn.
    """

    category: TrainingSet
    orphan: TrainingSet
    plan: ResamplingPlan
    pool: AugmentationPool | None


@dataclass(frozen=True, eq=False)
class TwoHeads:
    """What both heads learn from, and how.

    Attributes:
        data: the training cases of each head, plan and pool.
        params: hyper-parameters and everything else.
    """

    data: TrainingHeads
    params: ModellingParams

    @property
    def training(self) -> Mapping[str, TrainingSet]:
        """The training cases of each head."""
        return {heads.CATEGORY_HEAD: self.data.category, heads.ORPHAN_HEAD: self.data.orphan}

    @property
    def settings(self) -> Mapping[str, FitSettings]:
        """Hyper-parameters, plan and pool of each head; only the category head has a pool."""
        plan, seed = self.data.plan, self.params.seed
        return {
            heads.CATEGORY_HEAD: FitSettings(self.params.candidates, plan, self.data.pool, seed),
            heads.ORPHAN_HEAD: FitSettings(self.params.orphan_candidates, plan, None, seed),
        }

    def compare(self, progress: comparison.Progress) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Cross-validate the candidates of both heads: the tables candidate_metrics and candidate_predictions."""
        offered: dict[str, tuple[Sequence[Resampling], Sequence[Family]]] = {
            heads.CATEGORY_HEAD: (
                self.settings[heads.CATEGORY_HEAD].plan.candidates,
                self.params.candidates.families,
            ),
            heads.ORPHAN_HEAD: ((Resampling.NONE,), self.params.orphan_candidates.families),
        }
        tables = []
        for head, (strategies, families) in offered.items():
            found = comparison.compare_candidates(
                self.training[head], self.settings[head], strategies, families, self.params.selection, progress
            )
            tables.append(
                comparison.comparison_tables(
                    head, found, self.training[head], self.params.selection, seed=self.params.seed
                )
            )
        metrics, predictions = zip(*tables, strict=True)
        return pd.concat(metrics, ignore_index=True), pd.concat(predictions, ignore_index=True)

    def select(self, metrics: pd.DataFrame, predictions: pd.DataFrame) -> dict[str, Any]:
        """The candidate taken for each head, and why."""
        return {
            head: asdict(
                selection.select_candidate(
                    comparison.read_probabilities(predictions, head, training),
                    comparison.read_costs(metrics, head),
                    training,
                    self.params.selection,
                    seed=self.params.seed,
                )
            )
            for head, training in self.training.items()
        }

    def out_of_fold(
        self, selected: Mapping[str, Any], predictions: pd.DataFrame, features: pd.DataFrame
    ) -> pd.DataFrame:
        """Raw out-of-fold probabilities of the candidates taken, one row per training case of either head."""
        parts = []
        for head, training in self.training.items():
            raw = comparison.read_probabilities(predictions, head, training)[selected[head]["name"]]
            names = [raw_column(each) for each in training.classes]
            parts.append(pd.DataFrame(raw, index=training.features.index, columns=names))
        joined = pd.concat(parts, axis=1).sort_index()
        novelty = features.set_index(columns.CASE_ID)[self.params.decision.novelty_feature]
        joined.insert(0, NOVELTY, novelty.reindex(joined.index).astype(np.float32))
        return joined.rename_axis(columns.CASE_ID).reset_index()


def build_training_heads(
    data: LabelledFeatures,
    augmented: tuple[pd.DataFrame, pd.DataFrame],
    plan: Mapping[str, Any],
    categories: Sequence[str],
    params: ModellingParams,
) -> TrainingHeads:
    """Build the training sets of both heads, and the pool in the columns of the category head.

    Args:
        data: features, labels and split.
        augmented: features and labels of the simulated patients.
        plan: the resampling plan, as saved.
        categories: K names.
        params: of modelling; what each head may see is taken.
    """
    category = heads.category_training(data.features, data.labels, data.split, categories, params.category_head)
    orphan = heads.orphan_training(data.features, data.labels, data.split, params.orphan_head)
    category = replace(category, learn_from=params.learn_from)
    pool: AugmentationPool | None = heads.augmentation_pool(*augmented, category) if len(augmented[0]) else None
    return TrainingHeads(category, orphan, ResamplingPlan.model_validate(plan), pool)


def fit_head(both: TwoHeads, head: str, selected: Mapping[str, Any]) -> Classifier:
    """Fit the candidate taken to all training cases of its head."""
    family, strategy = str(selected[head]["name"]).split("+")
    candidate = Candidate(Family(family), Resampling(strategy))
    return fit_candidate(candidate, both.training[head].teaching, both.settings[head])


def fit_calibration(both: TwoHeads, out_of_fold: pd.DataFrame) -> tuple[FittedDecision, pd.DataFrame]:
    """Fit calibration, prediction sets and abstention of both heads from the table out_of_fold_predictions.

    Returns:
        The rule, fitted on all training cases; and the table `cross_fitted_decisions`, where each fold is decided by a
        rule fitted on the others.
    """
    rows = out_of_fold.set_index(columns.CASE_ID)

    def answers(head: str) -> HeadAnswers:
        training = both.training[head]
        own = rows.loc[training.features.index]
        names = [raw_column(each) for each in training.classes]
        return HeadAnswers(training, own[names].to_numpy(dtype=np.float64), own[NOVELTY].to_numpy(dtype=np.float32))

    fit = partial(
        fit_decision_rule,
        calibration=both.params.calibration,
        decision=both.params.decision,
        selection=both.params.selection,
    )
    category, orphan = answers(heads.CATEGORY_HEAD), answers(heads.ORPHAN_HEAD)
    decided = cross_fitted_decisions(category, orphan, lambda one, other: fit(one, other).rule)
    return fit(category, orphan), decided
