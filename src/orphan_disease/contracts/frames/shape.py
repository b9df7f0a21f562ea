"""A table has its declared shape, or is refused by a message that never quotes a value."""

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

__all__ = ["ShapeError", "require_shape"]


class ShapeError(ValueError):
    """A table that is not as declared; the text carries no cell of it."""


def require_shape(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The frame itself, if it has the declared shape.

    Raises:
        ShapeError: naming each column, its broken rule and how many rows break it; a cell's value is never quoted.
    """
    try:
        return schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        failures = errors.failure_cases[["column", "check"]].astype(str)
        broken = failures.value_counts(sort=False)
        rules = "; ".join(f"{column}: {check} ({count} rows)" for (column, check), count in broken.items())
        message = f"the table `{schema.name}` is not as declared: {rules}"
    raise ShapeError(message)  # outside the handler: the cause would quote patients' values
