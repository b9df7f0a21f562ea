"""The re-ranker learns from the training patients alone, and gives way to the fusion where it has not learned."""

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.parameters.modelling import RerankerParams
from orphan_disease.domain.case_base import ConfirmedCases
from orphan_disease.domain.demographic_evidence import DemographicEvidence, demographic_evidence
from orphan_disease.domain.knowledge import build_knowledge_base
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.reranker_training import learn_ranking, simulated_patients, training_patients
from orphan_disease.domain.simulation import build_simulation_knowledge
from tests.domain import simulation_world as world

PARAMS = RerankerParams(seed=3, simulated_patients=10, minimum_cases=5, rounds=3, folds=2, maximum_cases_per_disorder=2)
SIMULATION = SimulationParams()


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return build_knowledge_base(world.ontology(), world.annotations(), world.disorders())


def patients(knowledge: KnowledgeBase, held_out: tuple[str, ...] = ()) -> pd.DataFrame:
    drawable = build_simulation_knowledge(world.ontology(), world.annotations(), world.disorders(), SIMULATION)
    return simulated_patients(knowledge, drawable, held_out, PARAMS, SIMULATION)


def age_and_sex(knowledge: KnowledgeBase) -> DemographicEvidence:
    return demographic_evidence(world.annotations(), world.ontology(), knowledge.facts)


def test_simulated_patients_are_one_a_disorder_each_of_a_publication_and_spare_what_is_held_out(
    knowledge: KnowledgeBase,
) -> None:
    drawn = patients(knowledge, held_out=("OMIM:100", "OMIM:101"))
    assert drawn["disorder_id"].is_unique
    assert not set(drawn["disorder_id"]) & {"OMIM:100", "OMIM:101"}
    assert set(drawn["reference"]) == {"PMID:1"}
    assert set(drawn["provenance"]) == {"simulated"}
    pd.testing.assert_frame_equal(drawn, patients(knowledge, held_out=("OMIM:100", "OMIM:101")))


def test_only_real_training_patients_of_listed_disorders_teach_and_few_of_each(knowledge: KnowledgeBase) -> None:
    rows = [
        ("a", "OMIM:100", "publication", "train"),
        ("b", "OMIM:100", "publication", "train"),
        ("c", "OMIM:100", "hospital", "train"),
        ("d", "OMIM:101", "simulated", "train"),
        ("e", "OMIM:101", "publication", "test_disorders"),
        ("f", "OMIM:404", "publication", "train"),
        ("g", "OMIM:102", "publication", "train"),
    ]
    table = pd.DataFrame(rows, columns=["case_id", "disorder_id", "provenance", "split"]).assign(is_orphan=True)
    cases = pd.DataFrame({"case_id": table["case_id"], "observed_terms": [["HP:0000478"]] * 6 + [[]]})
    chosen = training_patients(cases, table, table, knowledge, PARAMS)
    assert set(chosen["case_id"]) < {"a", "b", "c"}
    assert len(chosen) == 2


def test_confirmed_patients_are_ranked_with_and_without_the_case_base(knowledge: KnowledgeBase) -> None:
    drawn = patients(knowledge)
    confirmed = drawn.assign(case_id=[f"real-{place}" for place in range(len(drawn))], reference=None)
    base = confirmed.assign(
        diagnosis_id=confirmed["disorder_id"], provenance="hospital", case_id=lambda each: each["case_id"] + "-twin"
    )
    base["observed_terms"] = [terms[:2] for terms in base["observed_terms"]]
    ontology = world.ontology()
    enriched = build_knowledge_base(
        ontology, world.annotations(), world.disorders(), confirmed=ConfirmedCases.from_frame(base, ontology)
    )
    told: list[int] = []
    fitted = learn_ranking(
        {"confirmed": confirmed, "simulated": drawn}, enriched, age_and_sex(enriched), PARAMS, told.append
    )
    assert sum(told) == 3 * len(drawn)
    names = {name.split(".")[0] for name in fitted.metrics}
    assert names == {"confirmed", "simulated", "confirmed_case_base"}
    with_base, without = (
        fitted.metrics[f"{name}.fusion.mean_reciprocal_rank"] for name in ("confirmed_case_base", "confirmed")
    )
    assert with_base > without


def test_too_few_patients_leave_the_ranking_to_the_fusion(knowledge: KnowledgeBase) -> None:
    many = PARAMS.model_copy(update={"minimum_cases": 1000})
    fitted = learn_ranking({"simulated": patients(knowledge)}, knowledge, age_and_sex(knowledge), many, lambda _: None)
    assert fitted.reranker is None
    assert not fitted.metrics


def test_figures_are_those_of_the_ranks(knowledge: KnowledgeBase) -> None:
    fitted = learn_ranking(
        {"simulated": patients(knowledge)}, knowledge, age_and_sex(knowledge), PARAMS, lambda _: None
    )
    recall, reciprocal = (
        fitted.metrics[f"simulated.fusion.{name}"] for name in ("recall_at_10", "mean_reciprocal_rank")
    )
    assert 0 < reciprocal <= recall <= 1
    assert np.isfinite(list(fitted.metrics.values())).all()
