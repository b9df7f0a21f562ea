"""Nodes of `balancing`: everything here looks at training cases only."""

import pandas as pd
from matplotlib.figure import Figure

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames.features import require_features
from orphan_disease.contracts.parameters.balancing import AugmentationParams, ResamplingParams
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.parameters.knowledge import KnowledgeParams
from orphan_disease.contracts.parameters.modelling import ModellingParams
from orphan_disease.domain import augmentation, case_evidence, imbalance, resampling
from orphan_disease.domain.case_evidence import CategoryEvidence
from orphan_disease.domain.copied_cases import copy_cases
from orphan_disease.domain.encoding import CaseEncoder
from orphan_disease.domain.encoding_plan import EncodingPlan
from orphan_disease.domain.evidence import hidden_columns
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.ranking import Ranker
from orphan_disease.domain.simulation import build_simulation_knowledge, simulate_cases

__all__ = [
    "apply_encoders_to_augmentation",
    "build_resampling_plan",
    "measure_imbalance",
    "plot_imbalance",
    "simulate_augmentation",
]


def measure_imbalance(
    labels: pd.DataFrame, split_assignment: pd.DataFrame, scheme: KnowledgeParams
) -> dict[str, object]:
    """Count training patients and disorders of each category, and how scarce the disorders are."""
    return imbalance.measure_imbalance(labels, split_assignment, scheme.active_scheme.names)


def plot_imbalance(imbalance_report: dict[str, object]) -> Figure:
    """Draw patients and disorders of each category."""
    return imbalance.imbalance_figure(imbalance_report)


def simulate_augmentation(  # noqa: PLR0913, PLR0917  # one argument per dataset
    knowledge_base: KnowledgeBase,
    hpo_annotations: pd.DataFrame,
    disorders: pd.DataFrame,
    cases: pd.DataFrame,
    labels: pd.DataFrame,
    split_assignment: pd.DataFrame,
    simulation: SimulationParams,
    params: AugmentationParams,
    modelling: ModellingParams,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Simulate further patients of scarce categories and disorders; none of a disorder held out for testing."""
    drawable = augmentation.drawable_disorders(knowledge_base, disorders)
    chosen = augmentation.choose_disorders(labels, split_assignment, drawable, params)
    parents = augmentation.choose_parents(labels, split_assignment, params, modelling.learn_from)
    source = build_simulation_knowledge(knowledge_base.ontology, hpo_annotations, disorders, simulation)
    simulated = simulate_cases(source, list(chosen[columns.DISORDER_ID]), seed=params.seed, params=simulation)
    by_id = cases.set_index(columns.CASE_ID, drop=False)
    copies = copy_cases(source, by_id.loc[parents[columns.CASE_ID]], params.copies, seed=params.seed)
    return (
        pd.concat([simulated, copies[simulated.columns]], ignore_index=True),
        pd.concat(
            [augmentation.label_augmented(simulated, chosen), augmentation.label_copies(copies, parents)],
            ignore_index=True,
        ),
    )


def apply_encoders_to_augmentation(  # noqa: PLR0913, PLR0917  # one argument per dataset
    knowledge_base: KnowledgeBase,
    case_encoder: dict[str, object],
    category_evidence: CategoryEvidence,
    augmented_cases: pd.DataFrame,
    augmented_labels: pd.DataFrame,
    params: AugmentationParams,
) -> pd.DataFrame:
    """Features of the simulated patients, by the encoders fitted to the training cases."""
    share = category_evidence.params.hidden_share_simulated
    hidden = hidden_columns(
        augmentation.labels_of_origin(augmented_labels),
        knowledge_base.disorder_ids,
        share_simulated=share,
        hide_all=category_evidence.params.hide_own_disorder,
        seed=params.seed,
    )
    evidence = case_evidence.measure_evidence(augmented_cases, Ranker(knowledge_base), category_evidence, hidden=hidden)
    plan = EncodingPlan.of(CaseEncoder.from_dict(case_encoder), knowledge_base.ontology)
    own = plan.encode(augmented_cases)
    return require_features(own.join(evidence).reset_index())


def build_resampling_plan(imbalance_report: dict[str, object], params: ResamplingParams) -> dict[str, object]:
    """Say how many patients each category shall have, and which ways of getting there are compared."""
    counts = imbalance.patients_by_category(imbalance_report)
    return resampling.build_resampling_plan(counts, params).model_dump(mode="json")
