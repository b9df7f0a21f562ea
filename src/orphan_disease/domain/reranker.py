"""A learned re-ranker of the short list: gradient-boosted trees that compare a case's candidates with each other.

Pairwise LambdaMART (Burges 2010, MSR-TR-2010-82) as XGBoost implements it. It is trained on cases whose disorder is
known, and judged by folds that keep all cases of a disorder together. Where nothing was learned the ranking stays the
fusion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xgboost
from scipy.optimize import minimize

from orphan_disease.domain.candidates import FEATURE_NAMES, CandidateSet

__all__ = [
    "Reranker",
    "RerankerSettings",
    "TrainingCandidates",
    "fit_probabilities",
    "fit_reranker",
    "out_of_fold_margins",
    "shares_of_margins",
]

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class RerankerSettings:
    """How the trees are grown.

    Attributes:
        seed: of the sampling of rows, columns and folds.
        rounds: number of trees.
        depth: of each tree.
        learning_rate: weight of each tree.
        pairs: pairs compared for each candidate near the top of a case's list.
        folds: parts of the disorders; each part is scored by trees that have not seen it.
        case_handicap: taken off the margin of disorders that the case base holds a patient of. The trees learn how
            often the training cases' disorders had a case, which no hospital's next patient owes them: without the
            handicap, disorders without a case lose places.
    """

    seed: int
    rounds: int = 150
    depth: int = 5
    learning_rate: float = 0.08
    pairs: int = 20
    folds: int = 5
    case_handicap: float = 1.0


@dataclass(frozen=True, eq=False)
class TrainingCandidates:
    """Candidates of n cases and the right answer of each.

    Attributes:
        candidates: the short lists.
        is_right: n x k; at most one per row.
        groups: n names; cases of one group are never on two sides of a fold.
        prior: n x k nats that age and sex add after the trees.
    """

    candidates: CandidateSet
    is_right: npt.NDArray[np.bool_]
    groups: tuple[str, ...]
    prior: FloatArray

    @classmethod
    def of(
        cls,
        candidates: CandidateSet,
        truth: npt.NDArray[np.intp],
        groups: Sequence[str],
        prior: FloatArray | None = None,
    ) -> "TrainingCandidates":
        """Mark each case's own disorder.

        Args:
            candidates: the short lists.
            truth: position of each case's disorder, -1 where the knowledge does not list it.
            groups: n names.
            prior: n x k nats; none where None.
        """
        nats = np.zeros(candidates.disorder.shape, dtype=np.float32) if prior is None else prior
        return cls(candidates, candidates.disorder == np.asarray(truth)[:, None], tuple(groups), nats)


@dataclass(frozen=True, eq=False)
class Reranker:
    """A fitted re-ranker.

    Attributes:
        booster: the trees in XGBoost's own binary JSON, as bytes (uint8).
        temperature: divides the margins before the softmax.
        elsewhere: margin, after the division, of "none of the candidates".
        case_handicap: see `RerankerSettings`.
    """

    booster: npt.NDArray[np.uint8]
    temperature: float
    elsewhere: float
    case_handicap: float

    @cached_property
    def _trees(self) -> xgboost.Booster:
        trees = xgboost.Booster()
        trees.load_model(bytearray(self.booster.tobytes()))
        trees.set_param({"nthread": 1})
        return trees

    def margins(self, candidates: CandidateSet) -> FloatArray:
        """How well each candidate does against the others of its case: n x k, larger is better."""
        margins = self._trees.inplace_predict(candidates.features, validate_features=False).reshape(
            candidates.disorder.shape
        )
        return handicapped(margins, candidates, self.case_handicap)

    def with_prior(self, margins: FloatArray, prior: FloatArray) -> FloatArray:
        """Margins to which nats from elsewhere are added: a nat is a temperature's worth of margin, n x k."""
        return np.asarray(margins + np.float32(self.temperature) * prior, dtype=np.float32)

    def probabilities(self, margins: FloatArray) -> FloatArray:
        """Probability of each candidate, n x k; a row sums to less than 1 by the probability of none of them."""
        return shares_of_margins(margins, self.temperature, self.elsewhere)


def handicapped(margins: FloatArray, candidates: CandidateSet, handicap: float) -> FloatArray:
    """Margins less the handicap of the disorders that the case base holds a patient of."""
    return np.asarray(margins - np.float32(handicap) * candidates.with_cases, dtype=np.float32)


def fit_reranker(
    training: Sequence[TrainingCandidates], settings: RerankerSettings, held_out: Sequence[FloatArray] | None = None
) -> Reranker:
    """Grow the trees on every case, and fit the probabilities on out-of-fold margins.

    Args:
        training: one or more sets of cases, such as the same cases with and without the case base.
        settings: how to grow.
        held_out: margins of `out_of_fold_margins`, where the caller has them already.

    Raises:
        ValueError: if no case has its disorder among its candidates.
    """
    margins = out_of_fold_margins(training, settings) if held_out is None else held_out
    temperature, elsewhere = fit_probabilities(margins, training)
    trees = _grow(training, [np.ones(len(part.groups), dtype=bool) for part in training], settings)
    raw = np.frombuffer(bytes(trees.save_raw("ubj")), dtype=np.uint8)
    return Reranker(raw, temperature, elsewhere, settings.case_handicap)


