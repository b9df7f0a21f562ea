import numpy as np
import pytest
from scipy import sparse

from orphan_disease.domain.baselines import BASELINES, boqa, jiang_conrath, lirical_like, one_sided_resnik
from tests.domain import tiny_knowledge as tiny

KNOWLEDGE = tiny.tiny_knowledge()
ARGUMENTS = KNOWLEDGE.own_profiles, KNOWLEDGE.information, KNOWLEDGE.ontology.closure


def observed(*terms: str) -> sparse.csr_matrix:
    return tiny.tiny_batch({"observed_terms": list(terms)}).observed


def test_resnik_is_the_mean_information_of_the_best_common_ancestor() -> None:
    scores = one_sided_resnik(*ARGUMENTS)(observed(tiny.LAMELLAR, tiny.MURMUR))[0]
    np.testing.assert_allclose(scores[:3], [(np.log(1.5) + np.log(3)) / 2, np.log(3) / 2, 0.0], rtol=1e-5)


def test_jiang_conrath_is_zero_at_the_annotated_term_itself() -> None:
    scores = jiang_conrath(*ARGUMENTS)(observed(tiny.LAMELLAR))[0]
    assert scores[1] == pytest.approx(0.0, abs=1e-6)
    # A: IC(lamellar) + IC(cataract) - 2 IC(cataract).
    assert scores[0] == pytest.approx(-(np.log(3) - np.log(1.5)), rel=1e-5)
    # C: IC(lamellar) + IC(coloboma) - 2 * 0.
    assert scores[2] == pytest.approx(-2 * np.log(3), rel=1e-5)


def test_lirical_like_divides_the_frequency_by_the_background() -> None:
    scores = lirical_like(*ARGUMENTS)(observed(tiny.CATARACT))[0]
    assert scores[0] == pytest.approx(np.log(5.5 / 8) + np.log(1.5), rel=1e-5)
    assert scores[2] == pytest.approx(np.log(0.01), rel=1e-5)


def test_boqa_by_hand() -> None:
    # Disorder C: coloboma and its three ancestors, each at 0.53125; the case shows "abnormality of the heart".
    rate = 0.53125 * 0.9 + 0.46875 * 0.01
    shown = 2 * np.log(rate / 0.01)
    absent = 2 * (np.log(1 - rate) - np.log(0.99))
    scores = boqa(*ARGUMENTS)(observed(tiny.HEART))[0]
    assert scores[2] == pytest.approx(shown + absent, rel=1e-4)


@pytest.mark.parametrize("name", list(BASELINES))
def test_a_batch_scores_like_its_cases_alone(name: str) -> None:
    score = BASELINES[name](*ARGUMENTS)
    both = tiny.tiny_batch({"observed_terms": [tiny.LAMELLAR]}, {"observed_terms": [tiny.MURMUR, tiny.EYE]}).observed
    alone = np.concatenate([score(observed(tiny.LAMELLAR)), score(observed(tiny.MURMUR, tiny.EYE))])
    np.testing.assert_allclose(score(both), alone, rtol=1e-5, atol=1e-6)
