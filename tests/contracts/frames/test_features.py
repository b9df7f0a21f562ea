import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.frames.features import feature_columns, require_features
from orphan_disease.contracts.frames.shape import ShapeError


def _features(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame({"case_id": ["c1", "c2"]}).assign(profile__a=np.float32(1.0), vitals__b=np.float32(2.0))
    return frame.assign(**changes)


def test_a_good_table_passes_unchanged() -> None:
    pd.testing.assert_frame_equal(require_features(_features()), _features())
    assert feature_columns(_features()) == ["profile__a", "vitals__b"]


@pytest.mark.parametrize(
    "bad",
    [
        {"mood__c": np.float32(1.0)},
        {"profile__a": 1.0},
        {"case_id": ["c1", "c1"]},
    ],
    ids=["group unknown", "not float32", "case twice"],
)
def test_a_bad_table_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ShapeError):
        require_features(_features(**bad))


def test_a_value_that_is_not_finite_is_named_by_its_column() -> None:
    with pytest.raises(ValueError, match="vitals__b"):
        require_features(_features(vitals__b=np.array([np.nan, 1.0], dtype=np.float32)))
