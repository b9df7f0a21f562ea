"""Leave a case's own publication out of the knowledge that scores it, for many cases at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.profiles import build_profiles

__all__ = ["LeftOut", "leave_own_paper_out"]


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The profiles that change for some case when its own publication is left out.

    Attributes:
        case: K positions of cases.
        disorder: K positions of disorders.
        profiles: K x T frequencies of that disorder without the rows that cite that case's publication.
    """

    case: npt.NDArray[np.intp]
    disorder: npt.NDArray[np.intp]
    profiles: sparse.csr_matrix


def leave_own_paper_out(knowledge: KnowledgeBase, references: Sequence[str | None]) -> LeftOut:
    """Rebuild, for each case, the profiles of the disorders that have a row citing the case's publication."""
    rows = knowledge.rows
    citing = [rows.citing(reference) if reference else np.empty(0, dtype=np.intp) for reference in references]
    touched = [np.unique(rows.disorder[places]) for places in citing]
    case = np.repeat(np.arange(len(references)), [len(disorders) for disorders in touched])
    disorder = np.concatenate([*touched, np.empty(0, dtype=np.int32)]).astype(np.intp)
    selected, owners = rows.of_disorders(disorder)
    dropped = np.zeros(len(selected), dtype=bool)
    for place in np.unique(case):
        own = case[owners] == place
        dropped[own] = np.isin(selected[own], citing[place])
    profiles = build_profiles(
        owners[~dropped],
        rows,
        selected[~dropped],
        n_owners=len(case),
        closure=knowledge.ontology.closure,
        settings=knowledge.settings,
    )
    return LeftOut(case, disorder, profiles)
