"""Real orphan cases against fabricated common patients, matched on the number of findings.

Nobody publishes case reports of the flu, so the two sides of this comparison come from different worlds. It is the one
figure where real and fabricated patients meet, it says so, and `CAVEATS` says what may flatter it.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.vocabulary import Provenance
from orphan_disease.domain import evaluation
from orphan_disease.domain.metrics import Interval

__all__ = ["CAVEATS", "matched_pairs", "measure_orphan_detection"]

HELD_OUT: Final = ("test_disorders", "test_patients")
CAVEATS: Final = (
    "The two sides come from different sources: published case reports on one, patients fabricated from a table of "
    "common conditions on the other. Whatever tells the sources apart counts as telling orphan from common.",
    "Fabricated patients show only what the table lists for their condition, with simulated noise; real ones "
    "come with comorbidities, incidental findings and atypical courses.",
    "Authors of case reports record specific findings; a triage nurse records general ones. Matching on the number of "
    "findings does not match how specific they are.",
    "Published cases are the typical, well worked-up and confirmed ones. Patients at their first visit have fewer "
    "findings, and less telling ones.",
    "Matching keeps only numbers of findings that both sides have: long case reports and bare visits drop out.",
    "Vital signs, complaint and history are recorded for fabricated patients and missing in case reports: what is "
    "missing may give the source away.",
    "Each case's own paper is left out of the annotations; another paper on the same disorder is not.",
    "Common conditions that look like orphan ones are as frequent as the table makes them, not as in a clinic.",
)


def matched_pairs(orphan: npt.NDArray[np.intp], common: npt.NDArray[np.intp], seed: int) -> tuple[Any, Any]:
    """Places of as many orphan as common cases at every number of findings, drawn at random where one side has more.

    Args:
        orphan: number of findings of each of n orphan cases.
        common: of each of m common cases.
        seed: of the draw.

    >>> one, other = matched_pairs(np.array([2, 3, 9]), np.array([3, 2, 2]), seed=1)
    >>> one.tolist(), len(other)
    ([0, 1], 2)
    """
    generator = np.random.default_rng(seed)
    kept: tuple[list[int], list[int]] = ([], [])
    for count in np.intersect1d(orphan, common):
        sides = [np.flatnonzero(each == count) for each in (orphan, common)]
        size = min(len(side) for side in sides)
        for side, chosen in zip(sides, kept, strict=True):
            chosen.extend(sorted(generator.choice(side, size, replace=False).tolist()))
    return np.array(kept[0], dtype=np.intp), np.array(kept[1], dtype=np.intp)


def measure_orphan_detection(
    answers: pd.DataFrame, cases: pd.DataFrame, params: EvaluationParams, *, seed: int
) -> dict[str, Any]:
    """Area under the ROC and sensitivity at a specificity on held-out cases: matched, unmatched, and by counting alone.

    Args:
        answers: `evaluated_answers`; held-out cases alone are read, which the packaged model answered.
        cases: the `cases` table.
        params: specificity and resampling.
        seed: of the matching.

    Returns:
        what, caveats, orphan_cases, common_cases, pairs, findings (of the pairs, median), and the figures `matched`,
        `unmatched` and `counting_findings_alone` (of the pairs: 0.5 by construction); none where a side has no case.
    """
    rows = answers[answers[columns.SPLIT].isin(HELD_OUT) & answers[columns.ORPHAN_PROBABILITY].notna()]
    counts = cases.set_index(columns.CASE_ID)[columns.OBSERVED_TERMS].map(len)
    rows = rows.assign(findings=counts.reindex(rows[columns.CASE_ID]).to_numpy())
    is_orphan = rows[columns.IS_ORPHAN].to_numpy(dtype=bool)
    simulated = (rows[columns.PROVENANCE] == Provenance.SIMULATED.value).to_numpy(dtype=bool)
    orphan, common = rows[is_orphan & ~simulated], rows[~is_orphan & simulated]
    one, other = matched_pairs(orphan["findings"].to_numpy(), common["findings"].to_numpy(), seed)
    document: dict[str, Any] = {
        "what": "real published orphan cases against fabricated common patients, all held out of training",
        "caveats": list(CAVEATS),
        "orphan_cases": len(orphan),
        "common_cases": len(common),
        "pairs": len(one),
    }
    if len(one) < params.minimum_cases:
        return document
    pairs = pd.concat([orphan.iloc[one], common.iloc[other]])
    return document | {
        "findings_median": float(pairs["findings"].median()),
        "matched": _figures(pairs, pairs[columns.ORPHAN_PROBABILITY], params),
        "unmatched": _figures(pd.concat([orphan, common]), None, params),
        "counting_findings_alone": _figures(pairs, pairs["findings"], params),
    }


def _figures(rows: pd.DataFrame, scores: "pd.Series[Any] | None", params: EvaluationParams) -> Mapping[str, Any]:
    values = (rows[columns.ORPHAN_PROBABILITY] if scores is None else scores).to_numpy(dtype=np.float64)
    found: Mapping[str, Interval] = evaluation.measure_orphan(
        values, rows[columns.IS_ORPHAN].to_numpy(dtype=bool), rows[columns.GROUP].to_numpy(), params
    )
    return {name: {"value": each.value, "low": each.low, "high": each.high} for name, each in found.items()}
