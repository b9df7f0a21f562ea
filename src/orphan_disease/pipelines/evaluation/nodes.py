"""Nodes of `evaluation`: the packaged model's answers, their figures, pictures and reports."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from tqdm import tqdm

from orphan_disease.adapters.serving_costs import measure_serving_costs
from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.gates import GateParams
from orphan_disease.contracts.use_cases import UseCasePack
from orphan_disease.contracts.vocabulary import Split
from orphan_disease.domain import (
    behaviour,
    evaluation,
    evaluation_plots,
    gates,
    model_card,
    subgroups,
    training_reference,
    training_summary,
    use_cases,
    validation_report,
)
from orphan_disease.domain.prediction import Predictor

__all__ = [
    "apply_model",
    "build_model_card",
    "build_training_reference",
    "check_gates",
    "join_answers",
    "measure_behaviour",
    "measure_classification",
    "measure_costs",
    "measure_subgroups",
    "plot_calibration",
    "plot_confusion",
    "plot_per_category",
    "summarise_training",
]


def apply_model(predictor: Predictor, cases: pd.DataFrame, split_assignment: pd.DataFrame) -> pd.DataFrame:
    """Answer the held-out cases with the packaged model; each case's own paper is left out of the knowledge."""
    held_out = split_assignment.loc[split_assignment[columns.SPLIT] != Split.TRAIN.value, columns.CASE_ID]
    chosen = cases[cases[columns.CASE_ID].isin(held_out)]
    with tqdm(total=len(chosen), desc="held-out cases answered", unit="case") as bar:
        return predictor.predict(chosen, leave_out="own", progress=bar.update)


def join_answers(
    test_predictions: pd.DataFrame,
    cross_fitted_decisions: pd.DataFrame,
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
) -> pd.DataFrame:
    """Join what was answered, held out and out of fold, with what was found at last."""
    held_out = evaluation.join_truth(test_predictions, labels, split_assignment)
    unseen = evaluation.out_of_fold_answers(cross_fitted_decisions, labels, split_assignment)
    return pd.concat([held_out[list(unseen.columns)], unseen], ignore_index=True)


def build_training_reference(
    predictor: Predictor, cases: pd.DataFrame, answers: pd.DataFrame, test_predictions: pd.DataFrame
) -> pd.DataFrame:
    """Keep what a month's cases and answers are compared with, under the model's version and without any id."""
    version = str(test_predictions[columns.MODEL_VERSION].iloc[0])
    return training_reference.build_training_reference(cases, answers, predictor.knowledge.ontology, version)


def measure_classification(answers: pd.DataFrame, params: EvaluationParams) -> dict[str, Any]:
    """Measure the answers: split, provenance, figure, interval."""
    return evaluation.measure_answers(answers, params)


def plot_confusion(answers: pd.DataFrame) -> Figure:
    """Draw which category is taken for which."""
    return evaluation_plots.confusion_figure(answers)


def plot_calibration(answers: pd.DataFrame, params: EvaluationParams) -> Figure:
    """Draw whether a probability means what it says."""
    return evaluation_plots.calibration_figure(answers, params.calibration_bins)


def plot_per_category(metrics: dict[str, Any], predictor: Predictor) -> Figure:
    """Draw precision, recall and F1 of each category."""
    return evaluation_plots.per_category_figure(metrics, predictor.categories)


def build_model_card(
    predictor: Predictor,
    selected_candidate: dict[str, Any],
    metrics: dict[str, Any],
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
) -> str:
    """Write the model card."""
    counts = model_card.count_cases(labels, split_assignment)
    return model_card.build_model_card(model_card.facts_of(predictor), selected_candidate, metrics, counts)


def summarise_training(
    predictor: Predictor, candidate_metrics: pd.DataFrame, selected_candidate: dict[str, Any], metrics: dict[str, Any]
) -> dict[str, Any]:
    """Put the candidates side by side, with the one that was taken and its figures."""
    return training_summary.summarise_training(
        model_version=predictor.model_version,
        knowledge_version=predictor.knowledge_version,
        categories=predictor.categories,
        candidates=candidate_metrics,
        selected=selected_candidate,
        metrics=metrics,
    )


def measure_subgroups(answers: pd.DataFrame, cases: pd.DataFrame, params: GateParams) -> dict[str, Any]:
    """Measure women and men, and every age band, apart."""
    return subgroups.measure_subgroups(answers, cases, params)


def measure_behaviour(predictor: Predictor, pack: UseCasePack, params: GateParams) -> dict[str, Any]:
    """Put the clinical use cases before the model, as they are and changed."""
    return behaviour.measure_behaviour(predictor, pack, params)


def measure_costs(predictor: Predictor, pack: UseCasePack) -> dict[str, float]:
    """Measure time and memory of single answers in a fresh process; of this machine, and never of the model alone."""
    return measure_serving_costs(predictor, use_cases.use_case_frame(pack))


def check_gates(  # noqa: PLR0913, PLR0917  # one argument per measurement
    predictor: Predictor,
    metrics: dict[str, Any],
    subgroup_metrics: dict[str, Any],
    behaviour_metrics: dict[str, Any],
    costs: dict[str, float],
    params: GateParams,
) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """Hold every figure against its cut-off; results and report also go beside the package."""
    results = gates.check_gates(
        model_version=predictor.model_version,
        metrics=metrics,
        subgroups=subgroup_metrics,
        behaviour=behaviour_metrics,
        costs=costs,
        params=params,
    )
    report = validation_report.build_validation_report(results)
    return results, report, {"results": results, "report": report}
