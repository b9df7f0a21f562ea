import pandas as pd
import pandera.pandas as pa
import pytest

from orphan_disease.contracts.frames.shape import ShapeError, require_shape

SHAPE = pa.DataFrameSchema({"city": pa.Column(str, pa.Check.isin(["Lugo", "Vigo"]))}, name="visits")


def test_a_table_as_declared_is_returned_as_it_is() -> None:
    table = pd.DataFrame({"city": ["Lugo", "Vigo"]})
    pd.testing.assert_frame_equal(require_shape(table, SHAPE), table)


def test_a_refusal_names_table_column_rule_and_rows_and_never_a_cell() -> None:
    with pytest.raises(ShapeError) as refusal:
        require_shape(pd.DataFrame({"city": ["Ana García, 12", "Lugo", "Ana García, 12"]}), SHAPE)
    assert "`visits`" in str(refusal.value)
    assert "city: isin" in str(refusal.value)
    assert "(2 rows)" in str(refusal.value)
    assert "García" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None
