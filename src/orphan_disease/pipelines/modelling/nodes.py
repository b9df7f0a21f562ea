"""Nodes of `modelling`."""

from typing import Any

import pandas as pd
from tqdm import tqdm

from orphan_disease.contracts.frames import features as shapes
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.parameters.knowledge import KnowledgeParams
from orphan_disease.contracts.parameters.modelling import ModellingParams, RerankerParams
from orphan_disease.domain import heads, modelling, reranker_training, splitting
from orphan_disease.domain.case_evidence import CategoryEvidence
from orphan_disease.domain.classifiers import Classifier
from orphan_disease.domain.decision import DecisionRule
from orphan_disease.domain.demographic_evidence import DemographicEvidence
from orphan_disease.domain.encoding import CaseEncoder
from orphan_disease.domain.fingerprints import fingerprint_frame
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.modelling import LabelledFeatures, TrainingHeads, TwoHeads
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.ranking import RankingSettings
from orphan_disease.domain.reranker_training import FittedReranker
from orphan_disease.domain.simulation import build_simulation_knowledge

__all__ = [
    "build_heads",
    "build_model_package",
    "compare_candidates",
    "fit_calibration",
    "fit_category_classifier",
    "fit_orphan_classifier",
    "fit_reranker",
    "select_candidate",
]


def build_heads(  # noqa: PLR0913, PLR0917  # one argument per dataset
    case_features: pd.DataFrame,
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
    augmented_features: pd.DataFrame,
    augmented_labels: pd.DataFrame,
    resampling_plan: dict[str, Any],
    scheme: KnowledgeParams,
    params: ModellingParams,
) -> TrainingHeads:
    """Put together what the orphan head and the category head learn from, each its own cases and features."""
    data = LabelledFeatures(case_features, labels, split_assignment)
    augmented = (augmented_features, augmented_labels)
    return modelling.build_training_heads(data, augmented, resampling_plan, scheme.active_scheme.names, params)


def compare_candidates(training_heads: TrainingHeads, params: ModellingParams) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cross-validate every candidate of both heads on the same folds of whole disorders."""
    with tqdm(desc="candidates compared", unit="candidate") as bar:
        metrics, predictions = TwoHeads(training_heads, params).compare(bar.update)
    return require_shape(metrics, shapes.CANDIDATE_METRICS), require_shape(predictions, shapes.CANDIDATE_PREDICTIONS)


def select_candidate(
    candidate_metrics: pd.DataFrame,
    candidate_predictions: pd.DataFrame,
    case_features: pd.DataFrame,
    training_heads: TrainingHeads,
    params: ModellingParams,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Take one candidate for each head, with its out-of-fold predictions."""
    both = TwoHeads(training_heads, params)
    selected = both.select(candidate_metrics, candidate_predictions)
    unseen = both.out_of_fold(selected, candidate_predictions, case_features)
    return selected, require_shape(unseen, shapes.OUT_OF_FOLD_PREDICTIONS)


def fit_category_classifier(
    selected_candidate: dict[str, Any], training_heads: TrainingHeads, params: ModellingParams
) -> Classifier:
    """Fit the category head to all its training cases."""
    return modelling.fit_head(TwoHeads(training_heads, params), heads.CATEGORY_HEAD, selected_candidate)


def fit_orphan_classifier(
    selected_candidate: dict[str, Any], training_heads: TrainingHeads, params: ModellingParams
) -> Classifier:
    """Fit the orphan head to all its training cases."""
    return modelling.fit_head(TwoHeads(training_heads, params), heads.ORPHAN_HEAD, selected_candidate)


def fit_calibration(
    out_of_fold_predictions: pd.DataFrame, training_heads: TrainingHeads, params: ModellingParams
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Fit calibration, prediction sets and abstention on unseen disorders; decide each fold by the others' rule."""
    fitted, decided = modelling.fit_calibration(TwoHeads(training_heads, params), out_of_fold_predictions)
    calibration = {"rule": fitted.rule.to_dict(), "evidence": dict(fitted.evidence)}
    return calibration, require_shape(decided, shapes.CROSS_FITTED_DECISIONS)


def fit_reranker(  # noqa: PLR0913, PLR0917  # one argument per dataset
    knowledge_base: KnowledgeBase,
    hpo_annotations: pd.DataFrame,
    disorders: pd.DataFrame,
    demographics: DemographicEvidence,
    cases: pd.DataFrame,
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
    simulation: SimulationParams,
    params: RerankerParams,
) -> tuple[FittedReranker, dict[str, float]]:
    """Learn to order the differential's short list, by confirmed and by simulated patients."""
    drawable = build_simulation_knowledge(knowledge_base.ontology, hpo_annotations, disorders, simulation)
    held_out = splitting.held_out_disorders(labels, split_assignment)
    confirmed = reranker_training.training_patients(cases, labels, split_assignment, knowledge_base, params)
    simulated = reranker_training.simulated_patients(knowledge_base, drawable, held_out, params, simulation)
    with tqdm(desc="patients ranked", unit="patient") as bar:
        patients = {"confirmed": confirmed, "simulated": simulated}
        fitted = reranker_training.learn_ranking(patients, knowledge_base, demographics, params, bar.update)
    return fitted, dict(fitted.metrics)


def build_model_package(  # noqa: PLR0913, PLR0917  # everything that a model is made of
    knowledge_base: KnowledgeBase,
    demographics: DemographicEvidence,
    reranker: FittedReranker,
    case_encoder: dict[str, object],
    category_evidence: CategoryEvidence,
    orphan_classifier: Classifier,
    category_classifier: Classifier,
    calibration: dict[str, Any],
    cases: pd.DataFrame,
    labels: pd.DataFrame,
    scheme: KnowledgeParams,
) -> tuple[Predictor, Predictor]:
    """Put everything from case to answer into one model, which is kept and registered."""
    predictor = Predictor(
        knowledge=knowledge_base,
        ranking=RankingSettings(),
        encoder=CaseEncoder.from_dict(case_encoder),
        evidence=category_evidence,
        orphan_classifier=orphan_classifier,
        category_classifier=category_classifier,
        rule=DecisionRule.from_dict(calibration["rule"]),
        demographics=demographics,
        reranker=reranker.reranker,
        category_labels=scheme.active_scheme.labels,
        data_fingerprints={"cases": fingerprint_frame(cases), "labels": fingerprint_frame(labels)},
    )
    return predictor, predictor
