"""The differential of each case as nested Arrow arrays: its best disorders, and what speaks for each of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orphan_disease.contracts import columns, records
from orphan_disease.domain.evidence_rows import EvidenceKind
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.knowledge_scores import Findings

__all__ = ["ListedDisorders", "build_differentials", "disorder_facts_table"]

FloatArray = npt.NDArray[np.float32]
MOST_REFERENCES: Final = 5
PUBLICATION_PREFIX: Final = "PMID:"


@dataclass(frozen=True, eq=False)
class ListedDisorders:
    """The disorders that the differentials of n cases list, k each, and what the cases' M findings say of them.

    Attributes:
        disorders: n x k positions, best first.
        findings: of the n cases.
        nats: M x k, what each finding adds to the likelihood of each disorder listed for its case.
        demographic_nats: n x k, what age and sex add.
        term_ids: of the ontology, by position.
    """

    disorders: npt.NDArray[np.intp]
    findings: Findings
    nats: FloatArray
    demographic_nats: FloatArray
    term_ids: pa.Array


def disorder_facts_table(knowledge: KnowledgeBase) -> pa.Table:
    """One row per disorder: what a differential says of it beside its score."""
    strings = pa.list_(pa.string())
    facts = knowledge.facts
    return pa.table(
        {
            columns.DISORDER_ID: pa.array(knowledge.disorder_ids, pa.string()),
            columns.DISORDER_NAME: pa.array(facts.names, pa.string()),
            records.EQUIVALENT_IDS: pa.array(facts.members, strings),
            columns.CATEGORY: pa.array(facts.categories, pa.string()),
            columns.PREVALENCE_CLASS: pa.array(facts.prevalence_classes, pa.string()),
            records.ONSET: pa.array(facts.onsets, strings),
            records.INHERITANCE: pa.array(facts.inheritances, strings),
            records.REFERENCES: pa.array(leading_references(knowledge, MOST_REFERENCES), strings),
        }
    )


def leading_references(knowledge: KnowledgeBase, size: int) -> list[list[str]]:
    """Of each disorder, the publications that most of its annotations cite, the first of them the most."""
    rows = knowledge.rows
    curated = (rows.kind == EvidenceKind.ANNOTATION)[rows.cited_row]
    published = np.array([each.startswith(PUBLICATION_PREFIX) for each in rows.reference_ids], dtype=bool)
    kept = curated & published[rows.cited_reference] if len(published) else curated
    keys = rows.disorder[rows.cited_row[kept]].astype(np.int64) * len(published) + rows.cited_reference[kept]
    pairs, counts = np.unique(keys, return_counts=True)
    disorders, references = np.divmod(pairs, max(len(published), 1))
    found: list[list[str]] = [[] for _ in range(len(knowledge))]
    for place in np.lexsort((references, -counts, disorders)).tolist():
        if len(found[disorders[place]]) < size:
            found[disorders[place]].append(rows.reference_ids[references[place]])
    return found


def build_differentials(
    listed: ListedDisorders, scores: FloatArray, probabilities: FloatArray, facts: pa.Table
) -> pa.Array:
    """The differentials, of `contracts.records.DIFFERENTIAL_TYPE`, one a case.

    Args:
        listed: the disorders of n cases.
        scores: n x D, the ranking.
        probabilities: n x D, of each disorder given an orphan disease.
        facts: D rows, see `disorder_facts_table`.
    """
    best = listed.disorders
    flat = facts.take(pa.array(best.ravel())).combine_chunks()
    given = {
        records.SCORE: pa.array(np.take_along_axis(scores, best, axis=1).ravel(), pa.float32()),
        records.PROBABILITY: pa.array(np.take_along_axis(probabilities, best, axis=1).ravel(), pa.float32()),
        records.CONTRIBUTIONS: _contributions(listed),
        records.DEMOGRAPHIC_NATS: pa.array(listed.demographic_nats.ravel(), pa.float32()),
    }
    entry = records.DIFFERENTIAL_TYPE.value_type
    parts = [given[field.name] if field.name in given else _one_chunk(flat[field.name], field.type) for field in entry]
    offsets = pa.array(np.arange(len(best) + 1, dtype=np.int32) * best.shape[1])
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(parts, fields=list(entry)))


def _contributions(listed: ListedDisorders) -> pa.Array:
    """One list a disorder listed, case by case: every finding of the case with what it adds."""
    cases, depth = listed.disorders.shape
    counts = np.bincount(listed.findings.case, minlength=cases)
    first = np.cumsum(counts) - counts
    sizes = np.repeat(counts, depth)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
    finding = np.repeat(np.repeat(first, depth), sizes) + within
    column = np.repeat(np.tile(np.arange(depth), cases), sizes)
    entry = records.CONTRIBUTIONS_TYPE.value_type
    parts = [
        listed.term_ids.take(pa.array(listed.findings.term[finding])),
        pa.array(listed.findings.is_excluded[finding], pa.bool_()),
        pa.array(listed.nats[finding, column], pa.float32()),
    ]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.StructArray.from_arrays(parts, fields=list(entry)))


def _one_chunk(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], kind)
