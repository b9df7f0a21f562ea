"""The case base: confirmed patients, who update the profiles of their disorders.

Each patient is evidence like an annotation: the observed terms were present in one of one patient examined, the
excluded ones in none of one. Each row cites what identifies the patient (see `CaseBatch.identities`) and the
publication, so that a case never sees itself, a duplicate of itself, or its own paper.

Patients of the held-out splits are in the case base too: the next patient of a hospital may have any disorder that it
has met. The categories do not rest on the case base, so that no figure on them is flattered, and each held-out patient
is scored without itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.feature_engineering import CaseBaseParams
from orphan_disease.contracts.vocabulary import Provenance
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.evidence_rows import EvidenceKind, EvidenceRows
from orphan_disease.domain.ontology import Ontology

__all__ = ["ConfirmedCases", "case_rows", "choose_confirmed_cases", "summarise_case_base"]


@dataclass(frozen=True, eq=False)
class ConfirmedCases:
    """Patients whose diagnosis is confirmed.

    Attributes:
        cases: what is known of them.
        diagnosis_ids: the confirmed diagnosis of each: any member id of a disorder.
        provenances: where each comes from (contracts.vocabulary.Provenance).
    """

    cases: CaseBatch
    diagnosis_ids: tuple[str, ...]
    provenances: tuple[str, ...]

    def __len__(self) -> int:
        """Number of patients."""
        return len(self.diagnosis_ids)

    @classmethod
    def from_frame(cls, confirmed: pd.DataFrame, ontology: Ontology) -> "ConfirmedCases":
        """Read cases that carry a diagnosis_id; cases without one, or without any observed term, are no evidence."""
        stated = confirmed[columns.DIAGNOSIS_ID].notna() & (confirmed[columns.OBSERVED_TERMS].map(len) > 0)
        kept = confirmed[stated]
        provenances = kept[columns.PROVENANCE] if columns.PROVENANCE in kept.columns else [""] * len(kept)
        return cls(
            cases=CaseBatch.from_frame(kept, ontology),
            diagnosis_ids=tuple(str(diagnosis) for diagnosis in kept[columns.DIAGNOSIS_ID]),
            provenances=tuple(str(provenance) for provenance in provenances),
        )


def choose_confirmed_cases(
    cases: pd.DataFrame, labels: pd.DataFrame, given: pd.DataFrame, params: CaseBaseParams
) -> pd.DataFrame:
    """The patients of the case base, ordered by case: what the scorers read of them, diagnosis and provenance.

    Args:
        cases: the `cases` table.
        labels: the `labels` table.
        given: the confirmed cases that the run was given, by CASE_ID: all of them are taken.
        params: whether there is a case base, and whether the fabricated hospital's patients are in it.
    """
    known = [columns.CASE_ID, columns.DISORDER_ID, columns.CONFIRMED_AT]
    confirmed = cases.merge(labels.loc[labels[columns.IS_ORPHAN], known], on=columns.CASE_ID, validate="one_to_one")
    real = confirmed[columns.PROVENANCE] != Provenance.SIMULATED.value
    taken = real | confirmed[columns.CASE_ID].isin(given[columns.CASE_ID]) | params.include_simulated
    usable = taken & (confirmed[columns.OBSERVED_TERMS].map(len) > 0) & params.enabled
    return (
        confirmed.loc[usable]
        .rename(columns={columns.DISORDER_ID: columns.DIAGNOSIS_ID})[list(_KEPT_COLUMNS)]
        .sort_values(columns.CASE_ID, ignore_index=True)
    )


_KEPT_COLUMNS = (
    columns.CASE_ID,
    columns.OBSERVED_TERMS,
    columns.EXCLUDED_TERMS,
    columns.AGE_DAYS,
    columns.ONSET_AGE_DAYS,
    columns.SEX,
    columns.REFERENCE,
    columns.PROVENANCE,
    columns.DIAGNOSIS_ID,
    columns.CONFIRMED_AT,
)


def summarise_case_base(confirmed: pd.DataFrame) -> dict[str, Any]:
    """How many patients of how many disorders, from where, confirmed when; nothing of any one of them.

    Args:
        confirmed: of `choose_confirmed_cases`.
    """
    dates = confirmed[columns.CONFIRMED_AT].dropna()
    provenances = confirmed[columns.PROVENANCE].value_counts().sort_index()
    return {
        "patients": len(confirmed),
        "disorders": int(confirmed[columns.DIAGNOSIS_ID].nunique()),
        "publications": int(confirmed[columns.REFERENCE].nunique()),
        "patients_by_provenance": {str(name): int(count) for name, count in provenances.items()},
        "first_confirmed": dates.min().date().isoformat() if len(dates) else None,
        "last_confirmed": dates.max().date().isoformat() if len(dates) else None,
    }


def case_rows(confirmed: ConfirmedCases, places: dict[str, int]) -> EvidenceRows:
    """Every observed and excluded term of every patient as a row of evidence for the confirmed disorder.

    Args:
        confirmed: the patients; those whose diagnosis is no known disorder are passed over.
        places: member id -> position of the disorder.
    """
    disorder = np.array([places.get(diagnosis, -1) for diagnosis in confirmed.diagnosis_ids], dtype=np.int64)
    observed, excluded = sparse.coo_matrix(confirmed.cases.observed), sparse.coo_matrix(confirmed.cases.excluded)
    patient = np.concatenate([observed.row, excluded.row]).astype(np.intp)
    term = np.concatenate([observed.col, excluded.col])
    present = np.concatenate([np.ones(observed.nnz), np.zeros(excluded.nnz)])
    known = disorder[patient] >= 0
    identities = confirmed.cases.identities
    return EvidenceRows.from_lists(
        disorder[patient[known]],
        term[known],
        (present[known], np.ones(int(known.sum()))),
        np.full(int(known.sum()), EvidenceKind.CASE),
        [identities[place] for place in patient[known]],
    )
