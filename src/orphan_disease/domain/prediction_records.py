"""From numbers to prediction records: the arrays of a decision as columns of `contracts.records.prediction_schema`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from orphan_disease.contracts import columns, records
from orphan_disease.domain.decision import Decisions
from orphan_disease.domain.knowledge_base import DisorderFacts

__all__ = ["RecordHeader", "as_frame", "best_disorders", "build_records", "disorder_facts_table"]


@dataclass(frozen=True)
class RecordHeader:
    """What all records of one prediction share.

    Attributes:
        model_version: version of the package.
        knowledge_version: releases behind the knowledge.
        predicted_at: UTC.
        categories: K names.
    """

    model_version: str
    knowledge_version: str
    predicted_at: datetime
    categories: tuple[str, ...]


def disorder_facts_table(disorder_ids: Sequence[str], facts: DisorderFacts) -> pa.Table:
    """One row per disorder: what a differential says of it beside its score."""
    strings = pa.list_(pa.string())
    return pa.table(
        {
            columns.DISORDER_ID: pa.array(disorder_ids, pa.string()),
            columns.DISORDER_NAME: pa.array(facts.names, pa.string()),
            records.EQUIVALENT_IDS: pa.array(facts.members, strings),
            columns.PREVALENCE_CLASS: pa.array(facts.prevalence_classes, pa.string()),
            records.ONSET: pa.array(facts.onsets, strings),
            records.INHERITANCE: pa.array(facts.inheritances, strings),
        }
    )


def best_disorders(scores: npt.NDArray[np.floating], depth: int) -> npt.NDArray[np.intp]:
    """Positions of the `depth` best disorders of each case, best first; ties go to the earlier disorder.

    Args:
        scores: n x D, larger is better.
        depth: how many; all D if there are fewer.

    >>> best_disorders(np.array([[0.1, 0.9, 0.9, 0.2]]), 3).tolist()
    [[1, 2, 3]]
    """
    kept = min(depth, scores.shape[1])
    if kept == 0 or not len(scores):
        return np.empty((len(scores), kept), dtype=np.intp)
    # A threshold keeps every disorder tied with the last one, so that the order does not hang on the partition.
    threshold = np.partition(scores, scores.shape[1] - kept, axis=1)[:, scores.shape[1] - kept]
    best = np.empty((len(scores), kept), dtype=np.intp)
    for row, lowest in enumerate(threshold):
        candidates = np.flatnonzero(scores[row] >= lowest)
        best[row] = candidates[np.argsort(-scores[row, candidates], kind="stable")[:kept]]
    return best


def build_records(  # noqa: PLR0913  # one argument for each part of the record
    cases: pd.DataFrame,
    header: RecordHeader,
    decisions: Decisions,
    *,
    scores: npt.NDArray[np.float32],
    probabilities: npt.NDArray[np.float32],
    facts: pa.Table,
    depth: int,
) -> pa.Table:
    """Records of n cases, in their order.

    Args:
        cases: n rows with case_id and, where known, patient_id and is_simulated.
        header: what the records share.
        decisions: on the same cases.
        scores: n x D, the ranking.
        probabilities: n x D, of each disorder given an orphan disease.
        facts: D rows, see `disorder_facts_table`.
        depth: length of each differential.
    """
    size = len(cases)
    simulated = cases[columns.IS_SIMULATED] if columns.IS_SIMULATED in cases.columns else [None] * size
    patients = cases[columns.PATIENT_ID] if columns.PATIENT_ID in cases.columns else [None] * size
    names = np.array(header.categories)
    values = {
        columns.CASE_ID: pa.array(cases[columns.CASE_ID].astype(str).tolist(), pa.string()),
        columns.PATIENT_ID: pa.array([None if pd.isna(each) else str(each) for each in patients], pa.string()),
        columns.MODEL_VERSION: pa.array([header.model_version] * size, pa.string()),
        columns.KNOWLEDGE_VERSION: pa.array([header.knowledge_version] * size, pa.string()),
        columns.PREDICTED_AT: pa.array([header.predicted_at] * size, pa.timestamp("us", tz="UTC")),
        columns.IS_SIMULATED: pa.array([None if pd.isna(each) else bool(each) for each in simulated], pa.bool_()),
        columns.ORPHAN_PROBABILITY: pa.array(decisions.orphan_probability, pa.float64()),
        columns.CATEGORY: pa.array(list(decisions.category), pa.string()),
        **{
            records.probability_column(name): pa.array(decisions.category_probabilities[:, place], pa.float64())
            for place, name in enumerate(header.categories)
        },
        columns.CATEGORY_PROBABILITIES: _probability_maps(decisions.category_probabilities, names),
        columns.PREDICTION_SET: pa.array([names[row].tolist() for row in decisions.inside], pa.list_(pa.string())),
        columns.DIFFERENTIAL: _differentials(scores, probabilities, facts, depth),
        columns.NEXT_QUESTIONS: pa.array([[]] * size, records.QUESTIONS_TYPE),
    }
    schema = records.prediction_schema(header.categories)
    return pa.Table.from_arrays([values[name] for name in schema.names], schema=schema)


def as_frame(table: pa.Table) -> pd.DataFrame:
    """A table of records as a frame; nested columns stay Arrow's, and one value of them is a plain list or map."""
    return pd.DataFrame(
        {
            name: pd.Series(pd.arrays.ArrowExtensionArray(table[name]))
            if pa.types.is_nested(table.schema.field(name).type)
            else table[name].to_pandas()
            for name in table.schema.names
        }
    )


def _probability_maps(probabilities: npt.NDArray[np.float64], names: npt.NDArray[np.str_]) -> pa.Array:
    offsets = np.arange(len(probabilities) + 1, dtype=np.int32) * len(names)
    keys = pa.array(np.tile(names, len(probabilities)).tolist(), pa.string())
    return pa.MapArray.from_arrays(pa.array(offsets), keys, pa.array(probabilities.ravel(), pa.float64()))


def _differentials(
    scores: npt.NDArray[np.float32], probabilities: npt.NDArray[np.float32], facts: pa.Table, depth: int
) -> pa.Array:
    best = best_disorders(scores, depth)
    flat = facts.take(pa.array(best.ravel())).combine_chunks()
    given = {
        records.SCORE: pa.array(np.take_along_axis(scores, best, axis=1).ravel(), pa.float32()),
        records.PROBABILITY: pa.array(np.take_along_axis(probabilities, best, axis=1).ravel(), pa.float32()),
    }
    entry = records.DIFFERENTIAL_TYPE.value_type
    parts = [given[field.name] if field.name in given else _one_chunk(flat[field.name], field.type) for field in entry]
    offsets = pa.array(np.arange(len(best) + 1, dtype=np.int32) * best.shape[1])
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(parts, fields=list(entry)))


def _one_chunk(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], kind)
