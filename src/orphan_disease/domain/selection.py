"""Which candidate is taken: the best macro-F1, and among those as good within chance, the best probabilities.

Macro-F1 is compared in pairs over the same resamples of whole groups. Candidates within so many standard errors of the
best are tied; among them the lowest log-loss wins (to two decimals), then the smallest, then the lowest log-loss to the
last digit. Measured time only says what is too slow: else the same training would give another model each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.modelling import SelectionParams
from orphan_disease.contracts.vocabulary import Provenance
from orphan_disease.domain import metrics
from orphan_disease.domain.paired_test import macro_f1, paired_difference, permutation_p_value
from orphan_disease.domain.validation import TrainingSet

__all__ = ["Cost", "PairedTest", "Selection", "select_candidate", "selection_provenance"]


@dataclass(frozen=True)
class Cost:
    """What a candidate costs where it is deployed."""

    fit_seconds: float
    milliseconds_per_case: float
    megabytes: float


@dataclass(frozen=True)
class PairedTest:
    """The candidate taken against the best of the others, on the cases that decide.

    Attributes:
        rival: the best macro-F1 among the others that pass the gates.
        difference: macro-F1 of the candidate taken less the rival's; below 0 where a tie was decided by other reasons.
        low, high: its interval over resamples of whole groups.
        standard_error: of the difference, over the same resamples.
        p_value: two-sided, of the permutation test that exchanges both candidates' answers for whole groups.
    """

    rival: str
    difference: float
    low: float
    high: float
    standard_error: float
    p_value: float


@dataclass(frozen=True)
class Selection:
    """The choice and the reason for it.

    Attributes:
        name: the candidate taken.
        provenance: whose cases decided.
        tied: candidates within chance of the best macro-F1, the best first.
        beyond_gates: candidates too slow or too large to be taken.
        paired: the candidate taken against the best of the others; None where it is the only one.
    """

    name: str
    provenance: str
    tied: tuple[str, ...]
    beyond_gates: tuple[str, ...]
    paired: PairedTest | None


def selection_provenance(labels: pd.DataFrame, minimum_real_cases: int) -> npt.NDArray[np.bool_]:
    """The rows that decide: all real ones if there are enough of them, else the simulated ones.

    Args:
        labels: rows with a provenance.
        minimum_real_cases: real cases that are enough.
    """
    real = (labels[columns.PROVENANCE] != Provenance.SIMULATED.value).to_numpy()
    return real if real.sum() >= minimum_real_cases or real.all() else ~real


def select_candidate(
    probabilities: Mapping[str, npt.NDArray[np.float64]],
    costs: Mapping[str, Cost],
    training: TrainingSet,
    params: SelectionParams,
    *,
    seed: int,
) -> Selection:
    """Choose among candidates by their out-of-fold probabilities.

    Args:
        probabilities: n x K of each candidate.
        costs: of each candidate.
        training: the n cases.
        params: provenance, ties, gates.
        seed: of the resamples.

    Raises:
        ValueError: if no candidate passes the gates.
    """
    deciding = selection_provenance(training.labels, params.minimum_real_cases)
    groups = training.labels.loc[deciding, columns.GROUP]
    tallies = {
        name: metrics.group_tallies(training.codes[deciding], values[deciding], groups)
        for name, values in probabilities.items()
    }
    passing = [
        name
        for name in tallies
        if costs[name].milliseconds_per_case <= params.maximum_milliseconds_per_case
        and costs[name].megabytes <= params.maximum_megabytes
    ]
    if not passing:
        raise ValueError(
            f"no candidate answers within {params.maximum_milliseconds_per_case} ms and "
            f"{params.maximum_megabytes} MB; measured: {dict(costs)}"
        )
    tied = _tied(tallies, passing, params, seed)
    losses = {name: float(tallies[name].loss.sum() / tallies[name].size.sum()) for name in tied}
    chosen = min(tied, key=lambda name: (round(losses[name], 2), costs[name].megabytes, losses[name], name))
    return Selection(
        name=chosen,
        provenance="+".join(sorted(training.labels.loc[deciding, columns.PROVENANCE].unique())),
        tied=tuple(tied),
        beyond_gates=tuple(sorted(set(tallies) - set(passing))),
        paired=_against_the_best_other(chosen, {name: tallies[name] for name in passing}, params, seed),
    )


def _against_the_best_other(
    chosen: str, passing: Mapping[str, metrics.GroupTallies], params: SelectionParams, seed: int
) -> PairedTest | None:
    others = [name for name in passing if name != chosen]
    if not others:
        return None
    rival = max(others, key=lambda name: macro_f1(passing[name]))
    pair = passing[rival], passing[chosen]
    lead = paired_difference(*pair, samples=params.bootstrap_samples, level=params.interval, seed=seed)
    p_value = permutation_p_value(*pair, permutations=params.permutations, seed=seed, two_sided=True)
    return PairedTest(rival, lead.value, lead.low, lead.high, lead.standard_error, p_value)


def _tied(
    tallies: Mapping[str, metrics.GroupTallies], passing: list[str], params: SelectionParams, seed: int
) -> list[str]:
    """Candidates whose macro-F1 is within chance of the best, the best first."""
    score = {name: macro_f1(tallies[name]) for name in passing}
    order = sorted(passing, key=lambda name: -score[name])
    drawn = {
        name: metrics.resampled_macro_f1(tallies[name], samples=params.bootstrap_samples, seed=seed) for name in passing
    }
    best = order[0]
    return [
        name
        for name in order
        if score[best] - score[name] <= params.tie_standard_errors * float(np.std(drawn[best] - drawn[name]))
    ]
