import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.domain.cases import CASE_COLUMNS
from orphan_disease.domain.simulation import simulate_case, simulate_cases
from orphan_disease.domain.simulation_knowledge import SimulationKnowledge, build_simulation_knowledge
from tests.domain import simulation_world as world

PARAMS = SimulationParams()
# Every present feature of the disorder is recorded as it is, and nothing else is.
EXACT = SimulationParams(
    observed_terms_median=150,
    observed_terms_log_sd=0.001,
    excluded_terms_median=150,
    excluded_terms_log_sd=0.001,
    no_excluded_rate=0,
    observed_related_share=0,
    observed_background_share=0,
    generalised_share=0,
    specialised_share=0,
    excluded_own_share=1,
    excluded_related_share=0,
)


@pytest.fixture(scope="module")
def knowledge() -> SimulationKnowledge:
    return build_simulation_knowledge(world.ontology(), world.annotations(), world.disorders(), PARAMS)


def draw(
    knowledge: SimulationKnowledge, ids: list[str], params: SimulationParams = PARAMS, first: int = 0
) -> pd.DataFrame:
    return simulate_cases(knowledge, ids, seed=11, params=params, first=first)


def test_frequencies_are_read_in_every_shape(knowledge: SimulationKnowledge) -> None:
    row = knowledge.profiles.frequencies[[knowledge.profiles.index["OMIM:101"]]].toarray().ravel()
    found = [row[knowledge.ontology.index[world.SIGNS[(3 + place * 2) % 20]]] for place in range(6)]
    # 3/4 with two patients' weight of 0.5: (3 + 1) / 6; class middles; a percentage; unstated; (8 + 1) / 12
    np.testing.assert_allclose(found, [4 / 6, 0.895, 0.17, 0.5, 0.5, 9 / 12])


def test_terms_are_observed_with_their_frequency_and_excluded_otherwise(knowledge: SimulationKnowledge) -> None:
    cases = draw(knowledge, ["OMIM:101"] * 3_000, EXACT)
    row = knowledge.profiles.frequencies[[knowledge.profiles.index["OMIM:101"]]]
    for place, frequency in zip(row.indices, row.data, strict=True):
        term = knowledge.ontology.term_ids[place]
        seen = cases[columns.OBSERVED_TERMS].map(lambda terms, term=term: term in terms)
        denied = cases[columns.EXCLUDED_TERMS].map(lambda terms, term=term: term in terms)
        if not knowledge.term_sex_limits[place]:
            assert seen[cases[columns.OBSERVED_TERMS].map(len) > 0].mean() == pytest.approx(frequency, abs=0.035)
        assert not (seen & denied).any()


def test_equal_seeds_give_equal_cases_and_a_case_does_not_depend_on_the_others(knowledge: SimulationKnowledge) -> None:
    ids = [f"OMIM:{100 + number % 12}" for number in range(60)]
    whole = draw(knowledge, ids)
    pd.testing.assert_frame_equal(whole, draw(knowledge, ids))
    pd.testing.assert_frame_equal(whole.iloc[20:40].reset_index(drop=True), draw(knowledge, ids[20:40], first=20))
    alone = simulate_case(knowledge, ids[33], seed=11, params=PARAMS, number=33)
    assert alone[columns.OBSERVED_TERMS] == whole.loc[33, columns.OBSERVED_TERMS]


def test_cases_have_the_columns_of_the_cases_table_and_say_that_they_are_simulated(
    knowledge: SimulationKnowledge,
) -> None:
    cases = draw(knowledge, ["OMIM:103"] * 50)
    assert list(cases) == list(CASE_COLUMNS)
    assert set(cases[columns.PROVENANCE]) == {"simulated"}
    assert cases[columns.REFERENCE].isna().all()


def test_terms_exist_and_no_exclusion_contradicts_an_observation(knowledge: SimulationKnowledge) -> None:
    cases = draw(knowledge, [f"OMIM:{100 + number % 12}" for number in range(1_200)])
    known = set(knowledge.ontology.term_ids) - {"HP:0000001", world.ROOT}
    for observed, excluded in zip(cases[columns.OBSERVED_TERMS], cases[columns.EXCLUDED_TERMS], strict=True):
        assert observed and set(observed) | set(excluded) <= known
        implied = set().union(*(knowledge.ontology.ancestors(term) for term in observed))
        assert not implied & set(excluded)


def test_sex_and_age_follow_inheritance_and_onset(knowledge: SimulationKnowledge) -> None:
    cases = draw(knowledge, ["OMIM:100"] * 3_000)
    known = cases.loc[cases[columns.SEX] != "unknown", columns.SEX]
    assert (known == "male").mean() == pytest.approx(0.95, abs=0.015)
    assert cases[columns.ONSET_AGE_DAYS].dropna().between(0, 28).all()
    both = cases[[columns.AGE_DAYS, columns.ONSET_AGE_DAYS]].dropna()
    assert (both[columns.AGE_DAYS] >= both[columns.ONSET_AGE_DAYS]).all()


def test_a_sign_of_one_sex_is_never_given_to_the_other(knowledge: SimulationKnowledge) -> None:
    cases = draw(knowledge, [f"OMIM:{100 + number % 12}" for number in range(3_000)])
    boys = knowledge.ontology.descendants(world.SYSTEMS[3])
    female = cases.loc[cases[columns.SEX] == "female"]
    male = cases.loc[cases[columns.SEX] == "male"]
    assert not female[columns.OBSERVED_TERMS].map(lambda terms: bool(boys & set(terms))).any()
    assert male[columns.OBSERVED_TERMS].map(lambda terms: bool(boys & set(terms))).any()


def test_imprecision_replaces_terms_by_their_kin(knowledge: SimulationKnowledge) -> None:
    vague = EXACT.model_copy(update={"generalised_share": 1.0, "specialised_share": 0.0})
    cases = draw(knowledge, ["OMIM:101"] * 400, vague)
    own = {world.SIGNS[(3 + place * 2) % 20] for place in range(6)}
    upwards = set().union(*(knowledge.ontology.ancestors(term) for term in own))
    shown = set().union(*cases[columns.OBSERVED_TERMS])
    assert shown <= upwards
    assert shown & (upwards - own)


def test_an_unknown_disorder_is_refused(knowledge: SimulationKnowledge) -> None:
    with pytest.raises(KeyError, match="OMIM:1"):
        draw(knowledge, ["OMIM:1"])


def test_shares_beyond_the_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="observed"):
        SimulationParams(observed_related_share=0.8, observed_background_share=0.3)
