"""What a model must not change its mind about, and what must move it: invariances and directions, on the use cases.

After the behavioural tests of Ribeiro et al. (2020), https://doi.org/10.18653/v1/2020.acl-main.442: a change that
means nothing must change nothing, and a sign of a disorder must not speak against it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.gates import GateParams
from orphan_disease.contracts.records import PROBABILITY
from orphan_disease.contracts.use_cases import UseCasePack
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.cases_to_answer import cases_to_answer
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.use_cases import (
    count_met,
    for_categories,
    judge_use_cases,
    use_case_documents,
    use_case_frame,
)

__all__ = ["measure_behaviour", "measure_directions", "measure_invariances"]

MOMENT: Final = datetime(2000, 1, 1, tzinfo=UTC)  # the same for both answers, whose date is not compared
TYPICAL_FREQUENCY: Final = 0.3  # a sign that most patients lack is no sign that must count for the disorder
SAYING_NOTHING: Final[Mapping[str, Any]] = {"measurements": [], "interpretations": [], "diseases": [], "files": None}


def measure_behaviour(predictor: Predictor, pack: UseCasePack, params: GateParams) -> dict[str, Any]:
    """Everything that the use cases tell of a model: `use_cases`, `invariances`, `directions`."""
    expected = for_categories(pack, predictor.categories)
    answers = predictor.predict(use_case_frame(pack), predicted_at=MOMENT)
    judged = judge_use_cases(expected, answers, orphan_threshold=params.orphan_threshold)
    counted = count_met(judged, top=params.use_case_top)
    return {
        "use_cases": {"pack": pack.name, "provenance": pack.provenance, **counted},
        "invariances": measure_invariances(predictor, pack),
        "directions": measure_directions(predictor, pack, params.direction_signs),
    }


def measure_invariances(predictor: Predictor, pack: UseCasePack) -> dict[str, dict[str, float]]:
    """How much answers move where nothing was said: name -> `cases` changed so, and `largest_change`.

    `order`: the signs in the opposite order. `alternative_ids`: terms under the ids that HPO has merged into them.
    `unrelated_fields`: fields of a phenopacket that say nothing, empty or missing. A change is that of any probability
    of the record; infinite where it names another disorder, category or prediction set.
    """
    alternatives = {term: old for old, term in sorted(predictor.knowledge.ontology.replacements.items())}
    renamed = sum(any(each.id in alternatives for each in (*case.observed, *case.excluded)) for case in pack.cases)
    everything = len(pack.cases)
    variants = {
        "order": (use_case_documents(pack, reverse=True), everything),
        "alternative_ids": (use_case_documents(pack, alternatives=alternatives), renamed),
        "unrelated_fields": (use_case_documents(pack, extra=SAYING_NOTHING), everything),
    }
    plain = _answers(predictor, use_case_documents(pack))
    return {
        name: {"cases": float(changed), "largest_change": _largest_change(plain, _answers(predictor, documents))}
        for name, (documents, changed) in variants.items()
    }


def measure_directions(predictor: Predictor, pack: UseCasePack, signs: int) -> dict[str, float]:
    """What an added sign of a use case's own disorder does to the disorder's rank.

    Each of the disorder's most informative typical signs that the case does not imply yet is added alone.

    Args:
        predictor: the model.
        pack: the use cases; those of orphan disorders that the knowledge holds are taken.
        signs: added to each case, at most.

    Returns:
        `added` signs, the share `not_lowered`, and the largest number of places lost, `most_places_lost`.
    """
    knowledge = predictor.knowledge
    frame = use_case_frame(pack)
    before = _ranks(predictor, frame)
    rows, targets, places = [], [], []
    for number, case in enumerate(pack.cases):
        target = next((knowledge.index[each] for each in case.disorder if each in knowledge.index), None)
        if target is None:
            continue
        for sign in _typical_signs(knowledge, frame.iloc[[number]], target)[:signs]:
            row = frame.iloc[number]
            rows.append(row.to_dict() | {columns.OBSERVED_TERMS: [*row[columns.OBSERVED_TERMS], sign]})
            targets.append(target)
            places.append(number)
    if not rows:
        return {"added": 0, "not_lowered": float("nan"), "most_places_lost": float("nan")}
    extended = pd.DataFrame(rows, columns=list(frame.columns))
    extended[columns.CASE_ID] = [f"{name}+{number}" for number, name in enumerate(extended[columns.CASE_ID])]
    lost = _ranks(predictor, extended)[np.arange(len(rows)), targets] - before[places, targets]
    return {
        "added": len(rows),
        "not_lowered": float((lost <= 0).mean()),
        "most_places_lost": float(max(lost.max(), 0)),
    }


def _answers(predictor: Predictor, documents: pd.DataFrame) -> pd.DataFrame:
    cases, _ = cases_to_answer(documents, predictor.knowledge.ontology)
    return predictor.predict(cases, predicted_at=MOMENT)


def _largest_change(first: pd.DataFrame, second: pd.DataFrame) -> float:
    """The largest change of a probability in any record; infinite where what a record names is another."""
    if [_named(row) for _, row in first.iterrows()] != [_named(row) for _, row in second.iterrows()]:
        return float("inf")
    gaps = [
        np.abs(_probabilities(one) - _probabilities(other)).max()
        for (_, one), (_, other) in zip(first.iterrows(), second.iterrows(), strict=True)
    ]
    return float(max(gaps, default=0.0))


def _named(row: "pd.Series[Any]") -> tuple[Any, ...]:
    """What a record names: case, category, prediction set, and the differential in its order."""
    differential = [entry[columns.DISORDER_ID] for entry in row[columns.DIFFERENTIAL]]
    return row[columns.CASE_ID], row[columns.CATEGORY], tuple(row[columns.PREDICTION_SET]), tuple(differential)


def _probabilities(row: "pd.Series[Any]") -> npt.NDArray[np.float64]:
    categories = [share for _, share in dict(row[columns.CATEGORY_PROBABILITIES]).items()]
    differential = [entry[PROBABILITY] for entry in row[columns.DIFFERENTIAL]]
    return np.array([row[columns.ORPHAN_PROBABILITY], *categories, *differential], dtype=np.float64)


def _ranks(predictor: Predictor, frame: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Rank of every disorder for every case, n x D, 1 the best; ties take the better rank."""
    scores = predictor.ranker.score(CaseBatch.from_frame(frame, predictor.knowledge.ontology), "none").fused
    ordered = -np.sort(-scores, axis=1)
    return np.stack([np.searchsorted(-best, -own, side="left") + 1 for best, own in zip(ordered, scores, strict=True)])


def _typical_signs(knowledge: KnowledgeBase, case: pd.DataFrame, target: int) -> list[str]:
    """The disorder's typical signs that the case does not imply or rule out, the most informative first."""
    batch = CaseBatch.from_frame(case, knowledge.ontology)
    profile = np.asarray(knowledge.own_profiles[[target]].toarray()).ravel()
    implied = np.asarray(batch.implied.toarray()).ravel() > 0
    ruled_out = np.asarray((batch.excluded @ knowledge.ontology.closure.T).toarray()).ravel() > 0
    fits = (profile >= TYPICAL_FREQUENCY) & ~implied & ~ruled_out & (knowledge.information > 0)
    places = np.flatnonzero(fits)
    best = places[np.argsort(-knowledge.information[places], kind="stable")]
    return [knowledge.ontology.term_ids[place] for place in best]
