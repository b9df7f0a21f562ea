"""Clinical terminologies: from a coding system's address and a code to one spelling, such as "SNOMED:386661006".

Addresses are those of HL7's terminology registry (https://terminology.hl7.org/external_terminologies.html) and what
exporters write beside them; scheme, `www.` and a closing slash make no difference.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

__all__ = [
    "HPO",
    "ICD10",
    "LOINC",
    "OMIM",
    "ORPHA",
    "SNOMED",
    "UMLS",
    "categories_above",
    "coded",
    "icd10_code",
    "is_sctid",
]

HPO: Final = "HP"
ICD10: Final = "ICD10"
LOINC: Final = "LOINC"
OMIM: Final = "OMIM"
ORPHA: Final = "ORPHA"
SNOMED: Final = "SNOMED"
UMLS: Final = "UMLS"

MAX_CODE_CHARACTERS: Final = 64

_REGISTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "snomed.info/sct": SNOMED,
        "urn:oid:2.16.840.1.113883.6.96": SNOMED,
        "loinc.org": LOINC,
        "urn:oid:2.16.840.1.113883.6.1": LOINC,
        "hl7.org/fhir/sid/icd-10": ICD10,
        "hl7.org/fhir/sid/icd-10-cm": ICD10,
        "hl7.org/fhir/sid/icd-10-es": ICD10,
        "hl7.org/fhir/sid/icd-10-gm": ICD10,
        "fhir.de/codesystem/bfarm/icd-10-gm": ICD10,
        "fhir.de/codesystem/dimdi/icd-10-gm": ICD10,
        "urn:oid:2.16.840.1.113883.6.3": ICD10,
        "urn:oid:2.16.840.1.113883.6.90": ICD10,
        "human-phenotype-ontology.org": HPO,
        "human-phenotype-ontology.github.io": HPO,
        "hpo.jax.org": HPO,
        "hpo.jax.org/app": HPO,
        "purl.obolibrary.org/obo/hp.owl": HPO,
        "purl.obolibrary.org/obo/hp.fhir": HPO,
        "purl.obolibrary.org/obo/hp": HPO,
        "orpha.net": ORPHA,
        "orpha.net/ordo": ORPHA,
        "orphadata.org": ORPHA,
        "omim.org": OMIM,
        "urn:oid:2.16.840.1.113883.6.174": OMIM,
        "nlm.nih.gov/research/umls": UMLS,
        "urn:oid:2.16.840.1.113883.6.86": UMLS,
    }
)
_ICD10 = re.compile(r"([A-Z]\d[0-9A-Z])\.?([0-9A-Z]{0,4})", re.ASCII)
_NUMBER_AT_END = re.compile(r"(?:[A-Z]+[:_#]?)?(\d{1,18})", re.ASCII)
_SELF_NAMED = re.compile(r"(HP|ORPHA|ORPHANET|OMIM|MIM)[:_](\d{1,7})", re.ASCII)


def icd10_code(code: str) -> str | None:
    """A code of ICD-10, dotted and without the marks of dagger, asterisk and optional codes; None where it is none.

    >>> icd10_code("j45.0+"), icd10_code("E840"), icd10_code("a cold")
    ('J45.0', 'E84.0', None)
    """
    match = _ICD10.fullmatch(code.strip().upper().rstrip("*+!†.- "))
    if match is None:
        return None
    return f"{match[1]}.{match[2]}" if match[2] else match[1]


def categories_above(code: str) -> Iterator[str]:
    """The categories that an ICD-10 code belongs to, the nearest first.

    >>> list(categories_above("ICD10:J45.90"))
    ['ICD10:J45.9', 'ICD10:J45']
    """
    stem, dot, rest = code.partition(".")
    if dot:
        yield from (f"{stem}.{rest[:length]}" for length in range(len(rest) - 1, 0, -1))
        yield stem


def _number(code: str) -> str | None:
    match = _NUMBER_AT_END.fullmatch(code)
    return match[1] if match else None


def _hpo(code: str) -> str | None:
    number = _number(code)
    return f"{int(number):07d}" if number and len(number) <= 7 else None  # noqa: PLR2004  # digits of an HPO id


def _as_written(code: str) -> str | None:
    return code or None


_SPELLINGS: Final[Mapping[str, Callable[[str], str | None]]] = MappingProxyType(
    {
        HPO: _hpo,
        ICD10: icd10_code,
        ORPHA: _number,
        OMIM: _number,
        SNOMED: _number,
        LOINC: _as_written,
        UMLS: _as_written,
    }
)


def coded(system: str, code: str) -> str | None:
    """One spelling of a code; None where the system is not known or the code is none of its codes.

    A code that names its own register ("HP:0001250", "ORPHA:558") is understood whatever the system says.

    >>> coded("http://snomed.info/sct", "386661006"), coded("http://hl7.org/fhir/sid/icd-10-cm", "R509")
    ('SNOMED:386661006', 'ICD10:R50.9')
    >>> coded("", "HP:0001250"), coded("https://www.orpha.net/", "558"), coded("urn:local", "X1") is None
    ('HP:0001250', 'ORPHA:558', True)
    """
    written = code.strip().upper()
    if len(written) > MAX_CODE_CHARACTERS:
        return None
    if match := _SELF_NAMED.fullmatch(written):
        register = {"ORPHANET": ORPHA, "MIM": OMIM}.get(match[1], match[1])
    else:
        found = _REGISTERS.get(_address(system))
        if found is None:
            return None
        register = found
    spelled = _SPELLINGS[register](written)
    return f"{register}:{spelled}" if spelled else None


def _address(system: str) -> str:
    """The address without scheme, `www.`, version and closing slash, in lower case."""
    plain = system.strip().lower().partition("|")[0]
    return plain.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def is_sctid(identifier: str) -> bool:
    """Whether a text is a well-formed SNOMED CT identifier: 6 to 18 digits whose Verhoeff check digit is right.

    Reference: SNOMED International, Release File Specification, "SCTID data type".

    >>> is_sctid("386661006"), is_sctid("386661007"), is_sctid("12")
    (True, False, False)
    """
    if not (identifier.isascii() and identifier.isdigit() and 6 <= len(identifier) <= 18):  # noqa: PLR2004
        return False
    check = 0
    for place, digit in enumerate(reversed(identifier)):
        check = _compose(check, _permuted(int(digit), place))
    return check == 0


def _compose(a: int, b: int) -> int:
    """The product of two elements of the dihedral group of order 10: 0 to 4 are rotations, 5 to 9 reflections."""
    if a < 5:  # noqa: PLR2004
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5  # noqa: PLR2004
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5  # noqa: PLR2004


_PERMUTATION: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permuted(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = _PERMUTATION[digit]
    return digit
