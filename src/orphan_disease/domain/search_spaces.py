"""Where the hyper-parameters of each family are looked for.

The bounds hold what is reasonable for some thousands of cases and some hundred features. A configured value outside
them widens them, so that a search always begins with what is configured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import optuna

from orphan_disease.contracts.parameters.modelling import CandidateParams, Family

__all__ = ["SPACES", "Range", "Settings", "configured_settings", "suggest_settings", "with_settings"]

Settings = Mapping[str, int | float]


@dataclass(frozen=True)
class Range:
    """Bounds of one hyper-parameter, both included; whole numbers where both bounds are.

    Attributes:
        low: smallest value.
        high: largest value.
        log: whether it is the order of magnitude that matters.
    """

    low: int | float
    high: int | float
    log: bool = False

    def suggest(self, trial: optuna.Trial, name: str, configured: float) -> int | float:
        """A value for this trial, from bounds that hold the configured one."""
        low, high = min(self.low, configured), max(self.high, configured)
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, int(low), int(high), log=self.log)
        return trial.suggest_float(name, float(low), float(high), log=self.log)


SPACES: Final[Mapping[Family, Mapping[str, Range]]] = {
    Family.DECISION_TREE: {
        "max_depth": Range(2, 16),
        "min_samples_leaf": Range(5, 200, log=True),
    },
    Family.RANDOM_FOREST: {
        "min_samples_leaf": Range(1, 40, log=True),
        "max_features": Range(0.02, 0.6, log=True),
    },
    Family.XGBOOST: {
        "trees": Range(40, 400, log=True),
        "max_depth": Range(1, 6),
        "learning_rate": Range(0.01, 0.3, log=True),
        "subsample": Range(0.4, 1.0),
        "column_share": Range(0.05, 1.0, log=True),
        "min_child_weight": Range(1.0, 60.0, log=True),
    },
    Family.MLP: {
        "hidden_units": Range(16, 256, log=True),
        "dropout": Range(0.0, 0.7),
        "epochs": Range(4, 40, log=True),
        "learning_rate": Range(3e-4, 1e-2, log=True),
        "weight_decay": Range(1e-4, 0.3, log=True),
    },
}


def configured_settings(family: Family, params: CandidateParams) -> dict[str, int | float]:
    """The configured values of the hyper-parameters that are searched.

    >>> configured_settings(Family.DECISION_TREE, CandidateParams())
    {'max_depth': 8, 'min_samples_leaf': 20}
    """
    own = getattr(params, family.value)
    return {name: getattr(own, name) for name in SPACES[family]}


def suggest_settings(trial: optuna.Trial, family: Family, params: CandidateParams) -> dict[str, int | float]:
    """A value for each hyper-parameter of a family."""
    configured = configured_settings(family, params)
    return {name: bounds.suggest(trial, name, configured[name]) for name, bounds in SPACES[family].items()}


def with_settings(family: Family, settings: Settings, params: CandidateParams) -> CandidateParams:
    """The same candidates with other settings of one family.

    Raises:
        ValidationError: if a setting is not one of the family's, or out of its bounds.
    """
    own = getattr(params, family.value)
    changed = type(own).model_validate({**own.model_dump(), **settings})
    return params.model_copy(update={family.value: changed})
