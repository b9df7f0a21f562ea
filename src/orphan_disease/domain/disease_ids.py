"""Disease identifiers as sources write them, and as this project does: OMIM:, ORPHA:, DECIPHER:, ICD10: or NONE."""

import re
from typing import Final

from orphan_disease.contracts.vocabulary import NOTHING_FOUND

__all__ = ["ICD10_PREFIX", "LABEL_PREFIX", "canonical_disease_id", "is_common_condition"]

ICD10_PREFIX: Final = "ICD10:"
LABEL_PREFIX: Final = "LABEL:"  # a hospital's own label, of an orphan disease that it does not name
MAX_LENGTH: Final = 64

_SPELLINGS: Final = {
    "OMIM": "OMIM",
    "MIM": "OMIM",
    "OMIMPS": "OMIMPS",
    "ORPHA": "ORPHA",
    "ORPHANET": "ORPHA",
    "ORDO": "ORPHA",
    "DECIPHER": "DECIPHER",
    "ICD10": "ICD10",
    "ICD-10": "ICD10",
    "ICD10CM": "ICD10",
    "ICD-10-CM": "ICD10",
    "CIE10": "ICD10",
    "CIE-10": "ICD10",
}
_NOTHING: Final = frozenset({"NONE", "NOTHING_FOUND", "NINGUNO", "NINGUNA"})
_FORM = re.compile(r"([A-Z0-9-]+?)[:_]\s*([A-Z0-9.-]+)", re.ASCII)


def canonical_disease_id(text: str) -> str | None:
    """The id in this project's spelling; None where the text is not an identifier at all.

    Identifiers of other registers (MONDO, UMLS) keep their own prefix: they may be resolved later or counted.

    >>> canonical_disease_id("Orphanet:558"), canonical_disease_id("MIM:154700"), canonical_disease_id("icd-10:j06.9")
    ('ORPHA:558', 'OMIM:154700', 'ICD10:J06.9')
    >>> canonical_disease_id("none"), canonical_disease_id("a cold") is None
    ('NONE', True)
    """
    upper = text.strip().upper()
    if upper in _NOTHING:
        return NOTHING_FOUND
    match = _FORM.fullmatch(upper) if len(upper) <= MAX_LENGTH else None
    if match is None:
        return None
    return f"{_SPELLINGS.get(match[1], match[1])}:{match[2]}"


def is_common_condition(disease_id: str) -> bool:
    """Whether the id says that no orphan disease was found: an ICD-10 condition or nothing at all.

    >>> is_common_condition("ICD10:J06.9"), is_common_condition("OMIM:154700")
    (True, False)
    """
    return disease_id == NOTHING_FOUND or disease_id.startswith(ICD10_PREFIX)
