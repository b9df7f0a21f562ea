"""The figures of a month: for each model version and provenance, overall, by category, by sex and by age band.

Every figure has its bootstrap interval; whole disorders are resampled. Simulated and real cases never share a figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.monitoring import SubgroupParams
from orphan_disease.contracts.vocabulary import Provenance
from orphan_disease.domain import resampled_figures as resampling
from orphan_disease.domain.evaluation import ACTUAL, AnsweredCases, categories_of, measure_categories, measure_orphan
from orphan_disease.domain.month_outcomes import AGE_BAND, HAS_TRUTH, RANK, months_of

__all__ = ["confirmed_in", "deciding_part", "figure_of", "measure_month", "measure_section"]

OF_ONE_CATEGORY: Final = ("precision", "recall", "f1")
OF_ITS_CASES: Final = ("coverage", "abstention_rate", "calibration_error", "accuracy_when_answered")
CATEGORY, ORPHAN, DIFFERENTIAL = "category", "orphan", "differential"


def confirmed_in(outcomes: pd.DataFrame, month: str) -> pd.DataFrame:
    """The answers whose diagnosis was confirmed in a month, of every version."""
    known = outcomes[outcomes[HAS_TRUTH]]
    return known[months_of(known[columns.CONFIRMED_AT]) == month]


def measure_month(
    outcomes: pd.DataFrame, month: str, measurement: EvaluationParams, subgroups: SubgroupParams
) -> dict[str, Any]:
    """Figures of a month: version -> provenance -> part -> figure -> value, low, high.

    Args:
        outcomes: see `domain.month_outcomes.join_outcomes`.
        month: YYYY-MM of the confirmed diagnoses.
        measurement: resampling.
        subgroups: age bands and depths.
    """
    categories = categories_of(outcomes)
    document: dict[str, Any] = {}
    rows = confirmed_in(outcomes, month)
    for key, part in rows.groupby([columns.MODEL_VERSION, columns.PROVENANCE], sort=True):
        version, provenance = cast(tuple[str, str], key)
        section = measure_section(part, categories, measurement, subgroups)
        section["by_category"] = _by_category(part, categories, section, measurement, subgroups)
        for name, column in (("by_sex", columns.SEX), ("by_age_band", AGE_BAND)):
            section[name] = {
                str(level): measure_section(members, categories, measurement, subgroups)
                for level, members in part.groupby(column, sort=True)
            }
        document.setdefault(version, {})[provenance] = section
    return document


def measure_section(
    rows: pd.DataFrame, categories: Sequence[str], params: EvaluationParams, subgroups: SubgroupParams
) -> dict[str, Any]:
    """Counts, and each part that has cases enough: `category`, `orphan`, `differential`."""
    answered = AnsweredCases.from_frame(rows, categories)
    is_orphan = rows[columns.IS_ORPHAN].to_numpy(dtype=bool)
    section: dict[str, Any] = {
        "cases": len(rows),
        "orphan_cases": int(is_orphan.sum()),
        "cases_of_known_category": len(answered),
        "groups": len(np.unique(answered.groups)) if len(answered) else 0,
    }
    if len(answered) >= params.minimum_cases:
        section[CATEGORY] = _plain(measure_categories(answered, categories, params))
    if min(is_orphan.sum(), (~is_orphan).sum()) >= params.minimum_cases:
        scores = rows[columns.ORPHAN_PROBABILITY].to_numpy(dtype=np.float64)
        section[ORPHAN] = _plain(measure_orphan(scores, is_orphan, rows[columns.GROUP].to_numpy(), params))
    ranked = rows[is_orphan & rows[RANK].notna().to_numpy()]
    if len(ranked) >= params.minimum_cases:
        section[DIFFERENTIAL] = _plain(_differential(ranked, params, subgroups.differential_depths))
    return section


def figure_of(section: Mapping[str, Any], name: str) -> dict[str, float] | None:
    """A figure by part and name, such as `category.macro_f1`; None where it was not measured."""
    part, _, figure = name.partition(".")
    found = section.get(part, {}).get(figure)
    return cast(dict[str, float], found) if found else None


def deciding_part(sections: Mapping[str, Any]) -> str:
    """The provenance with the most labels among the real ones, else the simulated."""
    real = {name: part["cases_of_known_category"] for name, part in sections.items() if name != Provenance.SIMULATED}
    return max(real, key=lambda name: (real[name], name)) if real else Provenance.SIMULATED.value


def _differential(rows: pd.DataFrame, params: EvaluationParams, depths: Sequence[int]) -> dict[str, Any]:
    """Top-k recall of the confirmed disorder; a disorder that the differential does not hold is a miss."""
    rank = rows[RANK].to_numpy(dtype=np.float64)
    figures = {f"top_{depth}": resampling.ratio((rank > 0) & (rank <= depth)) for depth in depths}
    return resampling.resampled_intervals(figures, rows[columns.GROUP].to_numpy(), params)


def _by_category(
    rows: pd.DataFrame,
    categories: Sequence[str],
    overall: Mapping[str, Any],
    params: EvaluationParams,
    subgroups: SubgroupParams,
) -> dict[str, Any]:
    """Of each category: precision, recall and F1 among all cases, and what is measured on its own cases."""
    found: dict[str, Any] = {}
    for name in categories:
        own = measure_section(rows[rows[columns.CATEGORY + ACTUAL] == name], categories, params, subgroups)
        figures = {kind: overall[CATEGORY][f"{kind}_{name}"] for kind in OF_ONE_CATEGORY if CATEGORY in overall} | {
            kind: own[CATEGORY][kind] for kind in OF_ITS_CASES if CATEGORY in own
        }
        found[name] = {"cases": own["cases"], **figures, **own.get(DIFFERENTIAL, {})}
    return found


def _plain(figures: Mapping[str, Any]) -> dict[str, dict[str, float | None]]:
    """Figures as plain numbers; what the resamples do not define is absent, as NaN is no JSON."""
    return {
        name: {bound: None if np.isnan(number) else number for bound, number in asdict(figure).items()}
        for name, figure in figures.items()
    }
