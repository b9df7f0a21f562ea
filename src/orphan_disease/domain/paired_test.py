"""Two models' answers to the same cases: how far one leads in macro-F1, and whether that may be chance.

Cases of one disorder resemble each other, so the unit of chance is the group: whole groups are drawn with replacement
for the interval, and whole groups exchange the two models' answers for the p-value.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orphan_disease.domain.metrics import GroupTallies, f1_scores, resampled_macro_f1

__all__ = ["PairedDifference", "macro_f1", "paired_difference", "permutation_p_value"]

_FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PairedDifference:
    """The second model's macro-F1 less the first's.

    Attributes:
        value: the difference.
        low: lower bound of its bootstrap interval.
        high: upper bound.
        standard_error: standard deviation over the resamples.
    """

    value: float
    low: float
    high: float
    standard_error: float


def macro_f1(tallies: GroupTallies) -> float:
    """Macro-F1 of all groups together."""
    return float(f1_scores(tallies.confusion.sum(axis=0))[2].mean())


def paired_difference(
    first: GroupTallies, second: GroupTallies, *, samples: int, level: float, seed: int
) -> PairedDifference:
    """The second model's lead in macro-F1, over the same resamples of the same groups.

    Args:
        first: tallies of the one.
        second: tallies of the other, of the same groups in the same order.
        samples: resamples.
        level: of the percentile interval.
        seed: of the resamples.
    """
    one, other = (resampled_macro_f1(each, samples=samples, seed=seed) for each in (first, second))
    low, high = np.quantile(other - one, [(1 - level) / 2, (1 + level) / 2])
    return PairedDifference(
        macro_f1(second) - macro_f1(first), float(low), float(high), float(np.std(other - one, ddof=1))
    )


def permutation_p_value(
    old: GroupTallies, new: GroupTallies, *, permutations: int, seed: int, two_sided: bool = False
) -> float:
    """P-value of the second model's lead in macro-F1, exchanging both models' answers for whole groups.

    Under the hypothesis that the models are equal, which of them gave a group's answers does not matter. The observed
    assignment counts as one of the permutations (Phipson and Smyth 2010), so the value is never 0.

    Args:
        old: tallies of the first model.
        new: tallies of the second, of the same groups in the same order.
        permutations: random exchanges.
        seed: of the exchanges.
        two_sided: whether a difference in either direction counts, as where neither model is the challenger.
    """
    generator = np.random.default_rng(seed)
    exchanged = generator.integers(2, size=(permutations, len(old.size))).astype(np.float64)
    shift = np.tensordot(exchanged, new.confusion - old.confusion, axes=1)
    first, second = old.confusion.sum(axis=0) + shift, new.confusion.sum(axis=0) - shift
    leads: _FloatArray = f1_scores(second)[2].mean(axis=-1) - f1_scores(first)[2].mean(axis=-1)
    observed = macro_f1(new) - macro_f1(old)
    if two_sided:
        leads, observed = np.abs(leads), abs(observed)
    # Sums of whole numbers give equal leads up to rounding; without the margin, ties would count by chance.
    as_large = int((leads >= observed - 1e-12).sum())
    return (as_large + 1) / (permutations + 1)
