"""What cannot be true of one patient at one visit, and what stands when it is said all the same.

The observation stands against the exclusion, the visit against the earlier history, and where neither is the better
witness nothing is claimed. Every decision is a row of the ledger.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction, Sex
from orphan_disease.domain import ages, ledger
from orphan_disease.domain.ledger import Cause
from orphan_disease.domain.ontology import Ontology

__all__ = ["impossible_fields", "is_any_term_contradicted", "resolve_fields", "resolve_terms"]

_Truths = npt.NDArray[np.bool_]
_Numbers = npt.NDArray[np.float64]

ONSET_TOLERANCE_DAYS: Final = ages.YEAR_DAYS  # ages are often given in whole years
PREGNANCY_AGE_DAYS: Final = (9 * ages.YEAR_DAYS, 60 * ages.YEAR_DAYS)


def is_any_term_contradicted(
    observed: Sequence[Iterable[str]], excluded: Sequence[Iterable[str]], ontology: Ontology
) -> bool:
    """Whether `resolve_terms` would drop an exclusion of these cases: of a handful, told without a frame.

    Args:
        observed: of each case, current HPO ids.
        excluded: of the same cases.
        ontology: the ontology that the ids belong to.
    """
    return any(
        denied and not denied.isdisjoint(ontology.implied_by(seen))
        for seen, denied in zip(observed, map(ontology.positions, excluded), strict=True)
    )


def resolve_terms(cases: pd.DataFrame, ontology: Ontology) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Drop exclusions that an observation contradicts: of the same term, or of something that it is a kind of.

    "No seizure" and "focal seizure" cannot both hold; "no focal seizure" and "seizure" can.

    Args:
        cases: columns CASE_ID, OBSERVED_TERMS and EXCLUDED_TERMS (lists of current HPO ids).
        ontology: the ontology that the ids belong to.

    Returns:
        The cases with consistent exclusions, and the ledger.
    """
    observed = ontology.indicator(cases[columns.OBSERVED_TERMS].tolist())
    excluded = ontology.indicator(cases[columns.EXCLUDED_TERMS].tolist())
    implied = sparse.csr_matrix(observed @ ontology.closure)
    clash = sparse.csr_matrix(excluded.multiply(implied > 0))
    clash.eliminate_zeros()
    count = np.diff(clash.indptr)
    rows = np.flatnonzero(count)
    if not len(rows):
        return cases, ledger.concatenate([])
    lists = cases[columns.EXCLUDED_TERMS].tolist()
    for row in rows:
        denied = {ontology.term_ids[place] for place in clash.indices[clash.indptr[row] : clash.indptr[row + 1]]}
        lists[row] = [term for term in lists[row] if term not in denied]
    found = pd.Series(count > 0, index=cases.index)
    detail = "excluded, and observed itself or in a more precise form; the observation stands"
    contradicted = ledger.findings_of_rows(
        cases, found, Cause(columns.EXCLUDED_TERMS, "TERM_CONTRADICTED", detail, CleaningAction.REPAIR)
    )
    consistent = cases.assign(**{columns.EXCLUDED_TERMS: pd.Series(lists, index=cases.index, dtype="object")})
    return consistent, contradicted


def resolve_fields(cases: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set missing what contradicts another field of the same case: pregnancy, onset and duration.

    Args:
        cases: columns CASE_ID, SEX, AGE_DAYS, ONSET_AGE_DAYS, PREGNANT and SYMPTOM_DURATION_DAYS.
    """
    age, onset, duration, pregnancy = (
        cases[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in (columns.AGE_DAYS, columns.ONSET_AGE_DAYS, columns.SYMPTOM_DURATION_DAYS, columns.PREGNANT)
    )
    is_male = (cases[columns.SEX] == str(Sex.MALE)).to_numpy(dtype=bool, na_value=False)
    impossible = impossible_fields(age, onset, duration, pregnancy, is_male)
    if not impossible.any():
        return cases, ledger.concatenate([])
    return _set_missing(cases, impossible)


def impossible_fields(
    age: _Numbers, onset: _Numbers, duration: _Numbers, pregnancy: _Numbers, is_male: _Truths
) -> _Truths:
    """What cannot be: pregnancy in a male, pregnancy at the age, onset after the visit, duration beyond the life.

    Args:
        age: n ages at the visit, days; NaN is unknown and contradicts nothing, here and below.
        onset: n ages at the first signs, days.
        duration: n, of the symptoms, days.
        pregnancy: n of 1 and 0.
        is_male: n.

    Returns:
        4 x n, in the order above.
    """
    earliest, latest = PREGNANCY_AGE_DAYS
    in_male = (pregnancy == 1.0) & is_male
    at_age = (pregnancy == 1.0) & ~is_male & ((age < earliest) | (age > latest))
    return np.stack([in_male, at_age, onset > age + ONSET_TOLERANCE_DAYS, duration > age + ONSET_TOLERANCE_DAYS])


def _set_missing(cases: pd.DataFrame, impossible: _Truths) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cases without what contradicts, and the ledger of it."""
    in_male, at_age, late, too_long = impossible
    impute = CleaningAction.IMPUTE
    ledgers = [
        ledger.findings_of_rows(cases, pd.Series(found, index=cases.index), Cause(field, reason, detail, impute))
        for found, field, reason, detail in (
            (in_male, columns.PREGNANT, "PREGNANCY_IN_MALE", "a male patient cannot be pregnant"),
            (at_age, columns.PREGNANT, "PREGNANCY_AT_AGE", "expected an age of 9 to 60 years"),
            (late, columns.ONSET_AGE_DAYS, "ONSET_AFTER_VISIT", "more than a year after the visit"),
            (too_long, columns.SYMPTOM_DURATION_DAYS, "DURATION_BEYOND_AGE", "longer than the life"),
        )
    ]
    resolved = cases.assign(
        **{
            columns.PREGNANT: cases[columns.PREGNANT].mask(in_male | at_age),
            columns.ONSET_AGE_DAYS: cases[columns.ONSET_AGE_DAYS].mask(late),
            columns.SYMPTOM_DURATION_DAYS: cases[columns.SYMPTOM_DURATION_DAYS].mask(too_long),
        }
    )
    return resolved, ledger.concatenate(ledgers)
