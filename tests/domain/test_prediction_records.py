"""Numbers become records: the right disorder, probability and set in the right row."""

from datetime import UTC, datetime

import hypothesis.strategies as st
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from orphan_disease.contracts.records import PredictionRecord, prediction_schema
from orphan_disease.domain.decision import Decisions
from orphan_disease.domain.knowledge_base import DisorderFacts
from orphan_disease.domain.prediction_records import (
    RecordHeader,
    as_frame,
    best_disorders,
    build_records,
    disorder_facts_table,
)

FACTS = DisorderFacts(
    names=("One", "Two", "Three"),
    members=(("OMIM:1", "ORPHA:11"), ("OMIM:2",), ("ORPHA:3",)),
    categories=("a", "b", "unknown"),
    prevalence_classes=("<1 / 1 000 000", None, None),
    onsets=(("Neonatal",), (), ()),
    inheritances=((), ("Autosomal dominant",), ()),
)
HEADER = RecordHeader("m1", "hpo 2025", datetime(2026, 1, 2, tzinfo=UTC), ("a", "b"))


def records_of(count: int, depth: int = 2) -> pd.DataFrame:
    cases = pd.DataFrame({"case_id": ["x", "y"], "is_simulated": [True, None]}).iloc[:count]
    decisions = Decisions(
        orphan_probability=np.array([0.75, 0.5])[:count],
        category_probabilities=np.array([[0.25, 0.75], [0.5, 0.5]])[:count],
        category=("b", "abstained")[:count],
        inside=np.array([[False, True], [True, True]])[:count],
    )
    scores = np.array([[0.0, 2.0, 1.0], [5.0, 4.0, 5.0]], dtype=np.float32)[:count]
    shares = np.array([[0.0, 0.75, 0.25], [0.5, 0.25, 0.25]], dtype=np.float32)[:count]
    facts = disorder_facts_table(("OMIM:1", "OMIM:2", "ORPHA:3"), FACTS)
    return as_frame(
        build_records(cases, HEADER, decisions, scores=scores, probabilities=shares, facts=facts, depth=depth)
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


@given(
    scores=arrays(np.float32, (3, 7), elements=st.integers(0, 3).map(np.float32)),
    depth=st.integers(1, 9),
)
def test_the_best_are_those_of_a_full_stable_sort(scores: npt.NDArray[np.float32], depth: int) -> None:
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    np.testing.assert_array_equal(best_disorders(scores, depth), expected)
