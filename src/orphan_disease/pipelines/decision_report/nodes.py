"""Nodes of `decision_report`."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from tqdm import tqdm

from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.knowledge import KnowledgeParams
from orphan_disease.contracts.parameters.modelling import ModellingParams, Resampling
from orphan_disease.domain import (
    balancing_figures,
    category_ambiguity,
    comparison,
    decision_report_page,
    decision_report_plots,
    feature_ablation,
    heads,
    learning_curves,
    model_contributions,
    orphan_detection,
    protocol_figures,
    risk_coverage,
    scarce_disorders,
    subgroup_figures,
    wrong_answers,
)
from orphan_disease.domain.feature_names import FeatureNamer
from orphan_disease.domain.modelling import TrainingHeads, TwoHeads
from orphan_disease.domain.orphanet import GROUP_TYPES
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.validation import Candidate

__all__ = [
    "build_decision_report",
    "measure_ambiguity",
    "measure_balancing",
    "measure_contributions",
    "measure_feature_ablation",
    "measure_learning",
    "measure_orphan_detection",
    "measure_protocol",
    "measure_risk_coverage",
    "measure_scarce_disorders",
    "measure_subgroup_figures",
    "plot_ablation",
    "plot_balancing",
    "plot_contributions",
    "plot_learning",
    "plot_risk_coverage",
    "summarise_errors",
]


def measure_subgroup_figures(
    answers: pd.DataFrame,
    cases: pd.DataFrame,
    disorders: pd.DataFrame,
    params: DecisionReportParams,
    measurement: EvaluationParams,
) -> pd.DataFrame:
    """Measure every subgroup: sex, age, number of findings, prevalence class."""
    return subgroup_figures.measure_subgroup_figures(answers, cases, disorders, params, measurement)


def measure_risk_coverage(
    answers: pd.DataFrame, params: DecisionReportParams, measurement: EvaluationParams
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Draw up accuracy against the share of cases answered, each split and provenance apart."""
    return risk_coverage.tabulate_risk_coverage(answers, params.answered_share, measurement)


def measure_ambiguity(  # noqa: PLR0913, PLR0917  # one argument per dataset
    answers: pd.DataFrame,
    disorders: pd.DataFrame,
    orphanet_disorders: pd.DataFrame,
    orphanet_cross_references: pd.DataFrame,
    scheme: KnowledgeParams,
    params: DecisionReportParams,
    measurement: EvaluationParams,
) -> dict[str, Any]:
    """Count the wrong answers that name a second category of the disorder; nothing where Orphanet is not given."""
    filed = category_ambiguity.filed_categories(
        disorders, orphanet_disorders, orphanet_cross_references, scheme.active_scheme, GROUP_TYPES
    )
    return category_ambiguity.measure_ambiguity(answers, filed, params.answered_share, measurement)


def measure_balancing(
    candidate_predictions: pd.DataFrame,
    training_heads: TrainingHeads,
    modelling: ModellingParams,
    params: DecisionReportParams,
    measurement: EvaluationParams,
) -> pd.DataFrame:
    """Hold what may be done about the imbalance side by side, from the answers of the comparison of candidates."""
    training = training_heads.category
    answers = comparison.read_probabilities(candidate_predictions, heads.CATEGORY_HEAD, training)
    compared = balancing_figures.answers_by_strategy(answers, modelling.candidates.resampling_family)
    return balancing_figures.measure_balancing(compared, training, params.scarce_patients, measurement)


def measure_feature_ablation(
    training_heads: TrainingHeads,
    modelling: ModellingParams,
    params: DecisionReportParams,
    measurement: EvaluationParams,
) -> pd.DataFrame:
    """Measure what each group of features brings to either head."""
    both, tables = TwoHeads(training_heads, modelling), []
    with tqdm(desc="feature groups measured", unit="variant") as bar:
        for head, training in both.training.items():
            resampling = params.resampling if head == heads.CATEGORY_HEAD else Resampling.NONE
            candidate = Candidate(params.family, resampling)
            found = feature_ablation.measure_ablation(candidate, training, both.settings[head], measurement, bar.update)
            tables.append(found.assign(head=head))
    return pd.concat(tables, ignore_index=True)


