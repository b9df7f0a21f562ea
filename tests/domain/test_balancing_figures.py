import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.balancing_figures import measure_balancing
from orphan_disease.domain.validation import TrainingSet

PARAMS = EvaluationParams(bootstrap_samples=50, minimum_cases=1, calibration_bins=10, seed=0)
NONE = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.8, 0.2]])


def _training(provenances: list[str] | None = None) -> TrainingSet:
    """Two patients of each class; the first alone has its disorder."""
    index = pd.Index(["c0", "c1", "c2", "c3"], name=columns.CASE_ID)
    labels = pd.DataFrame({columns.DISORDER_ID: ["d0", "d1", "d2", "d2"]}, index=index)
    labels[columns.GROUP] = labels[columns.DISORDER_ID]
    labels[columns.PROVENANCE] = provenances or ["publication"] * 4
    return TrainingSet(pd.DataFrame(index=index), labels, np.array([0, 0, 1, 1]), ("a", "b"))


def _figures(table: pd.DataFrame, strategy: str, cases_of: str = "all") -> pd.DataFrame:
    own = table[(table["strategy"] == strategy) & (table["cases_of"] == cases_of)]
    return own.set_index(["category", "metric"])


def test_every_figure_is_what_a_hand_computes() -> None:
    found = _figures(measure_balancing({"none": NONE}, _training(), 1, PARAMS), "none")["value"]
    # answered a, a, b, a: F1 of a 4/5, of b 2/3
    assert found["all", "macro_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert found["a", "f1"] == pytest.approx(4 / 5)
    assert found["b", "f1"] == pytest.approx(2 / 3)
    # -ln 0.9, 0.6 | 0.7, 0.2
    assert found["all", "log_loss"] == pytest.approx((0.10536 + 0.51083 + 0.35667 + 1.60944) / 4, abs=1e-5)
    assert found["b", "log_loss"] == pytest.approx((0.35667 + 1.60944) / 2, abs=1e-5)
    # each confidence alone in its bin: 0.1, 0.4 and 0.3 too low, 0.8 too high
    assert found["all", "calibration_error"] == pytest.approx((0.1 + 0.4 + 0.3 + 0.8) / 4)
    # probabilities of b 0.1 and 0.4 where it is absent, 0.7 and 0.2 where it is present
    assert found["b", "calibration_error"] == pytest.approx((0.1 + 0.4 + 0.3 + 0.8) / 4)


def test_a_strategy_is_held_against_none() -> None:
    right = np.eye(2)[[0, 0, 1, 1]] * 0.8 + 0.1
    table = measure_balancing({"none": NONE, "smote": right}, _training(), 1, PARAMS)
    found = _figures(table, "smote")
    assert found.loc[("all", "macro_f1"), "difference"] == pytest.approx(1 - (4 / 5 + 2 / 3) / 2)
    assert found.loc[("b", "f1"), "difference"] == pytest.approx(1 - 2 / 3)
    assert found.loc[("all", "log_loss"), "difference"] < 0
    assert (_figures(table, "none")[["difference", "difference_low", "difference_high"]] == 0).all(axis=None)


def test_patients_of_scarce_disorders_have_figures_of_their_own() -> None:
    table = measure_balancing({"none": NONE}, _training(), 1, PARAMS)
    scarce = _figures(table, "none", "scarce disorders")
    assert scarce["cases"].unique().tolist() == [2]  # d0 and d1 have one patient, d2 has two
    assert scarce.loc[("all", "log_loss"), "value"] == pytest.approx((0.10536 + 0.51083) / 2, abs=1e-5)
    assert set(scarce.index.get_level_values("category")) == {"all"}


def test_a_class_without_a_case_has_no_figure_and_leaves_no_macro_f1() -> None:
    table = measure_balancing({"none": NONE}, _training(["publication"] * 2 + ["simulated"] * 2), 9, PARAMS)
    own = table[(table[columns.PROVENANCE] == "publication") & (table["cases_of"] == "all")]
    assert set(zip(own["category"], own["metric"], strict=True)) == {
        *(("all", name) for name in ("log_loss", "calibration_error")),
        *(("a", name) for name in ("f1", "log_loss", "calibration_error")),
    }


def test_simulated_and_real_cases_never_share_a_figure() -> None:
    training = _training(["publication", "simulated", "publication", "simulated"])
    table = measure_balancing({"none": NONE}, training, 2, PARAMS)
    losses = table[(table["cases_of"] == "all") & (table["category"] == "all") & (table["metric"] == "log_loss")]
    found = losses.set_index(columns.PROVENANCE)["value"]
    assert found["publication"] == pytest.approx((0.10536 + 0.35667) / 2, abs=1e-5)
    assert found["simulated"] == pytest.approx((0.51083 + 1.60944) / 2, abs=1e-5)


def test_too_few_cases_are_not_measured() -> None:
    many = PARAMS.model_copy(update={"minimum_cases": 3})
    table = measure_balancing({"none": NONE}, _training(), 1, many)
    assert set(table["cases_of"]) == {"all"}
