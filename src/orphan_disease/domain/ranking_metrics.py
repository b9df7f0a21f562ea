"""How high a ranking puts the right disorder: recall among the first k, mean reciprocal rank, with intervals.

Ties are settled by exact expectation: a disorder tied with others is as likely to stand at any of their places.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["UNRANKED", "TieRanks", "bootstrap_interval", "expected_recall", "expected_reciprocal_rank", "tie_ranks"]

FloatArray = npt.NDArray[np.float64]
UNRANKED: Final = -1


class TieRanks:
    """Where the right disorder stands in each of n rankings.

    Attributes:
        better: disorders with a higher score, n float64; infinite where the disorder is not among those ranked.
        tied: disorders with the same score, itself among them, n float64.
    """

    def __init__(self, better: npt.ArrayLike, tied: npt.ArrayLike) -> None:
        """Keep both counts."""
        self.better = np.asarray(better, dtype=np.float64)
        self.tied = np.asarray(tied, dtype=np.float64)


def tie_ranks(scores: npt.NDArray[np.floating], truth: npt.NDArray[np.intp]) -> TieRanks:
    """Count what stands above and beside the right disorder.

    Args:
        scores: n x D, larger is better.
        truth: n positions, `UNRANKED` where the right disorder is none of the D: a miss at every depth.

    >>> ranks = tie_ranks(np.array([[3.0, 1.0, 3.0, 2.0]]), np.array([0]))
    >>> ranks.better.tolist(), ranks.tied.tolist()
    ([0.0], [2.0])
    """
    listed = truth != UNRANKED
    own = np.where(listed, np.take_along_axis(scores, np.maximum(truth, 0)[:, None], axis=1)[:, 0], np.inf)
    better = (scores > own[:, None]).sum(axis=1).astype(np.float64)
    tied = (scores == own[:, None]).sum(axis=1)
    return TieRanks(np.where(listed, better, np.inf), np.maximum(tied, 1))


def expected_recall(ranks: TieRanks, depth: int) -> FloatArray:
    """Probability that each case's disorder is among the first `depth`.

    >>> expected_recall(TieRanks([0, 2, 5], [1, 4, 1]), 3).tolist()
    [1.0, 0.25, 0.0]
    """
    recall: FloatArray = np.clip((depth - ranks.better) / ranks.tied, 0.0, 1.0)
    return recall


def expected_reciprocal_rank(ranks: TieRanks) -> FloatArray:
    """Expected 1 / rank of each case's disorder; 0 where it is not ranked.

    >>> expected_reciprocal_rank(TieRanks([0, np.inf], [2, 1])).tolist()
    [0.75, 0.0]
    """
    result = np.zeros(len(ranks.better))
    for case in np.flatnonzero(np.isfinite(ranks.better)):
        places = ranks.better[case] + 1 + np.arange(ranks.tied[case])
        result[case] = (1 / places).mean()
    return result


def bootstrap_interval(
    values: FloatArray, groups: npt.ArrayLike, *, samples: int, seed: int, coverage: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the mean, whole groups drawn with replacement (Efron 1979).

    Args:
        values: n.
        groups: n; cases of one disorder are drawn together, since they resemble each other.
        samples: draws.
        seed: of the draws.
        coverage: share of the draws inside.
    """
    _, codes = np.unique(np.asarray(groups), return_inverse=True)
    sums, counts = np.bincount(codes, weights=values), np.bincount(codes)
    drawn = np.random.default_rng(seed).integers(0, len(sums), size=(samples, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - coverage) / 2, (1 + coverage) / 2])
    return float(low), float(high)
