"""Reading the Human Phenotype Ontology from its JSON release (hp.json, OBO Graphs) into what `domain.obo` reads.

The format: https://github.com/geneontology/obographs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from orphan_disease.domain.obo import OboContent, parse_obo

__all__ = ["parse_ontology"]

_PREFIX: Final = "http://purl.obolibrary.org/obo/HP_"
_REPLACED_BY: Final = "http://purl.obolibrary.org/obo/IAO_0100001"
_ALTERNATIVE: Final = "hasAlternativeId"


def parse_ontology(lines: Sequence[str]) -> OboContent:
    """The release of a file's lines: hp.json where they begin an object, else hp.obo.

    Raises:
        ValueError: if there is no HPO term among them.
    """
    first = next((line for line in lines if line.strip()), "")
    return parse_obo(_as_obo("\n".join(lines)) if first.lstrip("\ufeff ").startswith("{") else lines)


def _as_obo(text: str) -> list[str]:
    """The stanzas that hp.obo has for the same release: one parser then reads both."""
    try:
        document = orjson.loads(text.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        raise ValueError("not the text of hp.json: it is no JSON") from error
    graph: dict[str, Any] = next(iter(document.get("graphs", [])), {})
    parents: dict[str, list[str]] = {}
    for edge in graph.get("edges", []):
        if edge.get("pred") == "is_a":
            parents.setdefault(edge["sub"], []).append(edge["obj"])
    version = str(graph.get("meta", {}).get("version", ""))
    release = next((part for part in version.split("/") if part[:2] == "20"), version)
    lines = [f"data-version: hp/releases/{release}"]
    for node in graph.get("nodes", []):
        if str(node.get("id", "")).startswith(_PREFIX):
            lines += _stanza(node, parents.get(node["id"], []))
    return lines


def _stanza(node: Mapping[str, Any], parents: Sequence[str]) -> list[str]:
    meta = node.get("meta", {})
    stanza = ["[Term]", f"id: {_curie(node['id'])}", f"name: {_line(node.get('lbl') or _curie(node['id']))}"]
    if definition := meta.get("definition", {}).get("val"):
        stanza.append(f'def: "{_escaped(definition)}" []')
    for synonym in meta.get("synonyms", []):
        scope = str(synonym.get("pred", "")).removeprefix("has").removesuffix("Synonym").upper() or "RELATED"
        stanza.append(f'synonym: "{_escaped(synonym["val"])}" {scope} []')
    stanza += [f"xref: {_line(reference['val'])}" for reference in meta.get("xrefs", [])]
    stanza += [f"is_a: {_curie(parent)}" for parent in parents]
    for value in meta.get("basicPropertyValues", []):
        if str(value.get("pred", "")).endswith(_ALTERNATIVE):
            stanza.append(f"alt_id: {_curie(value['val'])}")
        elif value.get("pred") == _REPLACED_BY:
            stanza.append(f"replaced_by: {_curie(value['val'])}")
    return [*stanza, "is_obsolete: true"] if meta.get("deprecated") else stanza


def _curie(identifier: str) -> str:
    return identifier.replace(_PREFIX, "HP:", 1)


def _line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return _line(text).replace("\\", "\\\\").replace('"', '\\"')
