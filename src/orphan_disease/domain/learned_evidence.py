"""Evidence learned from the annotated disorders themselves: which category do findings like these point to?

Patients of a few hundred disorders teach little about the other ten thousand. The annotations do: a small network is
fitted to simulated patients of *every* annotated disorder with a known category. It is fitted in parts: the disorders
are dealt into folds, and model k never sees those of fold k. A case is answered by the model that does not know what
must be hidden from it (its own disorder, the disorders whose annotations cite its own paper), and by all of them where
nothing must be hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from scipy.special import log_softmax, logsumexp
from torch import nn

from orphan_disease.contracts.parameters.feature_engineering import LearnedEvidenceParams
from orphan_disease.domain.torch_threads import single_torch_thread

__all__ = ["CategoryNetwork", "LearnedEvidence", "fit_learned_evidence"]

_FloatArray = npt.NDArray[np.float32]
_Codes = npt.NDArray[np.intp]

BATCH_ROWS: Final = 256


@dataclass(frozen=True, eq=False)
class CategoryNetwork:
    """One hidden layer from the terms of a case to a log-probability per category.

    Attributes:
        first: V x H weights of the V input terms.
        first_bias: H.
        second: H x K.
        second_bias: K.
    """

    first: _FloatArray
    first_bias: _FloatArray
    second: _FloatArray
    second_bias: _FloatArray

    def logits(self, inputs: sparse.csr_matrix) -> _FloatArray:
        """Logarithms of the unscaled probabilities under equal priors, n x K, of n x V inputs."""
        hidden = np.maximum(inputs @ self.first + self.first_bias, 0.0)
        return cast(_FloatArray, hidden @ self.second + self.second_bias)


@dataclass(frozen=True, eq=False)
class LearnedEvidence:
    """The fitted models.

    Attributes:
        categories: K names.
        terms: V positions of the input terms among the ontology's T.
        disorder_ids: the disorders that the models were fitted to.
        folds: fold of each of them; model k has not seen fold k.
        networks: one model a fold.
    """

    categories: tuple[str, ...]
    terms: npt.NDArray[np.int64]
    disorder_ids: tuple[str, ...]
    folds: npt.NDArray[np.int8]
    networks: tuple[CategoryNetwork, ...]

    def fold_by_disorder(self) -> Mapping[str, int]:
        """The fold of each disorder."""
        return dict(zip(self.disorder_ids, self.folds.tolist(), strict=True))

    def features(self, closed: sparse.csr_matrix, hidden: Sequence[frozenset[str]]) -> dict[str, _FloatArray]:
        """Columns `evidence__learned_<category>` (log-probability under equal priors), with margin and entropy.

        Args:
            closed: n x T of 0 and 1, observed terms with their ancestors.
            hidden: n sets of disorders that must not have taught the answer. Where their folds differ, no model is
                without all of them, and every category is equally probable.
        """
        inputs = _normalised(closed, self.terms)
        logits = np.stack([network.logits(inputs) for network in self.networks]).astype(float)
        every = log_softmax(logits, axis=2)
        pooled = np.einsum("nm,mnk->nk", self._weights(hidden), every)
        pooled -= logsumexp(pooled, axis=1, keepdims=True)
        ordered = np.sort(pooled, axis=1)
        columns = {f"evidence__learned_{name}": pooled[:, code] for code, name in enumerate(self.categories)}
        columns["evidence__learned_margin"] = ordered[:, -1] - ordered[:, -2]
        columns["evidence__learned_entropy"] = -(np.exp(pooled) * pooled).sum(axis=1)
        return {name: values.astype(np.float32) for name, values in columns.items()}

    def _weights(self, hidden: Sequence[frozenset[str]]) -> npt.NDArray[np.float64]:
        """Weight of each model's answer to each case, n x models; all 0 where no model may answer."""
        folds = self.fold_by_disorder() if any(hidden) else {}  # thousands of names, of no use to a living patient
        models = len(self.networks)
        weights = np.full((len(hidden), models), 1.0 / models)
        for row, disorders in enumerate(hidden):
            missing_in = {folds[disorder] for disorder in disorders if disorder in folds}
            if missing_in:
                weights[row] = [len(missing_in) == 1 and model in missing_in for model in range(models)]
        return weights


