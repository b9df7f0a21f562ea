"""From raw probabilities to a decision: calibrate, correct the prevalence, form the set, decide or abstain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self, cast

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, model_validator

from orphan_disease.contracts.vocabulary import ABSTAINED
from orphan_disease.domain.calibration import Calibrator
from orphan_disease.domain.conformal import prediction_sets

__all__ = ["NON_ORPHAN", "ORPHAN", "ORPHAN_CLASSES", "DecisionRule", "Decisions", "correct_prevalence"]

NON_ORPHAN: Final = "non_orphan"
ORPHAN: Final = "orphan"
ORPHAN_CLASSES: Final = (NON_ORPHAN, ORPHAN)

_FloatArray = npt.NDArray[np.float64]


def correct_prevalence(probabilities: _FloatArray, trained: npt.ArrayLike, deployed: npt.ArrayLike) -> _FloatArray:
    """Posterior under other class frequencies, p_k deployed_k / trained_k normalised (Elkan 2001; Saerens et al. 2002).

    Args:
        probabilities: n x K, calibrated under the `trained` frequencies.
        trained: K class frequencies of the calibration cases, all above 0.
        deployed: K class frequencies where the model is used.

    Raises:
        ValueError: if a trained frequency is 0.

    >>> correct_prevalence(np.array([[0.5, 0.5]]), [0.5, 0.5], [0.9, 0.1])
    array([[0.9, 0.1]])
    """
    before, after = np.asarray(trained, dtype=np.float64), np.asarray(deployed, dtype=np.float64)
    if (before <= 0).any():
        raise ValueError(f"every class needs a frequency above 0 among the calibration cases; got {before.tolist()}")
    weighted = probabilities * (after / before)
    return cast(_FloatArray, weighted / weighted.sum(axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class Decisions:
    """Decisions on n cases, before they become records.

    Attributes:
        orphan_probability: n.
        category_probabilities: n x K, given an orphan disease.
        inside: n x K, the prediction sets.
        category: n names, or `abstained`.
    """

    orphan_probability: _FloatArray
    category_probabilities: _FloatArray
    inside: npt.NDArray[np.bool_]
    category: tuple[str, ...]


class DecisionRule(BaseModel):
    """Everything fitted between raw probabilities and a decision, as plain numbers.

    Attributes:
        categories: K names, in the order of the probabilities.
        orphan_calibrator: for the columns (non-orphan, orphan).
        orphan_trained: share of orphan cases among the calibration cases.
        orphan_deployed: share of orphan visits where the model is used.
        category_calibrator: for the K categories.
        category_trained: shares of the categories among the calibration cases.
        category_deployed: shares where the model is used.
        coverage: nominal coverage of the sets.
        score: nonconformity of the sets.
        thresholds: of the sets, one for each category; None admits it always.
        maximum_set_size: a larger set abstains.
        novelty_feature: low where the case is far from anything known.
        novelty_threshold: below it the decision abstains.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: tuple[str, ...]
    orphan_calibrator: Calibrator
    orphan_trained: float
    orphan_deployed: float
    category_calibrator: Calibrator
    category_trained: tuple[float, ...]
    category_deployed: tuple[float, ...]
    coverage: float
    score: Literal["lac", "aps"]
    thresholds: tuple[float | None, ...]
    maximum_set_size: int
    novelty_feature: str
    novelty_threshold: float

    @model_validator(mode="before")
    @classmethod
    def _thresholds_of_older_packages(cls, document: object) -> object:
        """A model packaged before categories had thresholds of their own has one `quantile` for all."""
        if isinstance(document, Mapping) and "quantile" in document:
            others = {name: value for name, value in document.items() if name != "quantile"}
            return others | {"thresholds": [document["quantile"]] * len(document["categories"])}
        return document

    @model_validator(mode="after")
    def _one_threshold_a_category(self) -> Self:
        if len(self.thresholds) != len(self.categories):
            raise ValueError(f"{len(self.thresholds)} thresholds for {len(self.categories)} categories")
        return self

    def orphan_probability(self, raw: _FloatArray) -> _FloatArray:
        """Calibrated probability of an orphan disease at the deployed prevalence.

        Args:
            raw: n x 2, columns (non-orphan, orphan).
        """
        corrected = correct_prevalence(
            self.orphan_calibrator.apply(raw),
            [1 - self.orphan_trained, self.orphan_trained],
            [1 - self.orphan_deployed, self.orphan_deployed],
        )
        return corrected[:, 1]

    def category_probabilities(self, raw: _FloatArray) -> _FloatArray:
        """Calibrated category probabilities at the deployed shares, n x K.

        Args:
            raw: n x K.
        """
        return correct_prevalence(self.category_calibrator.apply(raw), self.category_trained, self.category_deployed)

    def decide(self, orphan_raw: _FloatArray, category_raw: _FloatArray, novelty: npt.ArrayLike) -> Decisions:
        """Decide on n cases.

        Args:
            orphan_raw: n x 2.
            category_raw: n x K.
            novelty: n values of `novelty_feature`.
        """
        probabilities = self.category_probabilities(category_raw)
        thresholds = [np.inf if each is None else each for each in self.thresholds]
        inside = prediction_sets(probabilities, thresholds, self.score)
        abstains = (inside.sum(axis=1) > self.maximum_set_size) | (np.asarray(novelty) < self.novelty_threshold)
        best = probabilities.argmax(axis=1)
        return Decisions(
            orphan_probability=self.orphan_probability(orphan_raw),
            category_probabilities=probabilities,
            inside=inside,
            category=tuple(
                ABSTAINED if silent else self.categories[place] for silent, place in zip(abstains, best, strict=True)
            ),
        )

    def to_dict(self) -> dict[str, object]:
        """The rule as plain JSON values."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> Self:
        """The inverse of `to_dict`."""
        return cls.model_validate(document)
