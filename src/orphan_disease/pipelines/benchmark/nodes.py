"""Nodes of the benchmark: type the cases, rank them, measure, report."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.benchmark import BenchmarkParams
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.parameters.modelling import DemographicParams, RerankerParams
from orphan_disease.domain import benchmark, benchmark_report
from orphan_disease.domain.case_base import ConfirmedCases
from orphan_disease.domain.demographic_evidence import DemographicSettings, demographic_evidence
from orphan_disease.domain.knowledge import build_knowledge_base
from orphan_disease.domain.ontology import Ontology, term_synonyms
from orphan_disease.domain.phenopacket_frames import type_phenopackets
from orphan_disease.domain.reranker_training import simulated_patients
from orphan_disease.domain.simulation import build_simulation_knowledge
from orphan_disease.domain.symptom_codes import current_ids

__all__ = ["build_benchmark_report", "measure_benchmark", "plot_benchmark", "score_benchmark", "type_benchmark_cases"]


def type_benchmark_cases(
    documents: pd.DataFrame, hpo_terms: pd.DataFrame, hpo_alternatives: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type the published cases; what cannot be read goes to the quarantine, with its reason."""
    return type_phenopackets(documents, current_ids(hpo_terms, hpo_alternatives))


def score_benchmark(  # noqa: PLR0913, PLR0917  # one argument per dataset
    benchmark_cases: pd.DataFrame,
    hpo_terms: pd.DataFrame,
    hpo_edges: pd.DataFrame,
    hpo_alternatives: pd.DataFrame,
    hpo_annotations: pd.DataFrame,
    disorders: pd.DataFrame,
    simulation: SimulationParams,
    reranker: RerankerParams,
    demographics: DemographicParams,
    params: BenchmarkParams,
) -> pd.DataFrame:
    """Rank the disorders for every case by every method in every mode, other papers' cases as the case base."""
    ontology = Ontology.from_frames(hpo_terms, hpo_edges, hpo_alternatives)
    confirmed = ConfirmedCases.from_frame(benchmark_cases, ontology)
    synonyms = term_synonyms(hpo_terms)
    knowledge = build_knowledge_base(ontology, hpo_annotations, disorders, confirmed=confirmed, synonyms=synonyms)
    chosen = benchmark.choose_cases(benchmark_cases, params)
    drawable = build_simulation_knowledge(ontology, hpo_annotations, disorders, simulation)
    judged = knowledge.disorders_of(chosen[columns.DIAGNOSIS_ID])
    simulated = simulated_patients(knowledge, drawable, judged, reranker, simulation)
    age_and_sex = demographic_evidence(hpo_annotations, ontology, knowledge.facts, DemographicSettings.of(demographics))
    return benchmark.rank_cases(chosen, simulated, knowledge, age_and_sex, params)


def measure_benchmark(ranks: pd.DataFrame, params: BenchmarkParams) -> list[dict[str, Any]]:
    """Recall at k and mean reciprocal rank, with intervals, of every method in every mode."""
    return benchmark_report.measure_ranks(ranks, params)


def build_benchmark_report(metrics: list[dict[str, Any]], params: BenchmarkParams) -> str:
    """The table as Markdown."""
    return benchmark_report.benchmark_markdown(metrics, params)


def plot_benchmark(ranks: pd.DataFrame) -> Figure:
    """Recall at k, and how reliable the stated probabilities are."""
    return benchmark_report.benchmark_figure(ranks)