def measure_learning(
    training_heads: TrainingHeads,
    modelling: ModellingParams,
    params: DecisionReportParams,
    measurement: EvaluationParams,
) -> pd.DataFrame:
    """Measure how the category decision grows with patients and with disorders."""
    settings = TwoHeads(training_heads, modelling).settings[heads.CATEGORY_HEAD]
    candidate = Candidate(params.family, params.resampling)
    with tqdm(total=2 * len(params.shares), desc="points of the learning curves", unit="point") as bar:
        return learning_curves.measure_learning(
            candidate, training_heads.category, settings, params, measurement, bar.update
        )


def measure_scarce_disorders(  # noqa: PLR0913, PLR0917  # one argument per dataset
    training_heads: TrainingHeads,
    case_features: pd.DataFrame,
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
    modelling: ModellingParams,
    params: DecisionReportParams,
    measurement: EvaluationParams,
) -> pd.DataFrame:
    """Measure patients of scarce disorders with and without augmentation."""
    settings = TwoHeads(training_heads, modelling).settings[heads.CATEGORY_HEAD]
    training = training_heads.category
    held_out = scarce_disorders.held_out_cases(training, case_features, labels, split_assignment)
    with tqdm(desc="scarce disorders measured", unit="candidate") as bar:
        return scarce_disorders.measure_scarce(
            params.family, training, held_out, settings, params.scarce_patients, measurement, bar.update
        )


def measure_orphan_detection(
    answers: pd.DataFrame, cases: pd.DataFrame, params: DecisionReportParams, measurement: EvaluationParams
) -> dict[str, Any]:
    """Hold real orphan cases against fabricated common patients with as many findings."""
    return orphan_detection.measure_orphan_detection(answers, cases, measurement, seed=params.seed)


def measure_contributions(
    predictor: Predictor, cases: pd.DataFrame, split_assignment: pd.DataFrame, params: DecisionReportParams
) -> pd.DataFrame:
    """Measure what the packaged model's features weigh on held-out cases."""
    return model_contributions.measure_contributions(predictor, cases, split_assignment, params)


def summarise_errors(  # noqa: PLR0913, PLR0917  # one argument per dataset
    answers: pd.DataFrame,
    cases: pd.DataFrame,
    disorders: pd.DataFrame,
    training_heads: TrainingHeads,
    predictor: Predictor,
    modelling: ModellingParams,
    params: DecisionReportParams,
) -> list[dict[str, Any]]:
    """Tell the confidently wrong answers to published cases, with their reasons."""
    settings = TwoHeads(training_heads, modelling).settings[heads.CATEGORY_HEAD]
    reading = wrong_answers.Reading(
        training_heads.category, settings, Candidate(params.family, params.resampling), predictor.ranker
    )
    namer = FeatureNamer(predictor.knowledge.ontology, predictor.category_labels)
    with tqdm(desc="folds behind the errors refitted", unit="fold") as bar:
        return wrong_answers.tell_errors(answers, cases, disorders, reading, namer, params, bar.update)


def measure_protocol(
    out_of_fold_predictions: pd.DataFrame,
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
    scheme: KnowledgeParams,
    measurement: EvaluationParams,
) -> dict[str, Any]:
    """Measure one protocol out of fold."""
    names = scheme.active_scheme.names
    return protocol_figures.measure_protocol(out_of_fold_predictions, labels, split_assignment, names, measurement)


def plot_risk_coverage(curves: pd.DataFrame, params: DecisionReportParams) -> Figure:
    """Draw accuracy against the share of cases answered."""
    return decision_report_plots.risk_coverage_figure(curves, params.answered_share)


def plot_ablation(ablation: pd.DataFrame) -> Figure:
    """Draw what each group of features brings."""
    return decision_report_plots.ablation_figure(ablation)


def plot_learning(learning: pd.DataFrame) -> Figure:
    """Draw the learning curves."""
    return decision_report_plots.learning_figure(learning)


def plot_balancing(balancing: pd.DataFrame) -> Figure:
    """Draw F1, log-loss and calibration of each strategy against the imbalance."""
    return decision_report_plots.balancing_figure(balancing)


def plot_contributions(contributions: pd.DataFrame, params: DecisionReportParams) -> Figure:
    """Draw the features that weigh most."""
    return decision_report_plots.contributions_figure(contributions, params.told_features)


def build_decision_report(**parts: Any) -> str:
    """Put tables and pictures on one page."""
    return decision_report_page.build_page(decision_report_page.ReportParts(**parts))
