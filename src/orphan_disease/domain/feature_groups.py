"""What a feature is about, finer than its table: which scorer's evidence, learned evidence, profile, demographics."""

from collections.abc import Sequence
from typing import Final

from orphan_disease.domain.encoding import feature_group

__all__ = ["GROUP_LABELS", "groups_of", "source_of"]

EVIDENCE: Final = "evidence"
GROUP_LABELS: Final = {
    "profile": "profile of findings",
    "evidence_likelihood": "knowledge evidence: likelihood",
    "evidence_resnik": "knowledge evidence: Resnik",
    "evidence_learned": "learned evidence",
    "demographics": "demographics",
    "vitals": "vital signs",
    "history": "history",
}


def source_of(name: str) -> str:
    """The group of a feature; evidence is told apart by its scorer.

    >>> source_of("evidence__resnik_best_neurological"), source_of("vitals__pain_score")
    ('evidence_resnik', 'vitals')
    """
    group = feature_group(name)
    return f"{group}_{name.split('__', 1)[1].split('_', 1)[0]}" if group == EVIDENCE else group


def groups_of(names: Sequence[str]) -> dict[str, list[str]]:
    """The features of each group, in their order.

    >>> groups_of(["profile__a", "vitals__b", "profile__c"])
    {'profile': ['profile__a', 'profile__c'], 'vitals': ['vitals__b']}
    """
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(source_of(name), []).append(name)
    return found
