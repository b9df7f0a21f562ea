"""Parameters of the patients half of `data_engineering`: labels and splits."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["LabelParams", "SplitParams"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelParams(_Frozen):
    """Where a case's category comes from."""

    category_from: Literal["disorders", "truth_file"] = Field(
        default="disorders",
        description="disorders: the category of the confirmed disorder; truth_file: the hospital's own label",
    )


class SplitParams(_Frozen):
    """How the labelled cases are split. Shares are of whole groups, level over category and provenance."""

    test_disorders_share: float = Field(ge=0, lt=1, description="share of the groups held out as unseen disorders")
    test_patients_share: float = Field(
        ge=0, lt=1, description="share of the remaining patients held out as new patients of seen disorders"
    )
    folds: int = Field(ge=2, description="folds of the training part; no group is in two of them")
    seed: int = Field(description="chooses among equally good splits")
