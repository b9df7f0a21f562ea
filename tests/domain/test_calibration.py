import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain.calibration import METHODS, Calibrator, expected_calibration_error, log_loss


def _overconfident(seed: int = 0, cases: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True probabilities, the same sharpened by a temperature of 1/2, and outcomes drawn from the true ones."""
    generator = np.random.default_rng(seed)
    true = generator.dirichlet([1.0, 1.0, 1.0], size=cases)
    actual = np.array([generator.choice(3, p=row) for row in true])
    sharp = true**2
    return true, sharp / sharp.sum(axis=1, keepdims=True), actual


@pytest.mark.parametrize("method", METHODS)
def test_every_method_repairs_overconfidence(method: str) -> None:
    _, raw, actual = _overconfident()
    calibrated = Calibrator.fit(raw, actual, method).apply(raw)
    assert calibrated.sum(axis=1) == pytest.approx(1.0)
    assert expected_calibration_error(raw, actual) > 0.12
    assert expected_calibration_error(calibrated, actual) < 0.04
    assert log_loss(calibrated, actual) < log_loss(raw, actual)


def test_temperature_recovers_the_temperature_that_sharpened() -> None:
    _, raw, actual = _overconfident()
    assert Calibrator.fit(raw, actual, "temperature").parameters[0][0] == pytest.approx(0.5, abs=0.05)


def test_vector_repairs_a_shifted_prior() -> None:
    true, _, actual = _overconfident()
    shifted = true * np.array([4.0, 1.0, 1.0])
    shifted /= shifted.sum(axis=1, keepdims=True)
    calibrated = Calibrator.fit(shifted, actual, "vector").apply(shifted)
    assert calibrated.mean(axis=0) == pytest.approx(true.mean(axis=0), abs=0.02)


def test_best_method_beats_raw_probabilities_on_held_out_groups() -> None:
    _, raw, actual = _overconfident(cases=1000)
    calibrator, losses = Calibrator.fit_best(raw, actual, np.arange(1000) // 5)
    assert set(losses) == set(METHODS)
    assert losses[calibrator.method] <= min(losses.values()) + 0.0011  # ties within 0.001 go to the simpler method
    assert losses[calibrator.method] < log_loss(raw, actual)


@pytest.mark.parametrize("method", METHODS)
def test_calibrator_survives_json(method: str) -> None:
    _, raw, actual = _overconfident(cases=200)
    calibrator = Calibrator.fit(raw, actual, method)
    restored = Calibrator.model_validate_json(calibrator.model_dump_json())
    np.testing.assert_array_equal(restored.apply(raw), calibrator.apply(raw))


@pytest.fixture(scope="module")
def fitted() -> list[Calibrator]:
    _, raw, actual = _overconfident(cases=60)
    return [Calibrator.fit(raw, actual, method) for method in METHODS]


@given(row=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).filter(lambda row: sum(row) > 0))
def test_any_probability_stays_one(row: list[float], fitted: list[Calibrator]) -> None:
    given_row = np.array([row]) / sum(row)
    for calibrator in fitted:
        answer = calibrator.apply(given_row)
        assert answer.sum() == pytest.approx(1.0)
        assert (answer > 0).all()


def test_two_perfectly_confident_halves_have_the_error_of_their_miss() -> None:
    probabilities = np.array([[1.0, 0.0]] * 4)
    assert expected_calibration_error(probabilities, np.array([0, 0, 0, 1])) == pytest.approx(0.25)
