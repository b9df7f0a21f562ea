"""From cases to answers: what the inference thread runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.case_rows import assemble_cases
from orphan_disease.serving.case_documents import CaseDocument
from orphan_disease.serving.model_holder import LoadedModel
from orphan_disease.serving.schemas import CaseNote, Prediction

__all__ = ["AskedCase", "answer_cases"]


@dataclass(frozen=True)
class AskedCase:
    """A case in the queue, and the id that its answer will bear."""

    prediction_id: str
    document: CaseDocument


def answer_cases(
    model: LoadedModel,
    asked: Sequence[AskedCase],
    on_answer: Callable[[Mapping[str, Any], Mapping[str, Any]], None],
) -> list[dict[str, Any]]:
    """Answer cases as one batch.

    Args:
        model: the model of now.
        asked: any number of cases; two of them may bear one case id.
        on_answer: told each case and its answer.

    Returns:
        One `Prediction` each, in their order, of JSON's types only.
    """
    answers: list[dict[str, Any]] = [{}] * len(asked)
    for places in _rounds([str(each.document.row[columns.CASE_ID]) for each in asked]):
        some = [asked[place] for place in places]
        for place, answer in zip(places, _answer_distinct(model, some), strict=True):
            answers[place] = answer
    for each, answer in zip(asked, answers, strict=True):
        on_answer(each.document.row, answer)
    return answers


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


def _answer_distinct(model: LoadedModel, asked: Sequence[AskedCase]) -> Iterator[dict[str, Any]]:
    cases, found = assemble_cases([each.document.row for each in asked], model.predictor.knowledge.ontology)
    records = model.predictor.predict(cases).to_dict(orient="records")
    for each, record in zip(asked, records, strict=True):
        notes = (*each.document.notes, *_notes(found, str(record[columns.CASE_ID])))
        named = {**record, "prediction_id": each.prediction_id, "notes": notes}
        yield Prediction.from_row({str(name): value for name, value in named.items()}).model_dump(mode="json")


def _notes(found: pd.DataFrame, case_id: str) -> Iterator[CaseNote]:
    """What the assembly set aside of one case."""
    if found.empty:
        return
    of_case = found.loc[found[columns.CASE_ID] == case_id, [columns.FIELD, columns.REASON, columns.DETAIL]]
    for field, reason, detail in of_case.itertuples(index=False):
        yield CaseNote(field=field, reason=reason, detail=detail)
