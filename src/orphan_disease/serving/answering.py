"""From cases to answers: what the inference thread runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.records import PredictionRecord
from orphan_disease.domain.case_rows import assemble_cases
from orphan_disease.domain.prediction import Predictor
from orphan_disease.serving.case_documents import CaseDocument
from orphan_disease.serving.schemas import CaseNote

__all__ = ["AnsweredCase", "AskedCase", "answer_cases"]

_FIELDS: Final = tuple(PredictionRecord.model_fields)


@dataclass(frozen=True)
class AskedCase:
    """A case in the queue, and the id that its answer will bear."""

    prediction_id: str
    document: CaseDocument


class AnsweredCase(NamedTuple):
    """An answer, ready to be kept and sent.

    Attributes:
        content: a `Prediction` as JSON.
        category: the most probable category, or abstained.
        orphan_probability: calibrated.
        model_version: of the model that answered.
    """

    content: bytes
    category: str
    orphan_probability: float
    model_version: str


def answer_cases(predictor: Predictor, asked: Sequence[AskedCase]) -> list[AnsweredCase]:
    """Answer cases as one batch.

    Args:
        predictor: the model.
        asked: any number of cases; two of them may bear one case id.

    Returns:
        One answer each, in their order.
    """
    answers: dict[int, AnsweredCase] = {}
    for places in _rounds([str(each.document.row[columns.CASE_ID]) for each in asked]):
        some = [asked[place] for place in places]
        for place, answer in zip(places, _answer_distinct(predictor, some), strict=True):
            answers[place] = answer
    return [answers[place] for place in range(len(asked))]


def _rounds(case_ids: Sequence[str]) -> Iterator[list[int]]:
    """Places in rounds, none of which has a case id twice: a model takes each id once, clients may repeat one.

    >>> list(_rounds(["a", "b", "a"]))
    [[0, 1], [2]]
    """
    left = list(range(len(case_ids)))
    while left:
        first = {case_ids[place]: place for place in reversed(left)}
        now = sorted(first.values())
        yield now
        taken = set(now)
        left = [place for place in left if place not in taken]


def _answer_distinct(predictor: Predictor, asked: Sequence[AskedCase]) -> Iterator[AnsweredCase]:
    cases, found = assemble_cases([each.document.row for each in asked], predictor.knowledge.ontology)
    records = predictor.predict_records(cases)
    set_aside = _notes_by_case(found)
    for each, record in zip(asked, records, strict=True):
        notes = (*each.document.notes, *set_aside.get(str(record[columns.CASE_ID]), ()))
        told = {"prediction_id": each.prediction_id, "notes": [note.model_dump() for note in notes]}
        yield AnsweredCase(
            orjson.dumps(_plain(record) | told),
            record[columns.CATEGORY],
            record[columns.ORPHAN_PROBABILITY],
            record[columns.MODEL_VERSION],
        )


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of JSON's types, as pydantic would write it; to build its 500 objects would cost as much as to score it.

    The ledger holds every record to `PredictionRecord` before it keeps it.
    """
    values = {name: record[name] for name in _FIELDS}
    return values | {
        columns.PREDICTED_AT: values[columns.PREDICTED_AT].isoformat().replace("+00:00", "Z"),
        columns.CATEGORY_PROBABILITIES: dict(values[columns.CATEGORY_PROBABILITIES]),
    }


def _notes_by_case(found: pd.DataFrame) -> dict[str, list[CaseNote]]:
    """What the assembly set aside, by case id."""
    notes: dict[str, list[CaseNote]] = {}
    if found.empty:  # nearly always
        return notes
    told = (found[name] for name in (columns.CASE_ID, columns.FIELD, columns.REASON, columns.DETAIL))
    for case_id, field, reason, detail in zip(*told, strict=True):
        notes.setdefault(str(case_id), []).append(CaseNote(field=field, reason=reason, detail=detail))
    return notes
