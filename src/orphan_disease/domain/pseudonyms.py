"""Pseudonyms: the only form in which a patient's identifier leaves the reading of a source."""

import hashlib
import re
from typing import Final

__all__ = ["pseudonymise"]

DIGEST_BYTES: Final = 10
_PSEUDONYM = re.compile(r"(?:SIM|PSN)-[0-9A-Za-z]{6,40}", re.ASCII)


def pseudonymise(identifier: str, scope: str = "") -> str:
    """A stable pseudonym: the identifier itself where it already is one ("SIM-…", "PSN-…"), else a digest of it.

    The digest has no salt, so that triage form, history and truth file of one patient meet. It hides an identifier from
    a reader, not from one who can try every identifier there is: a hospital that shares data pseudonymises before.

    Args:
        identifier: what the source calls the patient.
        scope: where the identifier is unique, such as the publication whose "patient 1" it is; empty for a hospital.

    >>> pseudonymise("SIM-000123")
    'SIM-000123'
    >>> pseudonymise("patient 1", "PMID:1") == pseudonymise("patient 1", "PMID:2")
    False
    """
    text = identifier.strip()
    if not scope and _PSEUDONYM.fullmatch(text):
        return text
    # "surrogatepass": a broken text must not stop the reading
    digest = hashlib.blake2b(f"{scope}\x1f{text}".encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES)
    return f"PSN-{digest.hexdigest()}"
