"""Numbers become records: the right disorder, probability and set in the right row."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from orphan_disease.contracts.records import PredictionRecord, prediction_schema
from orphan_disease.domain.decision import Decisions
from orphan_disease.domain.differentials import ListedDisorders
from orphan_disease.domain.finding_methods import FoundBy
from orphan_disease.domain.knowledge_scores import Findings
from orphan_disease.domain.prediction_records import RecordHeader, as_frame, build_records
from orphan_disease.domain.questions import NextQuestion
from orphan_disease.domain.ranking import best_disorders

FACTS = pa.table(
    {
        "disorder_id": ["OMIM:1", "OMIM:2", "ORPHA:3"],
        "disorder_name": ["One", "Two", "Three"],
        "equivalent_ids": [["OMIM:1", "ORPHA:11"], ["OMIM:2"], ["ORPHA:3"]],
        "category": ["a", "b", "unknown"],
        "prevalence_class": ["<1 / 1 000 000", None, None],
        "onset": [["Neonatal"], [], []],
        "inheritance": [[], ["Autosomal dominant"], []],
        "references": [["PMID:1"], [], []],
    }
)
SAID = np.array([False, True, False])
QUESTIONS = ((NextQuestion("HP:0000118", "Phenotypic abnormality", 0.5, 0.25, 0.1, FoundBy.ASK),), ())
HEADER = RecordHeader("m1", "hpo 2025", datetime(2026, 1, 2, tzinfo=UTC), ("a", "b"))


def records_of(count: int, depth: int = 2) -> pd.DataFrame:
    cases = pd.DataFrame({"case_id": ["x", "y"], "provenance": ["simulated", None]}).iloc[:count]
    decisions = Decisions(
        orphan_probability=np.array([0.75, 0.5])[:count],
        category_probabilities=np.array([[0.25, 0.75], [0.5, 0.5]])[:count],
        category=("b", "abstained")[:count],
        inside=np.array([[False, True], [True, True]])[:count],
    )
    scores = np.array([[0.0, 2.0, 1.0], [5.0, 4.0, 5.0]], dtype=np.float32)[:count]
    shares = np.array([[0.0, 0.75, 0.25], [0.5, 0.25, 0.25]], dtype=np.float32)[:count]
    said = (0, 2, 3)[count]
    findings = Findings(np.array([0, 0, 1])[:said], np.zeros(said, np.int32), SAID[:said])
    best = best_disorders(scores, depth)
    nats = np.arange(3 * depth, dtype=np.float32).reshape(3, depth)[:said, : best.shape[1]]
    listed = ListedDisorders(best, findings, nats, np.zeros(best.shape, np.float32), pa.array(["HP:0000118"]))
    return as_frame(
        build_records(
            cases,
            HEADER,
            decisions,
            scores=scores,
            probabilities=shares,
            facts=FACTS,
            listed=listed,
            questions=QUESTIONS[:count],
        )
    )


def test_each_case_gets_its_own_answer() -> None:
    first, second = (PredictionRecord.from_row(row) for row in records_of(2).to_dict(orient="records"))

    assert (first.case_id, first.is_simulated, first.orphan_probability, first.category) == ("x", True, 0.75, "b")
    assert first.category_probabilities == {"a": 0.25, "b": 0.75}
    assert first.prediction_set == ("b",)
    assert [(entry.disorder_id, entry.score, entry.probability) for entry in first.differential] == [
        ("OMIM:2", 2.0, 0.75),
        ("ORPHA:3", 1.0, 0.25),
    ]
    assert second.is_simulated is None
    assert second.category == "abstained"
    assert second.prediction_set == ("a", "b")
    assert [entry.disorder_id for entry in second.differential] == ["OMIM:1", "ORPHA:3"]
    assert second.differential[0].equivalent_ids == ("OMIM:1", "ORPHA:11")
    assert second.differential[0].prevalence_class == "<1 / 1 000 000"
    assert second.differential[0].onset == ("Neonatal",)
    assert second.differential[1].prevalence_class is None
    said = [(each.is_excluded, each.nats) for each in first.differential[1].contributions]
    assert said == [(False, 1.0), (True, 3.0)]
    assert [each.nats for each in second.differential[0].contributions] == [4.0]
    assert [each.information_gain_bits for each in first.next_questions] == [0.5]
    assert second.next_questions == ()


def test_the_flat_columns_repeat_the_map() -> None:
    frame = records_of(2)
    assert frame["probability_a"].tolist() == [0.25, 0.5]
    assert frame["probability_b"].tolist() == [0.75, 0.5]


def test_no_case_gives_an_empty_table_of_the_same_columns() -> None:
    frame = records_of(0)
    assert len(frame) == 0
    assert list(frame.columns) == prediction_schema(("a", "b")).names


@pytest.mark.parametrize(("depth", "length"), [(1, 1), (3, 3), (50, 3)])
def test_a_differential_is_as_long_as_asked_or_as_the_knowledge(depth: int, length: int) -> None:
    assert len(records_of(1, depth)["differential"].iloc[0]) == length
