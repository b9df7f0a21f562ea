"""Reading the Human Phenotype Ontology from OBO text, stanza by stanza.

The format: https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html.
Only `is_a` between HPO terms makes an edge.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import pandas as pd

from orphan_disease.contracts import columns

__all__ = ["OboContent", "parse_obo"]

_PREFIX: Final = "HP:"
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_EXACT: Final = re.compile(r'"\s+EXACT\b')  # the scope stands behind the quoted text
_ESCAPED: Final = re.compile(r"\\(.)")


class OboContent(NamedTuple):
    """What one OBO file says.

    Attributes:
        terms: one row per HPO term, obsolete ones included: term_id, label, definition, synonyms (list of every
            scope), exact_synonyms (list), cross_references (list), is_obsolete, release.
        edges: one row per `is_a`: term_id, parent_id.
        alternatives: one row per retired id: alternative_id, term_id. From `alt_id` of a term, or `replaced_by` of an
            obsolete one. `consider` is a hint to a curator, not a replacement, and is not followed.
        version: the release, such as "2025-01-16"; empty when the file does not say.
    """

    terms: pd.DataFrame
    edges: pd.DataFrame
    alternatives: pd.DataFrame
    version: str


def parse_obo(lines: Iterable[str]) -> OboContent:
    """Read an OBO ontology from its lines.

    Args:
        lines: the file's lines, with or without their line ends.

    Raises:
        ValueError: if there is no HPO term among the lines.

    >>> content = parse_obo(["[Term]", "id: HP:0000001", "[Term]", "id: HP:0000118", "is_a: HP:0000001 ! All"])
    >>> content.edges.to_dict("records")
    [{'term_id': 'HP:0000118', 'parent_id': 'HP:0000001'}]
    """
    stream = _stanzas(lines)
    version = _version(next(stream))
    terms: list[tuple[str, str, str, list[str], list[str], list[str], bool, str]] = []
    edges: list[tuple[str, str]] = []
    alternatives: list[tuple[str, str]] = []
    for stanza in stream:
        term_id = stanza.get("id", [""])[0]
        if not term_id.startswith(_PREFIX):
            continue
        obsolete = stanza.get("is_obsolete", ["false"])[0].lower() == "true"
        terms.append(
            (
                term_id,
                stanza.get("name", [term_id])[0],
                _quoted(stanza.get("def", [""])[0]),
                [_quoted(value) for value in stanza.get("synonym", [])],
                [_quoted(value) for value in stanza.get("synonym", []) if _EXACT.search(value)],
                [value.split(" ", 1)[0] for value in stanza.get("xref", [])],
                obsolete,
                version,
            )
        )
        if obsolete:
            alternatives.extend((term_id, current) for current in _identifiers(stanza.get("replaced_by", []))[:1])
        else:
            edges.extend((term_id, parent) for parent in _identifiers(stanza.get("is_a", [])))
            alternatives.extend((old, term_id) for old in _identifiers(stanza.get("alt_id", [])))
    if not terms:
        raise ValueError("no [Term] with an HP: id among the lines; expected the text of hp.obo")
    return OboContent(
        terms=pd.DataFrame(
            terms,
            columns=[
                columns.TERM_ID,
                columns.LABEL,
                columns.DEFINITION,
                columns.SYNONYMS,
                columns.EXACT_SYNONYMS,
                columns.CROSS_REFERENCES,
                columns.IS_OBSOLETE,
                columns.RELEASE,
            ],
        ),
        edges=pd.DataFrame(edges, columns=[columns.TERM_ID, columns.PARENT_ID], dtype="str"),
        alternatives=pd.DataFrame(
            alternatives, columns=[columns.ALTERNATIVE_ID, columns.TERM_ID], dtype="str"
        ).drop_duplicates(columns.ALTERNATIVE_ID, ignore_index=True),
        version=version,
    )


def _stanzas(lines: Iterable[str]) -> Iterator[dict[str, list[str]]]:
    """Yield the header, then each [Term] stanza, as tag -> values; other stanzas are passed over."""
    stanza: dict[str, list[str]] = {}
    wanted = True
    for raw in lines:
        line = raw.strip()
        if line.startswith("["):
            if wanted:
                yield stanza
            stanza, wanted = {}, line == "[Term]"
            continue
        tag, colon, value = line.partition(": ")
        if wanted and colon and not line.startswith("!"):
            stanza.setdefault(tag, []).append(value.strip())
    if wanted:
        yield stanza


def _identifiers(values: Iterable[str]) -> list[str]:
    """HPO ids at the start of tag values, without the trailing `{qualifier}` and `! comment`."""
    identifiers = (value.split("!", 1)[0].split("{", 1)[0].strip() for value in values)
    return [identifier for identifier in identifiers if identifier.startswith(_PREFIX)]


def _quoted(value: str) -> str:
    found = _QUOTED.search(value)
    return _ESCAPED.sub(r"\1", found.group(1)) if found else ""


def _version(header: Mapping[str, list[str]]) -> str:
    return header.get("data-version", [""])[0].removeprefix("hp/releases/").removeprefix("releases/")
