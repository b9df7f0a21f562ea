"""How often monitoring raises an alarm in months without drift, and how often it finds a planted shift.

Months are drawn from the packaged model's answers to held-out cases, without replacement; the cases that are left are
the reference of that month, so that without a shift both are samples of one population. Nothing is trained.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.monitoring import MonitoringParams
from orphan_disease.contracts.records import probability_column
from orphan_disease.domain import drift, monitoring
from orphan_disease.domain.evaluation import ACTUAL, OUT_OF_FOLD, categories_of
from orphan_disease.domain.month_figures import measure_section
from orphan_disease.domain.month_outcomes import RANK
from orphan_disease.domain.ontology import Ontology

__all__ = ["SHIFTS", "alarm_pool", "measure_alarms"]

NERVOUS_SYSTEM: Final = f"{drift.SYSTEM}Abnormality of the nervous system"
VERSION: Final = "simulated_month"

Rows = npt.NDArray[np.intp]
Shift = Callable[[pd.DataFrame, Rows, Rows, float, np.random.Generator], pd.DataFrame]


def alarm_pool(answers: pd.DataFrame, cases: pd.DataFrame, ontology: Ontology) -> pd.DataFrame:
    """Held-out answers with what was found and what drift looks at, one row a case.

    Args:
        answers: `evaluated_answers`.
        cases: the `cases` table.
        ontology: of the model.
    """
    held_out = answers[answers[columns.SPLIT] != OUT_OF_FOLD]
    chosen = cases[cases[columns.CASE_ID].isin(held_out[columns.CASE_ID])]
    pool = held_out.merge(drift.describe_cases(chosen, ontology), on=columns.CASE_ID, validate="one_to_one")
    described = drift.describe_answers(pool).drop(columns=columns.CASE_ID)
    return pd.concat([pool, described], axis=1).assign(**{RANK: np.nan})


def measure_alarms(pool: pd.DataFrame, params: MonitoringParams) -> pd.DataFrame:
    """Months and alarms of each kind and size.

    Args:
        pool: see `alarm_pool`; of one provenance.
        params: everything that decides a month, and the simulation.

    Returns:
        One row for each shift and size: `shift`, `cases`, `labels` (mean), `months`, `alarms`, `rate` with its exact
        95 % interval `low` and `high` (Clopper and Pearson 1934), and counts of each action.

    Raises:
        ValueError: if a month would take more than half of the pool.
    """
    chosen = params.alarms
    if 2 * max(chosen.cases_per_month) > len(pool):
        raise ValueError(
            f"months of {max(chosen.cases_per_month)} cases: the pool of {len(pool)} must hold two of them"
        )
    rows: list[dict[str, Any]] = []
    for name, shift in SHIFTS.items():
        generator = np.random.default_rng([chosen.seed, len(rows)])
        for place, size in enumerate(chosen.cases_per_month):
            months = len(range(place, chosen.months, len(chosen.cases_per_month)))
            decisions = [_simulated(pool, size, shift, generator, params) for _ in range(months)]
            rows.append({"shift": name, "cases": size, **_rates(decisions)})
    return pd.DataFrame(rows)


def _simulated(
    pool: pd.DataFrame, size: int, shift: Shift, generator: np.random.Generator, params: MonitoringParams
) -> Mapping[str, Any]:
    order = generator.permutation(len(pool))
    month = shift(pool, order[:size], order[size:], params.alarms.shifted_share, generator)
    reference = pool.iloc[order[size:]]
    section = measure_section(month, categories_of(pool), params.measurement, params.subgroups)
    record = {
        "month": VERSION,
        "key": VERSION,
        "judged_version": VERSION,
        "versions": {VERSION: {str(pool[columns.PROVENANCE].iloc[0]): section}},
        "drift": drift.measure_drift(reference, month, params.drift),
    }
    return monitoring.decide_action(record, {}, params)


def _no_shift(
    pool: pd.DataFrame, month: Rows, rest: Rows, share: float, generator: np.random.Generator
) -> pd.DataFrame:
    del rest, share, generator
    return pool.iloc[month]


def _wrong_answers(
    pool: pd.DataFrame, month: Rows, rest: Rows, share: float, generator: np.random.Generator
) -> pd.DataFrame:
    """The share's answers are those that other orphan patients, of another category, were given."""
    donors = pool.iloc[rest]
    donors = donors[donors[columns.IS_ORPHAN] & donors[columns.CATEGORY + ACTUAL].isin(categories_of(pool))]
    given = pool.iloc[month]
    actual = given[columns.CATEGORY + ACTUAL].to_numpy()
    answered = [columns.CATEGORY, columns.PREDICTION_SET, *map(probability_column, categories_of(pool))]
    answered += [name for name in map(str, pool) if name.startswith(drift.PREDICTIONS)]
    touched = given[columns.IS_ORPHAN].to_numpy() & (generator.random(len(given)) < share)
    others = donors[columns.CATEGORY + ACTUAL].to_numpy()[:, None] != actual[touched]
    drawn = (generator.random(others.shape) * others).argmax(axis=0)  # any of the others, each as likely
    swapped = {name: donors[name].to_numpy()[drawn] for name in answered}
    return pd.concat([given[~touched], given[touched].assign(**swapped)])


def _new_patients(
    pool: pd.DataFrame, month: Rows, rest: Rows, share: float, generator: np.random.Generator
) -> pd.DataFrame:
    """The share are patients of one service, who have signs of the nervous system; answers stay as good as ever."""
    chosen = np.flatnonzero(pool[NERVOUS_SYSTEM].to_numpy())
    arriving = generator.permutation(np.intersect1d(chosen, rest))[: int(share * len(month))]
    return pool.iloc[np.concatenate([month[: len(month) - len(arriving)], arriving])]


SHIFTS: Final[Mapping[str, Shift]] = {
    "none": _no_shift,
    "wrong_answers": _wrong_answers,
    "new_patients": _new_patients,
}


def _rates(decisions: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    actions = [str(decision["action"]) for decision in decisions]
    alarms = sum(action in set(monitoring.ALARMS) for action in actions)
    interval = stats.binomtest(alarms, len(actions)).proportion_ci(method="exact")
    return {
        "labels": float(np.mean([decision["labels"] for decision in decisions])),
        "months": len(actions),
        "alarms": alarms,
        "rate": alarms / len(actions),
        "low": float(interval.low),
        "high": float(interval.high),
        **dict(_counts(actions)),
    }


def _counts(actions: list[str]) -> Iterator[tuple[str, int]]:
    for action in monitoring.Action:
        yield action.value, actions.count(action.value)
