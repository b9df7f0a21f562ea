import numpy as np
import pytest

from orphan_disease.domain.age_likelihoods import CELLS, ONSET_CLASSES, AgeModel, cells_of

YEAR = 365.25
NEONATAL, ADULT, LATE = (ONSET_CLASSES.index(name) for name in ("HP:0003623", "adult", "HP:0003584"))


def test_shares_of_every_class_sum_to_one() -> None:
    ages = AgeModel()
    for shares in (ages.onset_shares, ages.visit_shares):
        assert shares.shape == (len(ONSET_CLASSES), CELLS)
        assert (shares >= 0).all()
        assert shares.sum(axis=1) == pytest.approx(1.0)


def test_cells_are_even_on_the_logarithm() -> None:
    # 96 cells between ln 0.1 and ln 125.1: one year (ln 1.1) lies ln 11 / ln 1251 of the way up.
    assert cells_of(np.array([YEAR])).tolist() == [int(96 * np.log(11) / np.log(1251))]


def test_without_blur_the_onset_stays_in_its_class() -> None:
    shares = AgeModel(border_blur=1e-3).onset_shares[ADULT]
    inside = slice(int(cells_of(np.array([19 * YEAR]))[0]), int(cells_of(np.array([65 * YEAR]))[0]) + 1)
    assert shares[inside].sum() == pytest.approx(1.0)


def test_a_visit_follows_the_onset_by_an_exponential_time() -> None:
    # Onset at 0 to 28 days, course 11 years: 1 - exp(-11/11) = 0.632 are seen before the age of 11.
    shares = AgeModel(border_blur=1e-3).visit_shares[NEONATAL]
    assert shares[: int(cells_of(np.array([11 * YEAR]))[0])].sum() == pytest.approx(0.632, abs=0.03)


def test_nobody_is_seen_before_the_onset() -> None:
    shares = AgeModel(border_blur=1e-3).visit_shares[LATE]
    assert shares[: int(cells_of(np.array([59 * YEAR]))[0])].sum() == pytest.approx(0.0, abs=1e-9)
