import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.modelling import CandidateParams, Family, ForestParams, XgboostParams
from orphan_disease.domain.classifiers import build_estimator
from orphan_disease.domain.row_weights import WeightInLastColumn, combined_weights, disorder_weights, with_weights

PARAMS = CandidateParams(random_forest=ForestParams(trees=20), xgboost=XgboostParams(trees=30), threads=1)


@pytest.mark.parametrize(
    ("exponent", "of_many", "of_one"),
    [(0.0, 1.0, 1.0), (1.0, 0.625, 2.5), (0.5, 5 / 6, 5 / 3)],
    ids=["none", "full", "half"],
)
def test_a_case_weighs_less_the_more_its_disorder_has(exponent: float, of_many: float, of_one: float) -> None:
    ids = pd.Series(["a"] * 4 + ["b"])
    weights = disorder_weights(ids, exponent)
    np.testing.assert_allclose(weights, [of_many] * 4 + [of_one], rtol=1e-6)


def test_balance_multiplies_the_weights_given() -> None:
    codes = np.array([0, 0, 0, 1])
    weights = combined_weights(codes, np.array([1, 1, 1, 2], dtype=np.float32), balanced=True)
    np.testing.assert_allclose(weights, [2 / 3, 2 / 3, 2 / 3, 4.0])
    np.testing.assert_array_equal(combined_weights(codes, None, balanced=False), np.ones(4))


@pytest.mark.parametrize("family", list(Family))
def test_every_family_listens_to_the_weights(family: Family) -> None:
    # The same two points with both answers, 50 rows each: the weights alone decide.
    rows = np.tile(np.array([[0.0, 1.0], [1.0, 0.0]], dtype=np.float32), (100, 1))
    codes = np.repeat([0, 1], 100)
    weights = np.where(codes == 1, 9.0, 1.0)
    step = WeightInLastColumn(build_estimator(family, PARAMS, seed=0)).fit(with_weights(rows, weights), codes)
    towards_second = step.predict_proba(with_weights(rows[:2], 1.0))[:, 1]
    assert (towards_second > 0.6).all()
    assert (step.estimator.predict_proba(rows[:2])[:, 1] == towards_second).all()
