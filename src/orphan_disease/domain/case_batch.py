"""A batch of cases as matrices: what the scorers read, and nothing else of the patient.

A phenotype is observed, excluded or unknown; a term that neither matrix names is unknown, never absent.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Sex
from orphan_disease.domain.ontology import Ontology

__all__ = ["CaseBatch"]

FloatArray = npt.NDArray[np.float32]
FEWEST_IDENTIFYING_TERMS: Final = 4  # fewer findings are shared by chance
_SEX_CODES: Final = {Sex.FEMALE.value: 1, Sex.MALE.value: -1}


@dataclass(frozen=True, eq=False)
class CaseBatch:
    """Cases ready to be scored.

    Attributes:
        case_ids: n identifiers.
        observed: n x T float32 of 0 and 1, the terms recorded as observed, ancestors not added.
        implied: n x T float32 of 0 and 1, the observed terms and all their ancestors.
        excluded: n x T float32 of 0 and 1, the terms recorded as excluded. A term that is observed, or has an observed
            descendant, is never excluded: the observation stands.
        age_days: age at the encounter, n float32, NaN where unknown.
        onset_age_days: age when the first signs appeared, n float32, NaN where unknown.
        sex: 1 female, -1 male, 0 unknown, n int8.
        references: the publication ("PMID:1") that each case comes from, or None.
    """

    case_ids: tuple[str, ...]
    observed: sparse.csr_matrix
    implied: sparse.csr_matrix
    excluded: sparse.csr_matrix
    age_days: FloatArray
    onset_age_days: FloatArray
    sex: npt.NDArray[np.int8]
    references: tuple[str | None, ...]

    @classmethod
    def from_frame(cls, cases: pd.DataFrame, ontology: Ontology) -> "CaseBatch":
        """Read the `cases` frame; only case_id and observed_terms must be there.

        Terms that the ontology does not know are passed over: the cases' own typing has already reported them.

        Raises:
            KeyError: if case_id or observed_terms is no column of the frame.
        """
        observed = ontology.indicator(_term_lists(cases[columns.OBSERVED_TERMS]))
        implied = ontology.with_ancestors(observed)
        excluded = ontology.indicator(_term_lists(_column(cases, columns.EXCLUDED_TERMS, None)))
        sexes = _column(cases, columns.SEX, Sex.UNKNOWN.value)
        return cls(
            case_ids=tuple(str(case_id) for case_id in cases[columns.CASE_ID]),
            observed=observed,
            implied=implied,
            excluded=without_contradictions(excluded, implied),
            age_days=_numbers(cases, columns.AGE_DAYS),
            onset_age_days=_numbers(cases, columns.ONSET_AGE_DAYS),
            sex=np.array([_SEX_CODES.get(str(sex), 0) for sex in sexes], dtype=np.int8),
            references=tuple(
                str(reference) if isinstance(reference, str) and reference else None
                for reference in _column(cases, columns.REFERENCE, None)
            ),
        )

    def __len__(self) -> int:
        """Number of cases."""
        return len(self.case_ids)

    @cached_property
    def identities(self) -> tuple[tuple[str, ...], ...]:
        """What tells each case from every other: its publication, its own id, and its findings where there are several.

        Id and findings are digests: they travel in the packaged model, where no patient may be looked up by them.

        Two cases that share one of these are taken for one, or for the same paper's.
        """
        return tuple(
            tuple(each for each in (reference, _pseudonym(case_id), self._content(place)) if each is not None)
            for place, (case_id, reference) in enumerate(zip(self.case_ids, self.references, strict=True))
        )

    def _content(self, place: int) -> str | None:
        """A digest of the findings, sex and age: equal for a copy under another id. None where too little is known."""
        observed = _row(self.observed, place)
        if len(observed) < FEWEST_IDENTIFYING_TERMS:
            return None
        parts = (np.sort(observed), np.sort(_row(self.excluded, place)), self.age_days[place], self.sex[place])
        digest = hashlib.sha256(b"|".join(np.asarray(part).tobytes() for part in parts))
        return f"content:{digest.hexdigest()[:16]}"

    def take(self, rows: Sequence[int] | npt.NDArray[np.intp]) -> "CaseBatch":
        """The cases at these positions, in this order."""
        places = np.asarray(rows, dtype=np.intp)
        return CaseBatch(
            case_ids=tuple(self.case_ids[place] for place in places),
            observed=sparse.csr_matrix(self.observed[places]),
            implied=sparse.csr_matrix(self.implied[places]),
            excluded=sparse.csr_matrix(self.excluded[places]),
            age_days=self.age_days[places],
            onset_age_days=self.onset_age_days[places],
            sex=self.sex[places],
            references=tuple(self.references[place] for place in places),
        )


def without_contradictions(excluded: sparse.csr_matrix, implied: sparse.csr_matrix) -> sparse.csr_matrix:
    """Drop from `excluded` every term that an observed term is or implies.

    Args:
        excluded: n x T.
        implied: n x T, the observed terms and all their ancestors.
    """
    clash = sparse.csr_matrix(excluded.multiply(implied))
    if not clash.nnz:  # nearly always
        return excluded
    kept = sparse.csr_matrix(excluded - clash)
    kept.eliminate_zeros()
    return kept.astype(np.float32)


def _pseudonym(case_id: str) -> str:
    return f"case:{hashlib.sha256(case_id.encode()).hexdigest()[:16]}"


def _row(matrix: sparse.csr_matrix, place: int) -> npt.NDArray[np.int32]:
    return np.asarray(matrix.indices[matrix.indptr[place] : matrix.indptr[place + 1]], dtype=np.int32)


def _column(cases: pd.DataFrame, name: str, default: str | None) -> list[object]:
    return list(cases[name]) if name in cases.columns else [default] * len(cases)


def _term_lists(values: Iterable[object]) -> list[list[str]]:
    """Term lists as lists; a missing list names no term."""
    lists = list(values)
    return [[str(term) for term in value] if isinstance(value, (list, tuple, np.ndarray)) else [] for value in lists]


def _numbers(cases: pd.DataFrame, name: str) -> FloatArray:
    if name not in cases.columns:
        return np.full(len(cases), np.nan, dtype=np.float32)
    return pd.to_numeric(cases[name], errors="coerce").to_numpy(dtype=np.float32, na_value=np.nan)
