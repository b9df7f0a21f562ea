"""What the knowledge says for each category: the scores of all disorders, pooled over the disorders of the category.

A disorder without a known category is ranked, but is no evidence for any category. Scores are natural logarithms of a
likelihood, or act as such once divided by a temperature.

A case that was simulated is drawn from the very annotations that score it, so its own disorder fits better than any
real patient's would. `hidden_columns` therefore hides the own disorder of a random share of simulated cases, and, in
the masked protocol, of every case: that is what a patient with a disorder unknown to the knowledge looks like.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.feature_engineering import ScorerParams
from orphan_disease.contracts.vocabulary import Provenance

__all__ = ["NOT_HIDDEN", "CategoryMembership", "hidden_columns", "mask_disorders", "pool_evidence"]

NOT_HIDDEN: Final = -1
_FloatArray = npt.NDArray[np.float32]


class CategoryMembership:
    """Which of the D scored disorders belongs to which category.

    Attributes:
        categories: K names, in the order of the columns.
        codes: length D; the place of each disorder's category in `categories`, -1 where it is unknown.
        known: positions of the disorders whose category is known.
        members: of each category, the positions of its disorders.
    """

    def __init__(self, disorder_categories: Sequence[str], categories: Sequence[str]) -> None:
        """Index the disorders' categories.

        Args:
            disorder_categories: length D; a name outside `categories` counts as unknown.
            categories: the K categories of the scheme.

        Raises:
            ValueError: if a category has no disorder: it could never be predicted.
        """
        self.categories = tuple(categories)
        self.codes: npt.NDArray[np.intp] = pd.Index(self.categories).get_indexer(pd.Index(disorder_categories))
        self.known = np.flatnonzero(self.codes >= 0)
        self.members = [np.flatnonzero(self.codes == place) for place in range(len(self.categories))]
        empty = [name for name, places in zip(self.categories, self.members, strict=True) if not len(places)]
        if empty:
            raise ValueError(f"no annotated disorder has the category {', '.join(empty)}; at least one is needed")


def hidden_columns(
    labels: pd.DataFrame, disorder_ids: Sequence[str], *, share_simulated: float, hide_all: bool, seed: int
) -> npt.NDArray[np.intp]:
    """The column of each case's own disorder where it is to be hidden, else `NOT_HIDDEN`.

    Args:
        labels: rows in the order of the cases, with disorder_id and provenance.
        disorder_ids: the D scored disorders.
        share_simulated: share of simulated cases, chosen at random, whose own disorder is hidden.
        hide_all: hide it for every case, whatever its provenance (the masked protocol).
        seed: of the random choice.
    """
    own = pd.Index(disorder_ids).get_indexer(pd.Index(labels[columns.DISORDER_ID]))
    drawn = np.random.default_rng(seed).random(len(labels)) < share_simulated
    simulated = (labels[columns.PROVENANCE] == Provenance.SIMULATED.value).to_numpy()
    return np.where(hide_all | (simulated & drawn), own, NOT_HIDDEN)


def mask_disorders(scores: _FloatArray, hidden: npt.NDArray[np.intp]) -> _FloatArray:
    """Scores with each row's hidden disorder at minus infinity; the input is left as it is.

    >>> mask_disorders(np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32), np.array([1, -1]))
    array([[  1., -inf],
           [  3.,   4.]], dtype=float32)
    """
    masked = scores.copy()
    rows = np.flatnonzero(hidden != NOT_HIDDEN)
    masked[rows, hidden[rows]] = -np.inf
    return masked


def pool_evidence(
    scores: Mapping[str, _FloatArray],
    membership: CategoryMembership,
    scorers: Sequence[ScorerParams],
    top_ranks: Sequence[int],
) -> dict[str, _FloatArray]:
    """Evidence columns of n cases, n values each, named `evidence__<scorer>_<what>_<category>`.

    For each scorer: `best` (a category's best disorder, against the best of all), `pooled_t<temperature>` (log of the
    mean of exp(score / temperature) over a category's disorders, normalised over the categories: a log-probability
    under equal priors), `margin` and `entropy` of that pool, `share_top<m>` (share of a category among the m best),
    and `level` (the best score of all, which tells how well the knowledge fits the case at all).

    Args:
        scores: by scorer, n x D; minus infinity hides a disorder. A row needs a finite score in every category.
        membership: category of each of the D disorders.
        scorers: which scorers to pool, at which temperatures.
        top_ranks: the m of the shares; an m above D counts every disorder.
    """
    blocks: dict[str, npt.NDArray[np.floating]] = {}
    for scorer in scorers:
        prefix, given = f"evidence__{scorer.name}_", scores[scorer.name]
        blocks |= _pool_one(prefix, given, membership, scorer.temperatures)
        blocks |= _shares(prefix, given, membership, top_ranks)
    return {name: values.astype(np.float32) for name, values in blocks.items()}


def _log_sum_exp(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Logarithm of the sum of exponentials along the last axis, which stays as one place.

    scipy's general one costs ten times as much for one short row.
    """
    largest = values.max(axis=-1, keepdims=True)
    summed: npt.NDArray[np.floating] = largest + np.log(np.exp(values - largest).sum(axis=-1, keepdims=True))
    return summed


def _pool_one(
    prefix: str, scores: _FloatArray, membership: CategoryMembership, temperatures: Sequence[float]
) -> dict[str, npt.NDArray[np.floating]]:
    """Best, pools, margins, entropies and level of one scorer."""
    categories = membership.categories
    parts = [np.take(scores, places, axis=1) for places in membership.members]
    best = np.stack([part.max(axis=1) for part in parts], axis=1)
    top = best.max(axis=1)
    blocks = {f"{prefix}best_{name}": (best[:, code] - top) for code, name in enumerate(categories)}
    blocks[f"{prefix}level"] = top
    divisors = np.array(temperatures, dtype=np.float32)[:, None, None]
    pooled = np.concatenate([_log_sum_exp(part / divisors) - np.log(part.shape[1]) for part in parts], axis=2)
    pooled -= _log_sum_exp(pooled)
    ordered = np.sort(pooled, axis=2)
    margin, entropy = ordered[..., -1] - ordered[..., -2], -(np.exp(pooled) * pooled).sum(axis=2)
    for place, temperature in enumerate(temperatures):
        name = f"{prefix}pooled_t{temperature:g}"
        blocks |= {f"{name}_{category}": pooled[place, :, code] for code, category in enumerate(categories)}
        blocks |= {f"{name}_margin": margin[place], f"{name}_entropy": entropy[place]}
    return blocks


def _shares(
    prefix: str, scores: _FloatArray, membership: CategoryMembership, top_ranks: Sequence[int]
) -> dict[str, npt.NDArray[np.floating]]:
    """Share of each category among the best ranks; ties are broken by the order of the disorders."""
    losses = -np.take(scores, membership.known, axis=1)
    deepest = min(max(top_ranks), losses.shape[1])
    candidates = np.argpartition(losses, deepest - 1, axis=1)[:, :deepest]
    order = np.argsort(np.take_along_axis(losses, candidates, axis=1), axis=1, kind="stable")
    ranked = membership.codes[membership.known[np.take_along_axis(candidates, order, axis=1)]]
    counts = (ranked[..., None] == np.arange(len(membership.categories))).cumsum(axis=1)
    deepest_of = {rank: min(rank, deepest) for rank in top_ranks}
    return {
        f"{prefix}share_top{rank}_{name}": counts[:, depth - 1, code] / depth
        for rank, depth in deepest_of.items()
        for code, name in enumerate(membership.categories)
    }
