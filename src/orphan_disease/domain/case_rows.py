"""Cases that are given one by one, as rows of plain values, in the shape of the `cases` table.

The same rules as in `domain.cases` decide what stands where fields contradict each other; nothing is joined or counted
against a source, which makes a handful of cases some twenty times quicker to type than a file of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import isnan
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Sex
from orphan_disease.domain import contradictions, ledger
from orphan_disease.domain.cases import CASE_DTYPES, INDICATED_FIELDS, missing_indicator, with_indicators
from orphan_disease.domain.ontology import Ontology

__all__ = ["assemble_cases"]

_CONTRADICTORY: Final = (columns.AGE_DAYS, columns.ONSET_AGE_DAYS, columns.SYMPTOM_DURATION_DAYS, columns.PREGNANT)
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
    terms = given[columns.OBSERVED_TERMS], given[columns.EXCLUDED_TERMS]
    if contradictions.is_any_term_contradicted(*terms, ontology):
        cases, clashes = contradictions.resolve_terms(cases, ontology)
        found.append(clashes)
    age, onset, duration, pregnancy = (given[name] for name in _CONTRADICTORY)
    is_male = _truths(row.get(columns.SEX) == Sex.MALE for row in rows)
    if contradictions.impossible_fields(age, onset, duration, pregnancy, is_male).any():
        resolved, impossible = contradictions.resolve_fields(cases)
        cases = with_indicators(resolved)
        found.append(impossible)
    return cases, ledger.concatenate(found)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _truths(values: Iterable[bool]) -> npt.NDArray[np.bool_]:
    return np.fromiter(values, dtype=np.bool_)


def _column(rows: Sequence[Mapping[str, Any]], name: str, dtype: str) -> Any:
    """One column of its declared type; of most fields a handful of cases says nothing."""
    values: list[Any] = [row.get(name) for row in rows]
    if dtype == "float64":
        return np.array(values, dtype=np.float64)  # None is NaN
    if dtype == "object":
        return _lists(values)
    if all(value is None for value in values):
        return _all_missing(dtype, len(rows))
    return _typed(values, dtype)


def _lists(values: Sequence[Any]) -> npt.NDArray[np.object_]:
    """Each value a list of its own; numpy would make a matrix of lists of one length."""
    lists = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        lists[place] = list(value or ())
    return lists


@lru_cache
def _all_missing(dtype: str, size: int) -> Any:
    """A column of nothing; the frame that is made of it copies it."""
    return _typed([None] * size, dtype)


def _typed(values: list[Any], dtype: str) -> Any:
    if dtype.startswith("datetime64"):
        return pd.to_datetime(values, utc=True).as_unit("us").array
    filled = _FILLED.get(dtype)
    plain: Any = dtype
    return pd.array([filled if value is None else value for value in values], dtype=plain)
