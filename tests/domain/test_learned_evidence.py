import numpy as np
import pytest
from scipy import sparse

from orphan_disease.contracts.parameters.feature_engineering import LearnedEvidenceParams
from orphan_disease.domain.learned_evidence import LearnedEvidence, fit_learned_evidence

PARAMS = LearnedEvidenceParams(folds=3, hidden_units=8, epochs=30, minimum_term_patients=5, learning_rate=0.02)
CATEGORIES = ("a", "b")


def _patients(per_disorder: int = 20) -> tuple[sparse.csr_matrix, np.ndarray, list[str]]:
    """Ten terms; terms 0-4 point to category a, terms 5-9 to b; 12 disorders, half of each category."""
    generator = np.random.default_rng(0)
    owners = np.repeat(np.arange(12), per_disorder)
    codes = owners % 2
    rows = generator.random((len(owners), 10)) < np.where((np.arange(10) >= 5) == codes[:, None], 0.6, 0.1)
    return sparse.csr_matrix(rows.astype(np.float32)), codes, [f"d{owner:02d}" for owner in owners]


@pytest.fixture(scope="module")
def fitted() -> LearnedEvidence:
    closed, codes, ids = _patients()
    return fit_learned_evidence(closed, codes, ids, CATEGORIES, PARAMS, seed=0)


def _answer(fitted: LearnedEvidence, terms: list[int], hidden: frozenset[str] = frozenset()) -> dict[str, float]:
    row = np.zeros((1, 10), dtype=np.float32)
    row[0, terms] = 1.0
    return {name: float(values[0]) for name, values in fitted.features(sparse.csr_matrix(row), [hidden]).items()}


def test_findings_point_to_the_category_of_the_disorders_that_have_them(fitted: LearnedEvidence) -> None:
    towards_a, towards_b = _answer(fitted, [0, 1, 2]), _answer(fitted, [6, 7, 8])
    assert towards_a["evidence__learned_a"] > np.log(0.8)
    assert towards_b["evidence__learned_b"] > np.log(0.8)
    assert np.exp(towards_a["evidence__learned_a"]) + np.exp(towards_a["evidence__learned_b"]) == pytest.approx(1.0)


def test_no_model_saw_a_disorder_of_its_own_fold() -> None:
    # All patients of one disorder carry a term of their own; a model that never saw them cannot use that term.
    closed, codes, ids = _patients()
    marked = closed.tolil()
    own = [row for row, disorder in enumerate(ids) if disorder == "d00"]
    marked[:, 9] = 0
    marked[own, 9] = 1
    fitted = fit_learned_evidence(sparse.csr_matrix(marked), codes, ids, CATEGORIES, PARAMS, seed=0)
    naive = _answer(fitted, [9])["evidence__learned_a"]
    hidden = _answer(fitted, [9], frozenset({"d00"}))["evidence__learned_a"]
    assert naive > np.log(0.6)
    assert hidden < np.log(0.6)


def test_disorders_hidden_in_different_folds_leave_no_answer(fitted: LearnedEvidence) -> None:
    folds = fitted.fold_by_disorder()
    hidden = frozenset({next(name for name, fold in folds.items() if fold == each) for each in (0, 1)})
    answer = _answer(fitted, [0, 1, 2], hidden)
    assert answer["evidence__learned_a"] == pytest.approx(np.log(0.5))
    assert answer["evidence__learned_margin"] == pytest.approx(0.0)
    assert answer["evidence__learned_entropy"] == pytest.approx(np.log(2))


def test_a_disorder_unknown_to_the_models_hides_nothing(fitted: LearnedEvidence) -> None:
    assert _answer(fitted, [0], frozenset({"elsewhere"})) == _answer(fitted, [0])


def test_equal_seeds_give_equal_models(fitted: LearnedEvidence) -> None:
    closed, codes, ids = _patients()
    again = fit_learned_evidence(closed, codes, ids, CATEGORIES, PARAMS, seed=0)
    assert _answer(again, [0, 7]) == _answer(fitted, [0, 7])


def test_folds_share_out_the_disorders_evenly(fitted: LearnedEvidence) -> None:
    assert np.bincount(fitted.folds).tolist() == [4, 4, 4]


def test_rare_terms_are_no_input() -> None:
    closed, codes, ids = _patients(per_disorder=2)
    wide = sparse.csr_matrix(sparse.hstack([closed, sparse.csr_matrix((24, 3), dtype=np.float32)]))
    fitted = fit_learned_evidence(wide, codes, ids, CATEGORIES, PARAMS, seed=0)
    assert fitted.terms.max() < 10
