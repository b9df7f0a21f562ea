import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_recall_fscore_support
from sklearn.metrics import log_loss as sklearn_log_loss

from orphan_disease.domain import metrics


def _answers(seed: int, cases: int = 200, classes: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(classes), size=cases)
    return generator.integers(0, classes, cases), probabilities, generator.integers(0, 20, cases)


def test_figures_agree_with_scikit_learn() -> None:
    actual, probabilities, groups = _answers(1)
    tallies = metrics.group_tallies(actual, probabilities, groups)
    figures = metrics.classification_metrics(tallies, ("a", "b", "c", "d"), samples=20, level=0.9, seed=0)
    predicted = probabilities.argmax(axis=1)
    precision, recall, f1, _ = precision_recall_fscore_support(actual, predicted, zero_division=0)
    for code, name in enumerate("abcd"):
        assert figures[f"precision_{name}"].value == pytest.approx(precision[code])
        assert figures[f"recall_{name}"].value == pytest.approx(recall[code])
        assert figures[f"f1_{name}"].value == pytest.approx(f1[code])
    assert figures["macro_f1"].value == pytest.approx(f1_score(actual, predicted, average="macro"))
    assert figures["accuracy"].value == pytest.approx((actual == predicted).mean())
    assert figures["log_loss"].value == pytest.approx(sklearn_log_loss(actual, probabilities), rel=1e-6)


def test_an_absent_class_scores_zero() -> None:
    _, recall, f1 = metrics.f1_scores(np.array([[3.0, 0.0], [0.0, 0.0]]))
    assert (recall[1], f1[1]) == (0.0, 0.0)


def test_the_interval_of_one_group_is_its_value() -> None:
    actual, probabilities, _ = _answers(2)
    tallies = metrics.group_tallies(actual, probabilities, np.zeros(200))
    figure = metrics.classification_metrics(tallies, tuple("abcd"), samples=20, level=0.9, seed=0)["macro_f1"]
    assert figure.low == pytest.approx(figure.value)
    assert figure.high == pytest.approx(figure.value)


def test_intervals_widen_when_cases_come_in_groups_of_equals() -> None:
    generator = np.random.default_rng(5)
    right = np.repeat(generator.random(30) < 0.7, 10)
    actual = np.zeros(300, dtype=int)
    probabilities = np.where(right[:, None], [0.9, 0.1], [0.1, 0.9])

    def width(groups: np.ndarray) -> float:
        tallies = metrics.group_tallies(actual, probabilities, groups)
        figure = metrics.classification_metrics(tallies, ("a", "b"), samples=400, level=0.95, seed=0)["accuracy"]
        return figure.high - figure.low

    assert width(np.arange(300) // 10) > 2 * width(np.arange(300))


def test_equal_seeds_draw_equal_groups() -> None:
    actual, probabilities, groups = _answers(4)
    tallies = metrics.group_tallies(actual, probabilities, groups)
    first, second = (metrics.resampled_macro_f1(tallies, samples=30, seed=9) for _ in range(2))
    np.testing.assert_array_equal(first, second)
