import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames import patients
from orphan_disease.contracts.frames.shape import ShapeError, require_shape


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
    pd.testing.assert_frame_equal(require_shape(table, patients.LABELS), table)


def test_a_category_belongs_to_orphan_diseases_alone() -> None:
    with pytest.raises(ShapeError, match="a category for orphan diseases"):
        require_shape(labels(is_orphan=False), patients.LABELS)
