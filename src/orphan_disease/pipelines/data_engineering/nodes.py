"""Nodes of the patients half: from what hospitals and publications hand in to cases, labels and splits."""

from typing import Any

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames import patients
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.contracts.parameters.data_engineering import LabelParams, SplitParams
from orphan_disease.contracts.parameters.triage_form import TriageFormParams
from orphan_disease.domain import cases as case_table
from orphan_disease.domain import data_quality, ledger, near_duplicates, phenopacket_frames, splitting, triage, truth
from orphan_disease.domain import labels as label_table
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.domain.data_quality_page import data_quality_page
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.symptom_codes import current_ids, local_terms
from orphan_disease.domain.triage_mapping import apply_mapping

__all__ = [
    "build_cases",
    "build_labels",
    "split_cases",
    "summarise_data_quality",
    "type_confirmed_cases",
    "type_histories",
    "type_triage_form",
    "type_truth",
]

Typed = tuple[pd.DataFrame, pd.DataFrame]  # a typed table and the ledger of what the cleaning did


def type_triage_form(  # noqa: PLR0913, PLR0917  # one argument per dataset
    form: pd.DataFrame,
    local_codes: pd.DataFrame,
    hpo_terms: pd.DataFrame,
    hpo_alternatives: pd.DataFrame,
    vocabulary: ClinicalVocabulary,
    params: TriageFormParams,
) -> Typed:
    """Type the triage form: the hospital's columns and units as the project's, what is impossible set missing."""
    terms = current_ids(hpo_terms, hpo_alternatives)
    mapped, unused = apply_mapping(form, params.active)
    local, declared = local_terms(local_codes, terms), params.active.declared_fields
    typed, found = triage.type_triage(mapped, terms, local, vocabulary.phrases, declared)
    return typed, require_shape(ledger.concatenate([unused, found]), patients.LEDGER)


def type_histories(
    documents: pd.DataFrame, hpo_terms: pd.DataFrame, hpo_alternatives: pd.DataFrame, vocabulary: ClinicalVocabulary
) -> Typed:
    """Type the clinical histories, phenopackets or FHIR; a diagnosis in one is left out."""
    typed, found = phenopacket_frames.type_histories(documents, current_ids(hpo_terms, hpo_alternatives), vocabulary)
    return typed, require_shape(found, patients.LEDGER)


def type_confirmed_cases(
    documents: pd.DataFrame, hpo_terms: pd.DataFrame, hpo_alternatives: pd.DataFrame, vocabulary: ClinicalVocabulary
) -> Typed:
    """Type the confirmed cases, phenopackets or FHIR with their diagnosis."""
    typed, found = phenopacket_frames.type_phenopackets(documents, current_ids(hpo_terms, hpo_alternatives), vocabulary)
    return typed, require_shape(found, patients.LEDGER)


def type_truth(rows: pd.DataFrame, vocabulary: ClinicalVocabulary) -> Typed:
    """Type the truth file: every diagnosis is kept, the latest of a visit or patient stands."""
    typed, found = truth.type_truth(rows, vocabulary.disorder_codes)
    return typed, require_shape(found, patients.LEDGER)


def build_cases(  # noqa: PLR0913, PLR0917  # three sources and the three tables of the ontology
    typed_triage: pd.DataFrame,
    typed_histories: pd.DataFrame,
    typed_confirmed_cases: pd.DataFrame,
    hpo_terms: pd.DataFrame,
    hpo_edges: pd.DataFrame,
    hpo_alternatives: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Join the sources to one row a case, settle what contradicts itself, and tell who is probably one patient."""
    ontology = Ontology.from_frames(hpo_terms, hpo_edges, hpo_alternatives)
    cases, resolved = case_table.build_cases(typed_triage, typed_histories, typed_confirmed_cases, ontology)
    persons, alike = near_duplicates.find_near_duplicates(cases)
    found = require_shape(ledger.concatenate([resolved, alike]), patients.LEDGER)
    return require_shape(cases, patients.CASES), require_shape(persons, patients.LIKELY_PERSONS), found


def build_labels(
    cases: pd.DataFrame,
    typed_truth: pd.DataFrame,
    typed_confirmed_cases: pd.DataFrame,
    disorders: pd.DataFrame,
    params: LabelParams,
) -> Typed:
    """Label every case whose diagnosis is known: orphan or not, category, disorder."""
    labels, found = label_table.build_labels(
        cases, typed_truth, typed_confirmed_cases, disorders, category_from=params.category_from
    )
    return require_shape(labels, patients.LABELS), require_shape(found, patients.LEDGER)


def split_cases(
    cases: pd.DataFrame, likely_persons: pd.DataFrame, labels: pd.DataFrame, params: SplitParams
) -> pd.DataFrame:
    """Assign every labelled case to training or a test, whole disorders, papers and patients together."""
    known = cases.merge(likely_persons, on=columns.CASE_ID, how="left", validate="one_to_one")
    return require_shape(splitting.assign_splits(known, labels, params), patients.SPLIT_ASSIGNMENT)


def summarise_data_quality(**tables: pd.DataFrame) -> tuple[dict[str, Any], str]:
    """Count what was read, repaired, set missing, merged and quarantined, by source, field and reason.

    Args:
        tables: for each source `<source>` and `<source>_quarantine`, and `split_assignment`.

    Returns:
        The report, and the same as a page.
    """
    names = [name for name in tables if f"{name}_quarantine" in tables]
    sources = {name: data_quality.summarise_source(tables[name], tables[f"{name}_quarantine"]) for name in names}
    split = data_quality.summarise_split(tables["labels"], tables["split_assignment"])
    report = {"sources": sources, "split": split}
    return report, data_quality_page(report)
