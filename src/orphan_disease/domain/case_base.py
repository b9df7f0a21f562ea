"""The case base: confirmed patients, who update the profiles of their disorders.

Each patient is evidence like an annotation: the observed terms were present in one of one patient examined, the
excluded ones in none of one. Each row cites what identifies the patient (see `CaseBatch.identities`) and the
publication, so that a case never sees itself, a duplicate of itself, or its own paper.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.evidence_rows import EvidenceKind, EvidenceRows
from orphan_disease.domain.ontology import Ontology

__all__ = ["ConfirmedCases", "case_rows"]


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
