import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import CopyParams
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.domain.cases_to_answer import complete_cases
from orphan_disease.domain.copied_cases import copy_cases
from orphan_disease.domain.simulation_knowledge import SimulationKnowledge, build_simulation_knowledge
from tests.domain import simulation_world as world

SAME = CopyParams(dropped_share=0, generalised_share=0, noise_share=0)


@pytest.fixture(scope="module")
def knowledge() -> SimulationKnowledge:
    return build_simulation_knowledge(world.ontology(), world.annotations(), world.disorders(), SimulationParams())


def _parent(observed: list[str], excluded: list[str], sex: str = "female") -> pd.DataFrame:
    known = {
        columns.CASE_ID: ["p1"],
        columns.REFERENCE: ["PMID:7"],
        columns.PROVENANCE: ["publication"],
        columns.OBSERVED_TERMS: [observed],
        columns.EXCLUDED_TERMS: [excluded],
        columns.AGE_DAYS: [100.0],
        columns.SEX: [sex],
    }
    return complete_cases(pd.DataFrame(known))


def _copies(knowledge: SimulationKnowledge, parent: pd.DataFrame, params: CopyParams, count: int = 400) -> pd.DataFrame:
    return copy_cases(knowledge, pd.concat([parent] * count), params, seed=5)


def test_a_copy_that_may_not_differ_is_its_parent_under_another_name(knowledge: SimulationKnowledge) -> None:
    parent = _parent([world.SIGNS[1], world.SIGNS[9]], [world.SIGNS[3]])
    copy = _copies(knowledge, parent, SAME, 1)
    told = [columns.CASE_ID, columns.PATIENT_ID, columns.PROVENANCE]
    pd.testing.assert_frame_equal(copy.drop(columns=told), parent.drop(columns=told))
    assert copy[told].iloc[0].tolist() == ["COP-0000000", "COP-0000000", "simulated"]


def test_a_copy_keeps_the_publication_that_scoring_leaves_out(knowledge: SimulationKnowledge) -> None:
    copies = _copies(knowledge, _parent([world.SIGNS[1]], []), CopyParams(), 3)
    assert copies[columns.REFERENCE].tolist() == ["PMID:7"] * 3


def test_findings_are_dropped_at_the_share_asked_for_and_one_stays(knowledge: SimulationKnowledge) -> None:
    signs = world.SIGNS[1:11]
    dropping = SAME.model_copy(update={"dropped_share": 0.3})
    kept = _copies(knowledge, _parent(signs, signs[:0]), dropping)[columns.OBSERVED_TERMS]
    assert kept.map(len).mean() == pytest.approx(7, abs=0.25)  # ten signs, each kept with 0.7
    bare = _copies(knowledge, _parent(signs, world.SIGNS[12:14]), SAME.model_copy(update={"dropped_share": 1.0}))
    assert (bare[columns.OBSERVED_TERMS].map(len) == 1).all()
    assert (bare[columns.EXCLUDED_TERMS].map(len) == 0).all()
    assert bare[columns.OBSERVED_TERMS].map(lambda terms: terms[0]).nunique() == len(signs)


def test_a_less_precise_finding_is_an_ancestor_of_the_parents(knowledge: SimulationKnowledge) -> None:
    kind = world.KINDS[4]
    above = knowledge.ontology.ancestors(kind)
    vague = SAME.model_copy(update={"generalised_share": 1.0})
    found = _copies(knowledge, _parent([kind], []), vague)[columns.OBSERVED_TERMS].map(lambda terms: terms[0])
    assert set(found) <= set(above)
    assert (found != kind).mean() > 0.5


def test_chance_adds_what_the_patient_can_have_and_contradicts_nothing(knowledge: SimulationKnowledge) -> None:
    own, denied = world.SIGNS[1], world.SIGNS[12]
    noisy = SAME.model_copy(update={"noise_share": 4.0})
    copies = _copies(knowledge, _parent([own], [denied]), noisy)
    extra = copies[columns.OBSERVED_TERMS].map(lambda terms: set(terms) - {own})
    assert (extra.map(len) > 0).mean() > 0.9
    boys = set(knowledge.ontology.descendants("HP:0010461"))
    assert not any(terms & boys for terms in extra)
    for observed, excluded in zip(copies[columns.OBSERVED_TERMS], copies[columns.EXCLUDED_TERMS], strict=True):
        assert not set(observed) & set(excluded)


def test_what_was_found_stays_whatever_the_sex_says(knowledge: SimulationKnowledge) -> None:
    copies = _copies(knowledge, _parent(["HP:0010461"], [], sex="unknown"), SAME, 2)
    assert copies[columns.OBSERVED_TERMS].tolist() == [["HP:0010461"]] * 2


def test_equal_seeds_make_equal_copies(knowledge: SimulationKnowledge) -> None:
    parent = _parent(world.SIGNS[1:6], world.SIGNS[12:14])
    first, second = (_copies(knowledge, parent, CopyParams(), 20) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
