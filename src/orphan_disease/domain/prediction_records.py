"""From numbers to prediction records: the arrays of a decision as columns of `contracts.records.prediction_schema`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from orphan_disease.contracts import columns, records
from orphan_disease.contracts.vocabulary import Provenance
from orphan_disease.domain.decision import Decisions
from orphan_disease.domain.differentials import ListedDisorders, build_differentials
from orphan_disease.domain.questions import NextQuestion

__all__ = ["RecordHeader", "as_frame", "build_records"]


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


def build_records(  # noqa: PLR0913  # one argument for each part of the record
    cases: pd.DataFrame,
    header: RecordHeader,
    decisions: Decisions,
    *,
    scores: npt.NDArray[np.float32],
    probabilities: npt.NDArray[np.float32],
    facts: pa.Table,
    listed: ListedDisorders,
    questions: Sequence[Sequence[NextQuestion]] = (),
) -> pa.Table:
    """Records of n cases, in their order.

    Args:
        cases: n rows with case_id and, where known, patient_id and provenance.
        header: what the records share.
        decisions: on the same cases.
        scores: n x D, the ranking.
        probabilities: n x D, of each disorder given an orphan disease.
        facts: D rows, see `disorder_facts_table`.
        listed: the disorders of each differential, and what each finding says of them.
        questions: of each case, or none at all.
    """
    size = len(cases)
    provenances, patients = _texts(cases, columns.PROVENANCE), _texts(cases, columns.PATIENT_ID)
    simulated = [None if each is None else each == Provenance.SIMULATED for each in provenances]
    names = np.array(header.categories)
    values = {
        columns.CASE_ID: pa.array(_texts(cases, columns.CASE_ID), pa.string()),
        columns.PATIENT_ID: pa.array(patients, pa.string()),
        columns.MODEL_VERSION: pa.array([header.model_version] * size, pa.string()),
        columns.KNOWLEDGE_VERSION: pa.array([header.knowledge_version] * size, pa.string()),
        columns.PREDICTED_AT: pa.array([header.predicted_at] * size, pa.timestamp("us", tz="UTC")),
        columns.IS_SIMULATED: pa.array(simulated, pa.bool_()),
        columns.ORPHAN_PROBABILITY: pa.array(decisions.orphan_probability, pa.float64()),
        columns.CATEGORY: pa.array(list(decisions.category), pa.string()),
        **{
            records.probability_column(name): pa.array(decisions.category_probabilities[:, place], pa.float64())
            for place, name in enumerate(header.categories)
        },
        columns.CATEGORY_PROBABILITIES: _probability_maps(decisions.category_probabilities, names),
        columns.PREDICTION_SET: pa.array([names[row].tolist() for row in decisions.inside], pa.list_(pa.string())),
        columns.DIFFERENTIAL: build_differentials(listed, scores, probabilities, facts),
        columns.NEXT_QUESTIONS: _questions(questions or [()] * size),
    }
    schema = records.prediction_schema(header.categories)
    return pa.Table.from_arrays([values[name] for name in schema.names], schema=schema)


def as_frame(table: pa.Table) -> pd.DataFrame:
    """A table of records as a frame; nested columns stay Arrow's, and one value of them is a plain list or map."""
    frame: pd.DataFrame = table.to_pandas(
        types_mapper=lambda kind: pd.ArrowDtype(kind) if pa.types.is_nested(kind) else None
    )
    return frame


def _texts(cases: pd.DataFrame, name: str) -> list[str | None]:
    """A column's values, None where missing or where there is no such column."""
    values = cases[name].tolist() if name in cases.columns else [None] * len(cases)
    return [None if pd.isna(each) else str(each) for each in values]


def _probability_maps(probabilities: npt.NDArray[np.float64], names: npt.NDArray[np.str_]) -> pa.Array:
    offsets = np.arange(len(probabilities) + 1, dtype=np.int32) * len(names)
    keys = pa.array(np.tile(names, len(probabilities)).tolist(), pa.string())
    return pa.MapArray.from_arrays(pa.array(offsets), keys, pa.array(probabilities.ravel(), pa.float64()))


def _questions(questions: Sequence[Sequence[NextQuestion]]) -> pa.Array:
    return pa.array([[_question(each) for each in asked] for asked in questions], records.QUESTIONS_TYPE)


def _question(question: NextQuestion) -> dict[str, str | float]:
    """One question as the record states it; a gain is never below 0 but for rounding."""
    return {
        columns.TERM_ID: question.term_id,
        columns.LABEL: question.label,
        records.INFORMATION_GAIN_BITS: max(question.bits, 0.0),
        records.CATEGORY_GAIN_BITS: max(question.category_bits, 0.0),
        records.FOUND_BY: str(question.found_by),
    }
