"""A multi-layer perceptron on standardised features: torch's network, skorch's training loop, scikit-learn's face."""

from collections.abc import Mapping
from typing import Self, cast

import numpy as np
import numpy.typing as npt
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNetClassifier
from torch import nn

from orphan_disease.contracts.parameters.modelling import Device, MlpParams
from orphan_disease.domain.devices import Place, torch_device
from orphan_disease.domain.row_weights import combined_weights
from orphan_disease.domain.torch_threads import single_torch_thread

__all__ = ["Perceptron", "PerceptronClassifier"]

_FloatArray = npt.NDArray[np.float32]


class Perceptron(nn.Module):
    """One hidden layer with dropout; the output are logits, since the loss is the cross-entropy."""

    def __init__(self, inputs: int, hidden_units: int, classes: int, dropout: float) -> None:
        """Create the layers."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(inputs, hidden_units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden_units, classes)
        )

    def forward(
        self,
        X: torch.Tensor,  # noqa: N803  # skorch passes features under this name
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Logits, n x K; the weights count in the loss only."""
        return cast(torch.Tensor, self.layers(X))


class _WeightedNet(NeuralNetClassifier):  # type: ignore[misc]  # skorch ships no types
    """The training loop, with a weight for each row's loss."""

    def get_loss(
        self,
        y_pred: torch.Tensor,
        y_true: torch.Tensor,
        X: Mapping[str, torch.Tensor],  # noqa: N803  # skorch's own name
        training: bool = False,
    ) -> torch.Tensor:
        losses = super().get_loss(y_pred, y_true, X, training)
        return cast(torch.Tensor, (losses * X["weight"].to(losses.device)).mean())


class PerceptronClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """The perceptron as an estimator.

    Attributes:
        mean_, scale_: of each feature among the training rows, length p.
        net_: the fitted skorch network.
        classes_: class codes 0 to K-1.
    """

    def __init__(
        self, params: MlpParams | None = None, balanced: bool = False, device: Device = Device.CPU, *, seed: int
    ) -> None:
        """Keep the settings.

        Args:
            params: hyper-parameters; None for the defaults.
            balanced: weigh every class equally.
            device: where it is trained.
            seed: of the first weights, the dropout and the order of rows.
        """
        self.params = params
        self.balanced = balanced
        self.device = device
        self.seed = seed

    def fit(  # scikit-learn's own argument names
        self,
        X: _FloatArray,  # noqa: N803
        y: npt.NDArray[np.intp],
        sample_weight: _FloatArray | None = None,
    ) -> Self:
        """Fit to n x p float32 features, n class codes 0 to K-1 and n weights (None: all alike)."""
        chosen = self.params or MlpParams()
        self.classes_ = np.unique(y)
        scaler = StandardScaler().fit(X)
        self.mean_, self.scale_ = scaler.mean_.astype(np.float32), scaler.scale_.astype(np.float32)
        weight = combined_weights(y, sample_weight, balanced=self.balanced)
        place = torch_device(self.device)
        with torch.random.fork_rng(devices=[0] if place == "cuda" else []), single_torch_thread():
            torch.manual_seed(self.seed)
            self.net_ = self._network(X.shape[1], chosen, place)
            self.net_.fit({"X": self._standardised(X), "weight": weight}, y.astype(np.int64))
            self.net_.module_.to("cpu")
        return self

    def predict_proba(self, X: _FloatArray) -> _FloatArray:  # noqa: N803
        """Probabilities, n x K."""
        module = self.net_.module_
        module.eval()
        with torch.inference_mode(), single_torch_thread():
            logits = module(torch.from_numpy(self._standardised(X)))
            return cast(_FloatArray, torch.softmax(logits, dim=1).numpy())

    def arrays(self) -> dict[str, _FloatArray]:
        """Everything learned, as arrays by name."""
        weights = {f"net.{name}": value.numpy() for name, value in self.net_.module_.state_dict().items()}
        return {"mean": self.mean_, "scale": self.scale_, **weights}

    @classmethod
    def from_arrays(cls, params: MlpParams, arrays: Mapping[str, _FloatArray], *, seed: int) -> Self:
        """The inverse of `arrays`."""
        restored = cls(params, seed=seed)
        restored.mean_, restored.scale_ = arrays["mean"], arrays["scale"]
        state = {name.removeprefix("net."): torch.from_numpy(value.copy()) for name, value in arrays.items()
                 if name.startswith("net.")}  # fmt: skip
        restored.classes_ = np.arange(len(state["layers.3.bias"]))
        restored.net_ = restored._network(len(restored.mean_), params, "cpu").initialize()
        restored.net_.module_.load_state_dict(state)
        return restored

    def _network(self, inputs: int, chosen: MlpParams, place: Place) -> "_WeightedNet":
        return _WeightedNet(
            Perceptron,
            module__inputs=inputs,
            module__hidden_units=chosen.hidden_units,
            module__classes=len(self.classes_),
            module__dropout=chosen.dropout,
            criterion=nn.CrossEntropyLoss,
            criterion__reduction="none",
            optimizer=torch.optim.AdamW,
            optimizer__weight_decay=chosen.weight_decay,
            lr=chosen.learning_rate,
            max_epochs=chosen.epochs,
            batch_size=chosen.batch_rows,
            iterator_train__shuffle=True,
            train_split=None,
            device=place,
            verbose=0,
        )

    def _standardised(self, rows: _FloatArray) -> _FloatArray:
        bound = (self.params or MlpParams()).clip_deviations
        return cast(_FloatArray, np.clip((rows - self.mean_) / self.scale_, -bound, bound).astype(np.float32))
