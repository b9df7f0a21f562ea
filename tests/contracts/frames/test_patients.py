import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames import patients


def labels(**fields: object) -> pd.DataFrame:
    row = {
        columns.CASE_ID: "SECRET-1",
        columns.IS_ORPHAN: True,
        columns.CATEGORY: "neurological",
        columns.DISORDER_ID: "OMIM:1",
        columns.DIAGNOSIS_ID: "OMIM:1",
        columns.PROVENANCE: "simulated",
    }
    return pd.DataFrame([row | fields]).astype({columns.CATEGORY: "str"})


def test_a_table_as_declared_is_returned_as_it_is() -> None:
    table = labels()
    pd.testing.assert_frame_equal(patients.require_shape(table, patients.LABELS), table)


def test_a_refusal_names_column_and_rule_and_never_a_cell() -> None:
    with pytest.raises(patients.ShapeError) as refusal:
        patients.require_shape(labels(provenance="Ana García, 12"), patients.LABELS)
    assert "provenance: isin" in str(refusal.value)
    assert "García" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_a_category_belongs_to_orphan_diseases_alone() -> None:
    with pytest.raises(patients.ShapeError, match="a category for orphan diseases"):
        patients.require_shape(labels(is_orphan=False), patients.LABELS)
