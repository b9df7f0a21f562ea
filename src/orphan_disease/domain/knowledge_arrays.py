"""A knowledge base as named arrays and JSON-able metadata, and back.

This is how it travels inside a packaged model, without pickle.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.evidence_rows import EvidenceRows
from orphan_disease.domain.knowledge_base import DisorderFacts, KnowledgeBase
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.profiles import ProfileSettings

__all__ = ["knowledge_from_arrays", "knowledge_to_arrays"]

_MATRICES = ("closure", "parents", "profiles", "own_profiles")
_PARTS = ("data", "indices", "indptr")
_ROW_COLUMNS = ("disorder", "term", "present", "examined", "kind", "cited_row", "cited_reference")


def knowledge_to_arrays(knowledge: KnowledgeBase) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Take a knowledge base apart.

    Returns:
        Arrays for `numpy.savez` or safetensors (numbers only, no objects), and metadata for `json.dumps`.
    """
    matrices = {
        "closure": knowledge.ontology.closure,
        "parents": knowledge.ontology.parents,
        "profiles": knowledge.profiles,
        "own_profiles": knowledge.own_profiles,
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        f"{name}.{part}": np.ascontiguousarray(getattr(matrix, part))
        for name, matrix in matrices.items()
        for part in _PARTS
    }
    arrays |= {f"rows.{name}": np.ascontiguousarray(getattr(knowledge.rows, name)) for name in _ROW_COLUMNS}
    arrays["information"] = knowledge.information
    metadata = {
        "version": knowledge.version,
        "disorder_ids": list(knowledge.disorder_ids),
        "facts": asdict(knowledge.facts),
        "reference_ids": list(knowledge.rows.reference_ids),
        "settings": asdict(knowledge.settings),
        "ontology": {
            "version": knowledge.ontology.version,
            "term_ids": list(knowledge.ontology.term_ids),
            "labels": list(knowledge.ontology.labels),
            "replacements": dict(knowledge.ontology.replacements),
        },
    }
    return arrays, metadata


def knowledge_from_arrays(arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, Any]) -> KnowledgeBase:
    """Put a knowledge base together again.

    Raises:
        KeyError: if an array or a field is missing.
    """
    terms = metadata["ontology"]
    n_terms, n_disorders = len(terms["term_ids"]), len(metadata["disorder_ids"])
    shapes = {"closure": (n_terms, n_terms), "parents": (n_terms, n_terms)}
    shapes |= dict.fromkeys(("profiles", "own_profiles"), (n_disorders, n_terms))
    matrices = {
        name: sparse.csr_matrix(tuple(arrays[f"{name}.{part}"] for part in _PARTS), shape=shapes[name], copy=False)
        for name in _MATRICES
    }
    facts = metadata["facts"]
    return KnowledgeBase(
        version=str(metadata["version"]),
        ontology=Ontology(
            version=str(terms["version"]),
            term_ids=tuple(terms["term_ids"]),
            labels=tuple(terms["labels"]),
            closure=matrices["closure"],
            parents=matrices["parents"],
            replacements=dict(terms["replacements"]),
        ),
        disorder_ids=tuple(metadata["disorder_ids"]),
        facts=DisorderFacts(
            names=tuple(facts["names"]),
            members=tuple(tuple(members) for members in facts["members"]),
            categories=tuple(facts["categories"]),
            prevalence_classes=tuple(facts["prevalence_classes"]),
            onsets=tuple(tuple(onsets) for onsets in facts["onsets"]),
            inheritances=tuple(tuple(inheritances) for inheritances in facts["inheritances"]),
        ),
        rows=EvidenceRows(
            **{name: arrays[f"rows.{name}"] for name in _ROW_COLUMNS},
            reference_ids=tuple(metadata["reference_ids"]),
        ),
        profiles=matrices["profiles"],
        own_profiles=matrices["own_profiles"],
        information=arrays["information"],
        settings=ProfileSettings(**metadata["settings"]),
    )
