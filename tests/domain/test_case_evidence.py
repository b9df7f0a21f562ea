from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.domain.case_evidence import (
    CategoryEvidence,
    citing_disorders,
    fit_category_evidence,
    known_categories,
    measure_evidence,
)
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.simulation import build_simulation_knowledge
from tests.domain import small_predictor as small


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return small.small_predictor()


def _cases(references: list[str | None]) -> pd.DataFrame:
    """The findings of disorder OMIM:0, as often as there are references."""
    case = small.small_cases().iloc[[0] * len(references)].reset_index(drop=True)
    case[columns.CASE_ID] = [f"c{place}" for place in range(len(references))]
    case[columns.OBSERVED_TERMS] = [list(small.NERVOUS_TERMS[:3])] * len(references)
    return case.assign(**{columns.REFERENCE: references})


def test_batches_do_not_change_the_evidence(predictor: Predictor) -> None:
    cases = small.small_cases()
    evidence = predictor.evidence
    tiny = replace(evidence, params=evidence.params.model_copy(update={"batch_cases": 7}))
    whole = measure_evidence(cases, predictor.ranker, evidence)
    pd.testing.assert_frame_equal(measure_evidence(cases, predictor.ranker, tiny), whole, rtol=1e-5)
    assert list(whole.index) == list(cases[columns.CASE_ID])
    assert np.isfinite(whole.to_numpy()).all()


def test_the_predictor_measures_the_same_evidence_as_training(predictor: Predictor) -> None:
    cases = small.small_cases()
    trained = measure_evidence(cases, predictor.ranker, predictor.evidence)
    served = predictor.features(
        cases, batch := small.CaseBatch.from_frame(cases, predictor.knowledge.ontology), predictor.ranker.score(batch)
    )
    pd.testing.assert_frame_equal(served[list(trained.columns)], trained, rtol=1e-5)


def test_a_hidden_disorder_says_nothing_for_its_category(predictor: Predictor) -> None:
    own = predictor.knowledge.disorder_ids.index("OMIM:0")
    cases = _cases([None, None])
    rows = measure_evidence(cases, predictor.ranker, predictor.evidence, hidden=np.array([-1, own]))
    level = rows["evidence__likelihood_level"]
    assert level["c1"] < level["c0"]
    assert rows.loc["c1", "evidence__learned_nerve"] != rows.loc["c0", "evidence__learned_nerve"]


def test_the_own_paper_is_hidden_from_scores_and_from_what_was_learned(predictor: Predictor) -> None:
    cases = _cases([None, "PMID:0"])
    rows = measure_evidence(cases, predictor.ranker, predictor.evidence)
    assert rows.loc["c1", "evidence__likelihood_level"] < rows.loc["c0", "evidence__likelihood_level"]
    kept = measure_evidence(cases, predictor.ranker, predictor.evidence, leave_out="none")
    np.testing.assert_array_equal(kept.loc["c1"].to_numpy(), kept.loc["c0"].to_numpy())


def test_disorders_are_found_by_the_paper_that_their_annotations_cite(predictor: Predictor) -> None:
    found = citing_disorders(predictor.knowledge, [None, "PMID:3", "PMID:999"])
    assert found == [frozenset(), frozenset({"OMIM:3"}), frozenset()]


def test_a_disorder_without_annotations_is_of_unknown_category(predictor: Predictor) -> None:
    knowledge = predictor.knowledge
    bare = replace(knowledge, profiles=knowledge.profiles * 0)
    bare.profiles.eliminate_zeros()
    assert set(known_categories(bare)) == {"unknown"}
    assert known_categories(knowledge) == knowledge.facts.categories


def test_evidence_is_learned_from_every_annotated_disorder(predictor: Predictor) -> None:
    simulation = SimulationParams(observed_related_share=0.0, observed_background_share=0.0)
    drawable = build_simulation_knowledge(
        predictor.knowledge.ontology, small._annotations(), small._disorders(), simulation
    )
    params = predictor.evidence.params.model_copy(
        update={
            "learned": predictor.evidence.params.learned.model_copy(
                update={"patients_per_disorder": 30, "epochs": 20, "hidden_units": 8, "learning_rate": 0.02}
            )
        }
    )
    fitted = fit_category_evidence(
        predictor.knowledge, drawable, small.CATEGORIES, params, simulation_params=simulation, seed=small.SEED
    )
    assert isinstance(fitted, CategoryEvidence)
    assert set(fitted.learned.disorder_ids) == set(predictor.knowledge.disorder_ids)
    rows = measure_evidence(_cases([None]), predictor.ranker, fitted)
    assert rows.loc["c0", "evidence__learned_nerve"] > rows.loc["c0", "evidence__learned_skin"]
