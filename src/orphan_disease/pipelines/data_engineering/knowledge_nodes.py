"""Nodes of the knowledge half: from published files to ontology, annotations, Orphanet's frames and disorders."""

import logging
from typing import Any

import pandas as pd

from orphan_disease.contracts.frames import knowledge as shapes
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.contracts.parameters.knowledge import KnowledgeParams
from orphan_disease.domain import disorders as disorder_table
from orphan_disease.domain import knowledge_profile, orphadata, orphanet
from orphan_disease.domain.annotations import parse_hpoa, release_of
from orphan_disease.domain.disorder_categories import categories_by_fact
from orphan_disease.domain.dominance import dominant_categories
from orphan_disease.domain.obograph import parse_ontology
from orphan_disease.domain.ontology import Ontology

__all__ = ["build_disorders", "summarise_knowledge", "type_hpo_annotations", "type_hpo_ontology", "type_orphanet"]

logger = logging.getLogger(__name__)


def type_hpo_ontology(lines: list[str]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Type HPO's terms, their parents, and the ids that they replace."""
    content = parse_ontology(lines)
    return (
        require_shape(content.terms, shapes.HPO_TERMS),
        require_shape(content.edges, shapes.HPO_EDGES),
        require_shape(content.alternatives, shapes.HPO_ALTERNATIVES),
    )


def type_hpo_annotations(lines: list[str]) -> pd.DataFrame:
    """Type HPO's disease annotations, their frequencies in every shape."""
    return require_shape(parse_hpoa(lines), shapes.HPO_ANNOTATIONS)


def type_orphanet(packets: pd.DataFrame, params: KnowledgeParams) -> tuple[pd.DataFrame, ...]:
    """Type Orphanet's archive, packets or XML; a packet that cannot be read goes to the quarantine, with its reason."""
    documents = list(orphanet.documents_of(packets))
    is_orphadata = any(orphadata.is_xml(payload) for _, payload in documents)
    parse = orphadata.parse_orphadata if is_orphadata else orphanet.parse_orphapackets
    content = parse(documents, params.classification_roots)
    return tuple(require_shape(frame, shapes.ORPHANET[name]) for name, frame in content._asdict().items())


def build_disorders(  # noqa: PLR0913, PLR0917  # one argument per dataset
    hpo_terms: pd.DataFrame,
    hpo_edges: pd.DataFrame,
    hpo_alternatives: pd.DataFrame,
    hpo_annotations: pd.DataFrame,
    orphanet_disorders: pd.DataFrame,
    orphanet_parents: pd.DataFrame,
    orphanet_cross_references: pd.DataFrame,
    orphanet_prevalences: pd.DataFrame,
    facts: pd.DataFrame,
    params: KnowledgeParams,
) -> pd.DataFrame:
    """Merge equivalent entries into disorders and place each in a category of the scheme."""
    scheme, dominant = params.active_scheme, {}
    if orphanet_disorders.empty:
        ontology = Ontology.from_frames(hpo_terms, hpo_edges, hpo_alternatives)
        known = categories_by_fact(facts, scheme)
        dominant = dominant_categories(hpo_annotations, known, ontology, scheme, params.dominance)
    source = disorder_table.OrphanetFrames(
        orphanet_disorders, orphanet_parents, orphanet_cross_references, orphanet_prevalences
    )
    return require_shape(
        disorder_table.build_disorders(hpo_annotations, source, facts, scheme, dominant), shapes.DISORDERS
    )


def summarise_knowledge(  # noqa: PLR0913, PLR0917  # one argument per dataset
    annotation_lines: list[str],
    hpo_terms: pd.DataFrame,
    hpo_annotations: pd.DataFrame,
    orphanet_disorders: pd.DataFrame,
    disorders: pd.DataFrame,
    params: KnowledgeParams,
) -> dict[str, Any]:
    """Say in one line, and in a profile, which knowledge the run stands on."""
    profile = knowledge_profile.describe_knowledge(
        hpo_terms, hpo_annotations, release_of(annotation_lines), orphanet_disorders, disorders, params.active_scheme
    )
    logger.info(profile["line"])
    return profile
