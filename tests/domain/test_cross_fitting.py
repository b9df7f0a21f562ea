"""No case is decided by a rule that has seen its fold."""

import numpy as np
import pandas as pd

from orphan_disease.domain.cross_fitting import cross_fitted_decisions
from orphan_disease.domain.decision import ORPHAN_CLASSES, DecisionRule
from orphan_disease.domain.decision_fitting import HeadAnswers
from orphan_disease.domain.validation import TrainingSet
from tests.domain.small_predictor import small_predictor


def _answers(cases: list[str], folds: list[int], classes: tuple[str, ...], first: float) -> HeadAnswers:
    labels = pd.DataFrame({"fold": folds, "group": cases, "disorder_id": cases, "provenance": "simulated"}, index=cases)
    features = pd.DataFrame({"evidence__level": 0.0}, index=cases)
    training = TrainingSet(features, labels, np.zeros(len(cases), dtype=np.intp), classes)
    probabilities = np.tile([first, 1 - first], (len(cases), 1))
    return HeadAnswers(training, probabilities, np.full(len(cases), 9.0, dtype=np.float32))


def test_each_fold_is_decided_by_a_rule_of_the_others() -> None:
    category = _answers(["a", "b", "c"], [0, 1, 1], ("nerve", "skin"), 0.75)
    orphan = _answers(["a", "b", "c", "d"], [0, 1, 1, 0], ORPHAN_CLASSES, 0.4)
    seen: list[tuple[set[str], set[str]]] = []

    def fit(one: HeadAnswers, other: HeadAnswers) -> DecisionRule:
        seen.append((set(one.training.features.index), set(other.training.features.index)))
        share = 0.5 if len(seen) == 1 else 0.1  # the second fold's rule is told apart by its prevalence
        return small_predictor().rule.model_copy(
            update={"categories": ("nerve", "skin"), "orphan_trained": 0.5, "orphan_deployed": share}
        )

    decided = cross_fitted_decisions(category, orphan, fit).set_index("case_id")

    assert seen == [({"b", "c"}, {"b", "c"}), ({"a"}, {"a", "d"})]
    assert decided.index.tolist() == ["a", "b", "c", "d"]
    # The odds of a and d, of the first fold, stand at 6 to 4; those of b and c are corrected to a prevalence of 10 %.
    np.testing.assert_allclose(decided["orphan_probability"], [0.6, 1 / 7, 1 / 7, 0.6], atol=1e-3)
    assert decided["probability_nerve"].isna().tolist() == [False, False, False, True]
    assert decided.loc["a", "category"] == "nerve"
