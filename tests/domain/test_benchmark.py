"""The benchmark ranks each case by every method, and never by the case's own paper in the honest mode."""

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.benchmark import BenchmarkParams
from orphan_disease.domain import benchmark, benchmark_report
from orphan_disease.domain.case_base import ConfirmedCases
from orphan_disease.domain.demographic_evidence import demographic_evidence
from orphan_disease.domain.knowledge import build_knowledge_base
from tests.domain import simulation_world as world

PARAMS = BenchmarkParams(
    seed=1, reranker_folds=2, reranker_rounds=3, bootstrap_samples=20, depths=(1, 3), batch_cases=7
)
DISORDERS = [f"OMIM:{100 + number}" for number in range(12)]


def patients(prefix: str, reference: str | None) -> pd.DataFrame:
    """One patient a disorder, who shows three of its annotated signs."""
    annotated = world.annotations()
    signs = annotated[annotated["aspect"] == "P"].groupby("database_id")["term_id"].agg(list)
    return pd.DataFrame(
        {
            "case_id": [f"{prefix}{number}" for number in range(12)],
            "observed_terms": [signs[disorder][:3] for disorder in DISORDERS],
            "excluded_terms": [[] for _ in DISORDERS],
            "diagnosis_id": DISORDERS,
            "disorder_id": DISORDERS,
            "reference": reference,
            "sex": "unknown",
        }
    )


@pytest.fixture(scope="module")
def ranks() -> pd.DataFrame:
    ontology, published = world.ontology(), patients("published-", "PMID:1")
    twins = patients("twin-", "PMID:2").iloc[:6]
    twins["observed_terms"] = [terms[:2] for terms in twins["observed_terms"]]
    knowledge = build_knowledge_base(
        ontology,
        world.annotations(),
        world.disorders(),
        confirmed=ConfirmedCases.from_frame(pd.concat([published, twins]), ontology),
    )
    evidence = demographic_evidence(world.annotations(), ontology, knowledge.facts)
    return benchmark.rank_cases(published, patients("simulated-", None), knowledge, evidence, PARAMS)


def mean_better(ranks: pd.DataFrame, method: str, mode: str) -> float:
    chosen = ranks[(ranks["method"] == method) & (ranks["mode"] == mode)]
    assert len(chosen) == 12
    return float(np.minimum(chosen["better"] + (chosen["tied"] - 1) / 2, 12).mean())


def test_the_own_paper_gives_the_answer_away_only_as_released(ranks: pd.DataFrame) -> None:
    # Every annotation of this world cites PMID:1, as do the cases: without it nothing is left to know them by.
    for method in ("one-sided Resnik", benchmark.RATIO, benchmark.FUSION):
        assert mean_better(ranks, method, benchmark.AS_RELEASED) < 2
        assert mean_better(ranks, method, benchmark.OWN_PAPER) > 4


def test_other_papers_patients_help_the_disorders_that_have_one(ranks: pd.DataFrame) -> None:
    taught = ranks[(ranks["method"] == benchmark.FUSION + benchmark.WITH_CASES)]
    has_case = taught["case_id"].isin([f"published-{number}" for number in range(6)])
    assert taught["has_case"].tolist() == has_case.tolist()
    assert taught.loc[has_case, "better"].mean() < taught.loc[~has_case, "better"].mean()


def test_every_method_is_measured_with_its_interval_and_told(ranks: pd.DataFrame) -> None:
    records = benchmark_report.measure_ranks(ranks, PARAMS)
    methods = {record["method"] for record in records if record["mode"] == benchmark.OWN_PAPER}
    assert {benchmark.RERANKED, benchmark.RERANKED + benchmark.WITH_CASES, benchmark.RERANKED_BY_SIMULATED} <= methods
    for record in records:
        assert record["recall_at_1_low"] <= record["recall_at_1"] <= record["recall_at_1_high"]
        assert record["recall_at_1"] <= record["recall_at_3"]
        assert record["milliseconds_per_case"] > 0
    told = benchmark_report.benchmark_markdown(records, PARAMS)
    assert told.index("the honest figure") < told.index("Annotations as released")
    assert "| one-sided Resnik |" in told


def test_recall_is_counted_by_hand() -> None:
    ranks = pd.DataFrame(
        {
            "method": "one-sided Resnik",
            "mode": benchmark.OWN_PAPER,
            "case_id": ["a", "b", "c", "d"],
            "disorder_id": ["x", "x", "y", "z"],
            "better": [0.0, 0.0, 2.0, np.inf],
            "tied": [1.0, 2.0, 1.0, 1.0],
            "milliseconds": 1.0,
            "has_case": [True, False, False, False],
        }
    )
    everything, with_case, without = benchmark_report.measure_ranks(ranks, PARAMS)
    assert everything["recall_at_1"] == pytest.approx((1 + 0.5) / 4)  # a tie of two counts a half
    assert everything["recall_at_3"] == pytest.approx(3 / 4)
    assert (with_case["n"], without["n"]) == (1, 3)


def test_no_disorder_of_many_cases_decides_alone() -> None:
    cases = patients("a", None)
    many = pd.concat([cases, *(patients(f"more-{number}-", None).iloc[:1] for number in range(20))])
    chosen = benchmark.choose_cases(many, PARAMS.model_copy(update={"max_cases_per_disorder": 3}))
    assert chosen["diagnosis_id"].value_counts().max() == 3
    assert len(chosen) == 11 + 3
