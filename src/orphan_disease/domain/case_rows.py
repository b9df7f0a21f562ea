"""Cases that are given one by one, as rows of plain values, in the shape of the `cases` table.

The same rules as in `domain.cases` decide what stands where fields contradict each other; nothing is joined or counted
against a source, which makes a handful of cases some twenty times quicker to type than a file of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain import contradictions, ledger
from orphan_disease.domain.cases import CASE_DTYPES, INDICATED_FIELDS, missing_indicator, with_indicators
from orphan_disease.domain.ontology import Ontology

__all__ = ["assemble_cases"]

# What `contradictions.resolve_fields` looks at beside age and sex: few cases give any of it.
_CONTRADICTED: Final = (columns.PREGNANT, columns.ONSET_AGE_DAYS, columns.SYMPTOM_DURATION_DAYS)
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
    given = {name: _column(rows, name, dtype) for name, dtype in CASE_DTYPES.items()}
    given[columns.WITHOUT_OBSERVED_TERMS] = _truths(not row.get(columns.OBSERVED_TERMS) for row in rows)
    given |= {missing_indicator(name): _truths(_is_missing(row.get(name)) for row in rows) for name in INDICATED_FIELDS}
    cases, found = pd.DataFrame(given), list[pd.DataFrame]()
    if any(row.get(columns.EXCLUDED_TERMS) for row in rows):
        cases, clashes = contradictions.resolve_terms(cases, ontology)
        found.append(clashes)
    if any(not _is_missing(row.get(name)) for row in rows for name in _CONTRADICTED):
        resolved, impossible = contradictions.resolve_fields(cases)
        cases = cases if resolved is cases else with_indicators(resolved)
        found.append(impossible)
    return cases, ledger.concatenate(found)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _truths(values: Iterable[bool]) -> npt.NDArray[np.bool_]:
    return np.fromiter(values, dtype=np.bool_)


def _column(rows: Sequence[Mapping[str, Any]], name: str, dtype: str) -> Any:
    """One column of its declared type."""
    values: list[Any] = [row.get(name) for row in rows]
    if dtype == "float64":
        return np.array(values, dtype=np.float64)  # None is NaN
    if dtype == "object":
        return pd.Series([list(value or ()) for value in values], dtype="object")
    if dtype.startswith("datetime64"):
        return pd.Series(pd.to_datetime(values, utc=True).as_unit("us"))
    filled = _FILLED.get(dtype)
    plain: Any = dtype
    return pd.Series([filled if value is None else value for value in values], dtype=plain)
