"""Shapes of the feature tables and of what validation writes: refused by a message that never quotes a value."""

from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.contracts.vocabulary import Provenance

__all__ = [
    "CANDIDATE_METRICS",
    "CANDIDATE_PREDICTIONS",
    "CROSS_FITTED_DECISIONS",
    "OUT_OF_FOLD_PREDICTIONS",
    "feature_columns",
    "raw_column",
    "require_features",
]

HEAD: Final = "head"
CANDIDATE: Final = "candidate"  # such as "xgboost+none"
METRIC: Final = "metric"
VALUE: Final = "value"
LOW: Final = "low"  # of the bootstrap interval
HIGH: Final = "high"
CASES: Final = "cases"
GROUPS: Final = "groups"
NOVELTY: Final = "novelty"  # low where the case is far from anything known

FEATURE_PATTERN: Final = r"^(profile|evidence|demographics|vitals|history)__[A-Za-z0-9_.]+$"

_FEATURES: Final = pa.DataFrameSchema(
    {
        columns.CASE_ID: pa.Column(str, unique=True),
        FEATURE_PATTERN: pa.Column("float32", regex=True),
    },
    strict=True,
    name="features",
)

_PROVENANCES: Final = pa.Check.isin([each.value for each in Provenance])

CANDIDATE_METRICS: Final = pa.DataFrameSchema(
    {
        HEAD: pa.Column(str, pa.Check.isin(["category", "orphan"])),
        CANDIDATE: pa.Column(str),
        columns.PROVENANCE: pa.Column(str, _PROVENANCES, nullable=True),  # missing for costs, which no case decides
        METRIC: pa.Column(str),
        VALUE: pa.Column(float),
        LOW: pa.Column(float, nullable=True),
        HIGH: pa.Column(float, nullable=True),
        CASES: pa.Column("Int64", nullable=True),
        GROUPS: pa.Column("Int64", nullable=True),
    },
    strict=True,
    name="candidate_metrics",
)

# Raw probabilities of every candidate, by class: one row per candidate and training case of its head.
CANDIDATE_PREDICTIONS: Final = pa.DataFrameSchema(
    {
        HEAD: pa.Column(str, pa.Check.isin(["category", "orphan"])),
        CANDIDATE: pa.Column(str),
        columns.CASE_ID: pa.Column(str),
        r"^raw_[a-z0-9_]+$": pa.Column(float, pa.Check.in_range(0, 1), nullable=True, regex=True),
    },
    strict=True,
    unique=[HEAD, CANDIDATE, columns.CASE_ID],
    name="candidate_predictions",
)

# Raw probabilities of the candidates taken, one row per training case: `raw_orphan` is missing where the case's source
# holds no patient without an orphan disease, the categories where no category is known.
OUT_OF_FOLD_PREDICTIONS: Final = pa.DataFrameSchema(
    {
        columns.CASE_ID: pa.Column(str, unique=True),
        NOVELTY: pa.Column("float32"),
        r"^raw_[a-z0-9_]+$": pa.Column(float, pa.Check.in_range(0, 1), nullable=True, regex=True),
    },
    strict=True,
    name="out_of_fold_predictions",
)

# As prediction records have them; what a head was not asked is missing.
CROSS_FITTED_DECISIONS: Final = pa.DataFrameSchema(
    {
        columns.CASE_ID: pa.Column(str, unique=True),
        columns.ORPHAN_PROBABILITY: pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        columns.CATEGORY: pa.Column(str),
        r"^probability_[a-z0-9_]+$": pa.Column(float, pa.Check.in_range(0, 1), nullable=True, regex=True),
        columns.PREDICTION_SET: pa.Column(object),
    },
    strict=True,
    name="cross_fitted_decisions",
)


def raw_column(name: str) -> str:
    """The column of a class's raw probability.

    >>> raw_column("orphan")
    'raw_orphan'
    """
    return f"raw_{name}"


def feature_columns(features: pd.DataFrame) -> list[str]:
    """The columns that are features, in their order."""
    return [name for name in features.columns if name != columns.CASE_ID]


def require_features(features: pd.DataFrame) -> pd.DataFrame:
    """The table, if every feature is named by its group, float32 and finite.

    Raises:
        ShapeError: if a column is not as declared.
        ValueError: if a value is missing or infinite; the message names the columns.
    """
    checked = require_shape(features, _FEATURES)
    names = feature_columns(checked)
    finite = np.isfinite(checked[names].to_numpy()).all(axis=0)
    if not finite.all():
        bad = [name for name, good in zip(names, finite, strict=True) if not good]
        raise ValueError(f"features that are not finite in every case: {', '.join(bad[:5])} ({len(bad)} in all)")
    return checked