def out_of_fold_margins(
    training: Sequence[TrainingCandidates], settings: RerankerSettings, judged: Sequence[TrainingCandidates] = ()
) -> list[FloatArray]:
    """Margins of each case by trees that saw no case of its group: one n x k array for each set.

    Args:
        training: sets that the trees learn from, each fold in turn left out.
        settings: how to grow.
        judged: further sets, which only get margins.
    """
    sets = [*training, *judged]
    names = sorted({group for part in sets for group in part.groups})
    folds = np.random.default_rng(settings.seed).permutation(len(names)) % settings.folds
    fold_of = dict(zip(names, folds.tolist(), strict=True))
    assigned = [np.array([fold_of[group] for group in part.groups]) for part in sets]
    results = [np.zeros(part.candidates.disorder.shape, dtype=np.float32) for part in sets]
    for fold in range(settings.folds):
        trees = _grow(training, [folds_of_part != fold for folds_of_part in assigned[: len(training)]], settings)
        for part, folds_of_part, margins in zip(sets, assigned, results, strict=True):
            held_out = np.flatnonzero(folds_of_part == fold)
            if len(held_out):
                features = part.candidates.of_cases(held_out).features
                predicted = trees.inplace_predict(features).reshape(len(held_out), -1)
                margins[held_out] = predicted
    return [
        handicapped(margins, part.candidates, settings.case_handicap)
        for margins, part in zip(results, sets, strict=True)
    ]


def fit_probabilities(margins: Sequence[FloatArray], cases: Sequence[TrainingCandidates]) -> tuple[float, float]:
    """Temperature and margin of "none of the candidates" that make the right answers likeliest.

    Args:
        margins: of each set, n x k, by trees that saw no case of its disorder.
        cases: the sets.
    """

    def loss(parameters: npt.NDArray[np.float64]) -> float:
        temperature, elsewhere = float(np.exp(parameters[0])), float(parameters[1])
        total = 0.0
        for values, part in zip(margins, cases, strict=True):
            shares = shares_of_margins(values + np.float32(temperature) * part.prior, temperature, elsewhere)
            own = np.where(part.is_right.any(axis=1), (shares * part.is_right).sum(axis=1), 1 - shares.sum(axis=1))
            total -= float(np.log(np.maximum(own, 1e-9)).sum())
        return total

    found = minimize(loss, np.array([0.0, 3.0]), method="Nelder-Mead", options={"maxiter": 200})
    return float(np.exp(found.x[0])), float(found.x[1])


def shares_of_margins(margins: FloatArray, temperature: float, elsewhere: float) -> FloatArray:
    """Softmax over the candidates and "none of them", the latter left out: the best candidate's margin counts as 0."""
    scaled = (margins - margins.max(axis=1, keepdims=True)) / np.float32(temperature)
    powers = np.exp(scaled)
    spread = margins.max(axis=1, keepdims=True) / np.float32(temperature)
    none = np.exp(np.clip(np.float32(elsewhere) - spread, -30, 30))
    shares: FloatArray = (powers / (powers.sum(axis=1, keepdims=True) + none)).astype(np.float32)
    return shares


def _grow(
    training: Sequence[TrainingCandidates], chosen: Sequence[npt.NDArray[np.bool_]], settings: RerankerSettings
) -> xgboost.Booster:
    """Trees from the chosen cases whose disorder is among their candidates."""
    features, labels, queries = [], [], []
    first = 0
    for part, kept in zip(training, chosen, strict=True):
        cases = np.flatnonzero(kept & part.is_right.any(axis=1))
        features.append(part.candidates.of_cases(cases).features)
        labels.append(part.is_right[cases].ravel())
        queries.append(np.repeat(first + np.arange(len(cases)), part.is_right.shape[1]))
        first += len(cases)
    if first == 0:
        raise ValueError("no training case has its disorder among its candidates: nothing to learn from")
    data = xgboost.DMatrix(
        np.concatenate(features),
        label=np.concatenate(labels).astype(np.float32),
        qid=np.concatenate(queries),
        feature_names=list(FEATURE_NAMES),
        nthread=1,
    )
    parameters = {
        "objective": "rank:pairwise",
        "lambdarank_pair_method": "topk",
        "lambdarank_num_pair_per_sample": settings.pairs,
        "eta": settings.learning_rate,
        "max_depth": settings.depth,
        "min_child_weight": 5,
        "subsample": 0.8,
        "colsample_bytree": 0.6,
        "tree_method": "hist",
        "max_bin": 64,
        "nthread": 1,
        "seed": settings.seed,
    }
    return xgboost.train(parameters, data, settings.rounds)
