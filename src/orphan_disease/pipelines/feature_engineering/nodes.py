"""Nodes of `feature_engineering`."""

from typing import Any

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames.features import require_features
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.parameters.feature_engineering import (
    CaseBaseParams,
    EncoderParams,
    EvidenceFitParams,
)
from orphan_disease.contracts.parameters.knowledge import KnowledgeParams
from orphan_disease.contracts.parameters.modelling import DemographicParams
from orphan_disease.contracts.vocabulary import Split
from orphan_disease.domain import case_base, case_evidence, knowledge
from orphan_disease.domain.case_base import ConfirmedCases
from orphan_disease.domain.case_evidence import CategoryEvidence
from orphan_disease.domain.demographic_evidence import (
    DemographicEvidence,
    DemographicSettings,
    demographic_evidence,
)
from orphan_disease.domain.encoding import CaseEncoder
from orphan_disease.domain.encoding_plan import EncodingPlan
from orphan_disease.domain.evidence import hidden_columns
from orphan_disease.domain.fingerprints import fingerprint_frame
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.ontology import Ontology, term_synonyms
from orphan_disease.domain.ranking import Ranker
from orphan_disease.domain.simulation import build_simulation_knowledge

__all__ = [
    "apply_case_encoder",
    "build_case_base",
    "build_demographic_evidence",
    "build_knowledge_base",
    "fit_case_encoder",
    "fit_category_evidence",
    "measure_category_evidence",
]


def build_case_base(
    cases: pd.DataFrame, labels: pd.DataFrame, typed_confirmed_cases: pd.DataFrame, params: CaseBaseParams
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Choose the confirmed patients who update their disorders' profiles, and count them."""
    chosen = case_base.choose_confirmed_cases(cases, labels, typed_confirmed_cases, params)
    return chosen, case_base.summarise_case_base(chosen)


def build_knowledge_base(  # noqa: PLR0913, PLR0917  # one argument per dataset
    hpo_terms: pd.DataFrame,
    hpo_edges: pd.DataFrame,
    hpo_alternatives: pd.DataFrame,
    hpo_annotations: pd.DataFrame,
    disorders: pd.DataFrame,
    confirmed: pd.DataFrame,
    knowledge_profile: dict[str, Any],
) -> KnowledgeBase:
    """Disorders with their profiles, ready to score cases and to travel in the packaged model."""
    ontology = Ontology.from_frames(hpo_terms, hpo_edges, hpo_alternatives)
    release = str(knowledge_profile["knowledge_version"])
    return knowledge.build_knowledge_base(
        ontology,
        hpo_annotations,
        disorders,
        confirmed=ConfirmedCases.from_frame(confirmed, ontology),
        synonyms=term_synonyms(hpo_terms),
        version=f"{release}.cases-{fingerprint_frame(confirmed)[:8]}" if len(confirmed) else release,
    )


def build_demographic_evidence(
    knowledge_base: KnowledgeBase, hpo_annotations: pd.DataFrame, params: DemographicParams
) -> DemographicEvidence:
    """What a patient's age and sex say of each disorder."""
    settings = DemographicSettings.of(params)
    return demographic_evidence(hpo_annotations, knowledge_base.ontology, knowledge_base.facts, settings)


def fit_case_encoder(
    knowledge_base: KnowledgeBase, cases: pd.DataFrame, split_assignment: pd.DataFrame, params: EncoderParams
) -> dict[str, object]:
    """Choose the columns of the patient's own profile, from training cases only."""
    training = split_assignment.loc[split_assignment[columns.SPLIT] == Split.TRAIN, columns.CASE_ID]
    fitted = CaseEncoder.fit(
        cases[cases[columns.CASE_ID].isin(training)], knowledge_base.ontology, knowledge_base.information, params
    )
    return fitted.to_dict()


def fit_category_evidence(  # noqa: PLR0913, PLR0917  # one argument per dataset
    knowledge_base: KnowledgeBase,
    hpo_annotations: pd.DataFrame,
    disorders: pd.DataFrame,
    scheme: KnowledgeParams,
    simulation: SimulationParams,
    params: EvidenceFitParams,
) -> CategoryEvidence:
    """Learn from simulated patients of every annotated disorder which category their findings point to."""
    drawable = build_simulation_knowledge(knowledge_base.ontology, hpo_annotations, disorders, simulation)
    names = scheme.active_scheme.names
    return case_evidence.fit_category_evidence(
        knowledge_base, drawable, names, params.evidence, simulation_params=simulation, seed=params.seed
    )


def measure_category_evidence(
    knowledge_base: KnowledgeBase,
    category_evidence: CategoryEvidence,
    cases: pd.DataFrame,
    labels: pd.DataFrame,
    params: EvidenceFitParams,
) -> pd.DataFrame:
    """What the knowledge says for each category, with each case's own paper, and where due its disorder, hidden."""
    known = labels.set_index(columns.CASE_ID).reindex(cases[columns.CASE_ID])
    hidden = hidden_columns(
        known,
        knowledge_base.disorder_ids,
        share_simulated=params.evidence.hidden_share_simulated,
        hide_all=params.evidence.hide_own_disorder,
        seed=params.seed,
    )
    return case_evidence.measure_evidence(cases, Ranker(knowledge_base), category_evidence, hidden=hidden).reset_index()


def apply_case_encoder(
    case_encoder: dict[str, object], knowledge_base: KnowledgeBase, cases: pd.DataFrame, case_evidence: pd.DataFrame
) -> pd.DataFrame:
    """One row of features a case: profile, demographics, vitals, history, and the evidence of the knowledge."""
    plan = EncodingPlan.of(CaseEncoder.from_dict(case_encoder), knowledge_base.ontology)
    own = plan.encode(cases)
    return require_features(own.join(case_evidence.set_index(columns.CASE_ID)).reset_index())