def fit_learned_evidence(  # noqa: PLR0913  # patients in three parallel parts
    closed: sparse.csr_matrix,
    codes: _Codes,
    disorder_ids: Sequence[str],
    categories: Sequence[str],
    params: LearnedEvidenceParams,
    *,
    seed: int,
) -> LearnedEvidence:
    """Fit one model a fold of disorders.

    Args:
        closed: n x T of 0 and 1, observed terms of simulated patients with their ancestors.
        codes: n category codes.
        disorder_ids: n ids of the disorders that they were simulated from.
        categories: K names.
        params: network and folds.
        seed: of folds, first weights and order of patients.
    """
    counts = np.asarray(closed.sum(axis=0)).ravel()
    terms = np.flatnonzero(counts >= params.minimum_term_patients).astype(np.int64)
    inputs = _normalised(closed, terms)
    names, owners = np.unique(np.asarray(disorder_ids, dtype=str), return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(len(names)) % params.folds
    networks = tuple(
        _fit_network(inputs[seen], codes[seen], len(categories), params, seed=seed + fold)
        for fold in range(params.folds)
        for seen in [np.flatnonzero(dealt[owners] != fold)]
    )
    return LearnedEvidence(
        categories=tuple(categories),
        terms=terms,
        disorder_ids=tuple(names.tolist()),
        folds=dealt.astype(np.int8),
        networks=networks,
    )


def _normalised(closed: sparse.csr_matrix, terms: npt.NDArray[np.int64]) -> sparse.csr_matrix:
    """The input columns, each row divided by the root of its number of terms: many findings shout no louder."""
    places = np.full(closed.shape[1], -1, dtype=np.int32)
    places[terms] = np.arange(len(terms), dtype=np.int32)
    found = places[closed.indices]
    is_input = found >= 0
    ends = np.concatenate([[0], np.cumsum(is_input)])[closed.indptr].astype(np.int32)
    counts = np.diff(ends)
    scale = 1.0 / np.sqrt(np.maximum(counts, 1)).astype(np.float32)
    return sparse.csr_matrix((np.repeat(scale, counts), found[is_input], ends), shape=(closed.shape[0], len(terms)))


class _Network(nn.Module):
    """The network during its fit; a bag of embeddings reads sparse rows."""

    def __init__(self, inputs: int, classes: int, params: LearnedEvidenceParams) -> None:
        super().__init__()
        self.first = nn.EmbeddingBag(inputs, params.hidden_units, mode="sum")
        nn.init.uniform_(self.first.weight, -0.05, 0.05)
        self.first_bias = nn.Parameter(torch.zeros(params.hidden_units))
        self.dropout = nn.Dropout(params.dropout)
        self.second = nn.Linear(params.hidden_units, classes)

    def forward(self, places: torch.Tensor, offsets: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.first(places, offsets, values) + self.first_bias)
        return cast(torch.Tensor, self.second(self.dropout(hidden)))


def _fit_network(
    inputs: sparse.csr_matrix, codes: _Codes, classes: int, params: LearnedEvidenceParams, *, seed: int
) -> CategoryNetwork:
    """Cross-entropy with every category weighing the same."""
    generator = np.random.default_rng(seed)
    weights = len(codes) / (classes * np.maximum(np.bincount(codes, minlength=classes), 1))
    loss = nn.CrossEntropyLoss(weight=torch.tensor(weights, dtype=torch.float32))
    with torch.random.fork_rng(devices=[]), single_torch_thread():
        torch.manual_seed(seed)
        network = _Network(inputs.shape[1], classes, params)
        optimiser = torch.optim.AdamW(network.parameters(), lr=params.learning_rate, weight_decay=params.weight_decay)
        for _ in range(params.epochs):
            order = generator.permutation(len(codes))
            for start in range(0, len(order), BATCH_ROWS):
                chosen = order[start : start + BATCH_ROWS]
                rows = sparse.csr_matrix(inputs[chosen])
                logits = network(
                    torch.from_numpy(rows.indices.astype(np.int64)),
                    torch.from_numpy(rows.indptr[:-1].astype(np.int64)),
                    torch.from_numpy(rows.data),
                )
                optimiser.zero_grad()
                loss(logits, torch.from_numpy(codes[chosen].astype(np.int64))).backward()
                optimiser.step()
    state = {name: value.detach().numpy().astype(np.float32) for name, value in network.state_dict().items()}
    return CategoryNetwork(
        first=state["first.weight"],
        first_bias=state["first_bias"],
        second=np.ascontiguousarray(state["second.weight"].T),
        second_bias=state["second.bias"],
    )
