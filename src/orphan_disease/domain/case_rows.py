"""Cases that are given one by one, as rows of plain values, in the shape of the `cases` table.

The same rules as in `domain.cases` decide what stands where fields contradict each other; nothing is joined or counted
against a source, which makes a handful of cases some twenty times quicker to type than a file of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain import contradictions, ledger
from orphan_disease.domain.cases import CASE_DTYPES, with_indicators
from orphan_disease.domain.ontology import Ontology

__all__ = ["assemble_cases"]

_FILLED: Final = {"int64": 0, "bool": False}


def assemble_cases(rows: Sequence[Mapping[str, Any]], ontology: Ontology) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type rows as cases to be answered.

    Args:
        rows: fields of the `cases` table by name, of each case at least CASE_ID, which no two share; what is absent or
            None is missing. Terms are current HPO ids.
        ontology: says which exclusions an observation contradicts.

    Returns:
        The cases, in the order of the rows, and the ledger of what was set missing, and why.
    """
    table = pd.DataFrame({name: _column(rows, name, dtype) for name, dtype in CASE_DTYPES.items()})
    nothing_observed = np.array([not terms for terms in table[columns.OBSERVED_TERMS]], dtype=np.bool_)
    flagged = table.assign(**{columns.WITHOUT_OBSERVED_TERMS: nothing_observed})
    consistent, clashes = contradictions.resolve_terms(flagged, ontology)
    resolved, impossible = contradictions.resolve_fields(consistent)
    return with_indicators(resolved), ledger.concatenate([clashes, impossible])


def _column(rows: Sequence[Mapping[str, Any]], name: str, dtype: str) -> Any:
    """One column of its declared type."""
    values: list[Any] = [row.get(name) for row in rows]
    if dtype == "float64":
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if dtype == "object":
        return pd.Series([list(value or ()) for value in values], dtype="object")
    if dtype.startswith("datetime64"):
        return pd.Series(pd.to_datetime(values, utc=True).as_unit("us"))
    filled = _FILLED.get(dtype)
    plain: Any = dtype
    return pd.Series([filled if value is None else value for value in values], dtype=plain)
