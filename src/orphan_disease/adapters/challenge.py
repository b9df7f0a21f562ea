"""Champion and challenger, loaded from the store and put before the same held-out cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from orphan_disease.adapters.package_files import read_package
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.promotion import PromotionParams
from orphan_disease.contracts.vocabulary import Split
from orphan_disease.domain import evaluation, promotion

__all__ = ["HeldOutChallenge"]


@dataclass(frozen=True, eq=False)
class HeldOutChallenge:
    """A comparison on the held-out cases of now.

    Attributes:
        store: of the packages.
        cases: the `cases` table.
        labels: the `labels` table.
        split_assignment: the `split_assignment` table.
        params: cut-offs and resampling.
    """

    store: PackageStore
    cases: pd.DataFrame
    labels: pd.DataFrame
    split_assignment: pd.DataFrame
    params: PromotionParams

    def __call__(self, champion: str, challenger: str) -> tuple[bool, str, Mapping[str, Any]]:
        """Whether the challenger is taken, why, and the comparison."""
        old, new = (self._answers(version) for version in (champion, challenger))
        comparison = promotion.compare_answers(old, new, self.params)
        verdict = promotion.judge_promotion(comparison, self.params)
        return verdict.promoted, verdict.reason, comparison

    def _answers(self, version: str) -> pd.DataFrame:
        held_out = self.split_assignment[columns.SPLIT] != Split.TRAIN.value
        chosen = self.cases[self.cases[columns.CASE_ID].isin(self.split_assignment.loc[held_out, columns.CASE_ID])]
        with self.store.local_copy(version) as folder:
            predictor = read_package(folder, version)
        return evaluation.join_truth(predictor.predict(chosen), self.labels, self.split_assignment)
