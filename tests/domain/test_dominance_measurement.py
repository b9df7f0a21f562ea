import numpy as np
import pandas as pd
import pytest

from orphan_disease.domain.dominance import Lead
from orphan_disease.domain.dominance_measurement import agreement_table, entries_apart


def test_agreement_and_coverage_count_known_entries_only() -> None:
    lead = Lead(np.array(["a", "a", "b", "b", "a"], dtype=object), np.array([0.9, 0.5, 0.5, 0.1, 0.9]))
    truth = ["a", "b", "b", "b", "unknown"]
    table = agreement_table(lead, truth, np.ones(5, dtype=bool), [0.0, 0.5, 0.95])
    assert table["answers"].tolist() == [4, 3, 0]
    assert table["agreement"].iloc[:2].tolist() == [0.75, pytest.approx(2 / 3)]
    assert np.isnan(table["agreement"].iloc[2])
    assert table["coverage"].tolist() == [1.0, 0.75, 0.0]


def test_an_entry_that_may_not_be_judged_is_unanswered() -> None:
    lead = Lead(np.array(["a", "a"], dtype=object), np.array([0.9, 0.9]))
    table = agreement_table(lead, ["a", "a"], np.array([True, False]), [0.5])
    assert table.iloc[0].tolist() == [0.5, 1.0, 0.5, 1]


def test_relatives_of_a_fact_are_not_apart_from_it() -> None:
    references = pd.DataFrame({"orpha_code": ["1", "11", "2"], "reference_id": ["OMIM:1", "OMIM:11", "OMIM:2"]})
    parents = pd.DataFrame({"orpha_code": ["11", "1", "2"], "parent_code": ["1", "9", "9"]})
    entries = ["ORPHA:1", "ORPHA:11", "OMIM:1", "OMIM:11", "OMIM:5", "ORPHA:2", "OMIM:2", "ORPHA:9"]
    apart = entries_apart(entries, {"ORPHA:1", "OMIM:5"}, references, parents)
    assert dict(zip(entries, apart.tolist(), strict=True)) == {
        "ORPHA:1": False,
        "ORPHA:11": False,  # a subtype
        "OMIM:1": False,  # another number
        "OMIM:11": False,
        "OMIM:5": False,
        "ORPHA:2": True,
        "OMIM:2": True,
        "ORPHA:9": True,
    }
