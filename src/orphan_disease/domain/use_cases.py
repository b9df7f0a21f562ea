"""Clinical use cases put before a model, and which expectations its answers meet."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.records import EQUIVALENT_IDS
from orphan_disease.contracts.use_cases import UseCase, UseCasePack
from orphan_disease.domain.cases_to_answer import complete_cases

__all__ = [
    "CATEGORY_MET",
    "DISORDER_RANK",
    "ORPHAN_MET",
    "count_met",
    "for_categories",
    "judge_use_cases",
    "use_case_documents",
    "use_case_frame",
]

DAYS_PER_YEAR = 365.25
DISORDER_RANK = "disorder_rank"
CATEGORY_MET = "category_met"
ORPHAN_MET = "orphan_met"


def use_case_frame(pack: UseCasePack) -> pd.DataFrame:
    """The pack as rows of the `cases` table."""
    return complete_cases(
        pd.DataFrame(
            {
                columns.CASE_ID: [case.id for case in pack.cases],
                columns.OBSERVED_TERMS: [[finding.id for finding in case.observed] for case in pack.cases],
                columns.EXCLUDED_TERMS: [[finding.id for finding in case.excluded] for case in pack.cases],
                columns.SEX: [case.sex.value for case in pack.cases],
                columns.AGE_DAYS: [case.age_years * DAYS_PER_YEAR for case in pack.cases],
            }
        )
    )


def for_categories(pack: UseCasePack, categories: Sequence[str]) -> UseCasePack:
    """The pack without expected categories that the model does not speak of, as under another scheme."""
    cases = tuple(
        case if case.category in categories else case.model_copy(update={"category": None}) for case in pack.cases
    )
    return pack.model_copy(update={"cases": cases})


def use_case_documents(
    pack: UseCasePack,
    *,
    reverse: bool = False,
    alternatives: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The pack as phenopackets, in the shape of raw documents.

    Args:
        pack: the cases.
        reverse: whether the signs stand in the opposite order.
        alternatives: HPO id -> the id to write instead.
        extra: further fields of each phenopacket.
    """
    names = alternatives or {}
    packets = []
    for case in pack.cases:
        features = [
            {"type": {"id": names.get(finding.id, finding.id)}, "excluded": excluded}
            for findings, excluded in ((case.observed, False), (case.excluded, True))
            for finding in findings
        ]
        age = {"age": {"iso8601duration": f"P{round(case.age_years * DAYS_PER_YEAR)}D"}}
        subject = {"id": case.id, "sex": case.sex.value.upper(), "timeAtLastEncounter": age}
        ordered = features[::-1] if reverse else features
        packets.append({"id": case.id, "subject": subject, "phenotypicFeatures": ordered, **(extra or {})})
    return pd.DataFrame(
        {
            columns.SOURCE_FILE: pack.name,
            columns.SOURCE_LINE: range(1, len(packets) + 1),
            columns.PAYLOAD: [json.dumps(packet) for packet in packets],
        }
    ).astype({columns.SOURCE_LINE: "Int64"})


def judge_use_cases(pack: UseCasePack, answers: pd.DataFrame, *, orphan_threshold: float) -> pd.DataFrame:
    """One row a case: what was expected, what was answered, and what of it was met.

    Args:
        pack: the cases.
        answers: prediction records, in the order of the pack.
        orphan_threshold: the orphan probability from which an orphan disease counts as answered.

    Returns:
        CASE_ID, IS_ORPHAN, CATEGORY (answered), ORPHAN_PROBABILITY; `orphan_met`; `category_met`, missing where no
        category is expected, and unmet by an abstention; `disorder_rank`, the place of the
        disorder in the differential from 1, missing where it is not in it or none is expected.
    """
    rows = []
    for case, (_, answer) in zip(pack.cases, answers.iterrows(), strict=True):
        met = None if case.category is None else case.category == answer[columns.CATEGORY]
        rows.append(
            {
                columns.CASE_ID: case.id,
                columns.IS_ORPHAN: case.orphan,
                columns.CATEGORY: answer[columns.CATEGORY],
                columns.ORPHAN_PROBABILITY: float(answer[columns.ORPHAN_PROBABILITY]),
                ORPHAN_MET: (answer[columns.ORPHAN_PROBABILITY] >= orphan_threshold) == case.orphan,
                CATEGORY_MET: met,
                DISORDER_RANK: _rank(case, answer),
            }
        )
    return pd.DataFrame(rows).astype({CATEGORY_MET: "boolean", DISORDER_RANK: "Int64"})


def count_met(judged: pd.DataFrame, *, top: int) -> dict[str, dict[str, Any]]:
    """How many expectations are met: name -> `met`, `asked`, and the ids of those `missed`.

    `orphan`: orphan cases that are suspected; `common`: other cases that are not; `category`: as expected; `disorder`:
    among the first `top` of the differential.

    Args:
        judged: see `judge_use_cases`.
        top: places of the differential that count.
    """
    orphan = judged[columns.IS_ORPHAN].astype(bool)
    questions = {
        "orphan": (orphan, judged[ORPHAN_MET].astype(bool)),
        "common": (~orphan, judged[ORPHAN_MET].astype(bool)),
        "category": (judged[CATEGORY_MET].notna(), judged[CATEGORY_MET].fillna(False).astype(bool)),
        "disorder": (orphan, (judged[DISORDER_RANK] <= top).fillna(False).astype(bool)),
    }
    return {
        name: {
            "met": int((asked & met).sum()),
            "asked": int(asked.sum()),
            "missed": judged.loc[asked & ~met, columns.CASE_ID].tolist(),
        }
        for name, (asked, met) in questions.items()
    }


def _rank(case: UseCase, answer: "pd.Series[Any]") -> int | None:
    wanted = set(case.disorder)
    differential = list(answer[columns.DIFFERENTIAL])
    for place, entry in enumerate(differential, start=1):
        if wanted & {str(entry[columns.DISORDER_ID]), *entry[EQUIVALENT_IDS]}:
            return place
    return None
