"""Leave a case's own publication out of the knowledge that scores it, for many cases at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.evidence_rows import EvidenceRows
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.profiles import count_rows

__all__ = ["LeftOut", "leave_own_paper_out", "nothing_left_out", "rows_left_out"]

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The profiles that change for some case when its own publication is left out.

    Attributes:
        case: K positions of cases.
        disorder: K positions of disorders.
        profiles: K x T frequencies of that disorder without the rows that cite that case's publication.
        own_profiles: the same from the disorder's own rows, nothing borrowed.
        row_counts: K x 4 rows of each kind.
    """

    case: npt.NDArray[np.intp]
    disorder: npt.NDArray[np.intp]
    profiles: sparse.csr_matrix
    own_profiles: sparse.csr_matrix
    row_counts: npt.NDArray[np.float32]


def leave_own_paper_out(
    knowledge: KnowledgeBase, identities: Sequence[Sequence[str]], nothing: LeftOut | None = None
) -> LeftOut:
    """Rebuild, for each case, the profiles of the disorders that have a row citing what identifies the case.

    Args:
        knowledge: the knowledge base.
        identities: of each case: its publication, and what else its own rows would cite (`CaseBatch.identities`).
        nothing: of `nothing_left_out`, where the caller has it: what is given for patients whom no paper describes.
    """
    rows = knowledge.rows
    case, disorder, owners, selected = rows_left_out(rows, identities)
    if nothing is not None and not len(case):
        return nothing
    return LeftOut(
        case,
        disorder,
        knowledge.profiles_of(owners, selected, len(case)),
        knowledge.own_profiles_of(owners, selected, len(case)),
        count_rows(owners, rows.kind[selected], len(case)),
    )


def rows_left_out(rows: EvidenceRows, identities: Sequence[Sequence[str]]) -> tuple[Places, Places, Places, Places]:
    """What remains of the disorders that have a row citing what identifies a case.

    Args:
        rows: the evidence.
        identities: of each case, as for `leave_own_paper_out`.

    Returns:
        K positions of cases and K of disorders, in the order of the cases; and, of the rows that stay, to which of the
        K each belongs and its position.
    """
    if not any(rows.cites(each) for identity in identities for each in identity):
        none = np.empty(0, dtype=np.intp)
        return none, none, none, none
    citing = [_citing(rows, identity) for identity in identities]
    touched = [np.unique(rows.disorder[places]) for places in citing]
    case = np.repeat(np.arange(len(citing)), [len(disorders) for disorders in touched])
    disorder = np.concatenate([*touched, np.empty(0, dtype=np.int32)]).astype(np.intp)
    selected, owners = rows.of_disorders(disorder)
    stops = np.searchsorted(case[owners], np.arange(len(citing) + 1))
    kept = np.ones(len(selected), dtype=bool)
    for place in np.unique(case):
        own = slice(stops[place], stops[place + 1])
        kept[own] = ~np.isin(selected[own], citing[place])
    return case, disorder, owners[kept], selected[kept]


def nothing_left_out(knowledge: KnowledgeBase) -> LeftOut:
    """For cases scored on all the knowledge."""
    return leave_own_paper_out(knowledge, [])


def _citing(rows: EvidenceRows, identity: Sequence[str]) -> Places:
    found = [rows.citing(each) for each in identity]
    return np.unique(np.concatenate([*found, np.empty(0, dtype=np.intp)]))
