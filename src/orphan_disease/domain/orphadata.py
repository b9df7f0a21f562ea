"""Orphanet's scientific knowledge files: Orphadata XML, products 1, 3 or 7, 4 and 9, into the frames of ORPHApackets.

What a file is, its elements say: 1 the nomenclature with cross-references, 3 one classification each, 7 the preferred
head of each disorder, 4 phenotypes, 9 prevalence and ages. Only cross-references to OMIM are kept, as ORPHApackets have
no others. A document type or an entity is refused, so that no file can make itself grow or fetch another.
Structure: https://sciences.orphadata.com/orphanet-scientific-knowledge-files/
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import Element, ParseError  # types only: defusedxml does the parsing

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from orphan_disease.domain.orphanet import NO_VALUE, EntryRows, OrphanetContent, content_of
from orphan_disease.domain.prevalence import PREVALENCE_CLASSES

__all__ = ["OrphadataError", "is_xml", "parse_orphadata"]

_ROOT: Final = "JDBOR"
_PREFERRED: Final = "Preferential parent"
_ENTRY_LISTS: Final = frozenset({"DisorderList", "HPODisorderSetStatus"})  # the parents of a Disorder that states facts


class OrphadataError(ValueError):
    """An XML file that is not Orphadata's, is torn, or tries what no such file does."""


@dataclass
class _Entry:
    """What the products say of one disorder."""

    name: str = ""
    kind: str = ""
    synonyms: list[str] = field(default_factory=list)
    definition: str = ""
    onsets: list[str] = field(default_factory=list)
    inheritances: list[str] = field(default_factory=list)
    references: list[tuple[str, str, str]] = field(default_factory=list)
    prevalences: list[tuple[str, str | None, float | None, str | None, str | None]] = field(default_factory=list)
    phenotypes: list[tuple[str, str]] = field(default_factory=list)
    parents: dict[str, None] = field(default_factory=dict)


def is_xml(payload: str | bytes) -> bool:
    """Whether a document is XML, by its first character.

    >>> is_xml(b"<?xml"), is_xml('{"Orphapacket": {}}')
    (True, False)
    """
    start = payload[:64].encode() if isinstance(payload, str) else payload[:64]
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def parse_orphadata(documents: Iterable[tuple[str, str | bytes]], roots: Collection[str]) -> OrphanetContent:
    """Type the products; several files of one product add up, as the classifications of product 3 do.

    Args:
        documents: (file name, XML) of each product; product 1 must be among them.
        roots: ORPHAcodes above the classification; the head of each classification is put below the first.

    Returns:
        The frames, as `domain.orphanet.parse_orphapackets` gives them; disorders that product 1 names.

    Raises:
        OrphadataError: if a file cannot be read or is refused, or none names the disorders.
    """
    entries: dict[str, _Entry] = {}
    release = ""
    for name, payload in documents:
        try:
            release = _read(payload, entries, next(iter(roots), "")) or release
        except (ParseError, DefusedXmlException) as error:
            refused = "declares a document type or an entity" if isinstance(error, DefusedXmlException) else "is torn"
            raise OrphadataError(f"{name} {refused}; expected one of Orphadata's XML products as published") from error
    named = {code: entry for code, entry in entries.items() if entry.name}
    if not named:
        raise OrphadataError("no file names the disorders: expected en_product1.xml beside products 3 or 7, 4 and 9")
    return content_of({code: _rows(code, entry, release) for code, entry in named.items()}, roots)


def _read(payload: str | bytes, entries: dict[str, _Entry], root_code: str) -> str:
    """Enter what one product says; the release that it names."""
    content = payload.encode() if isinstance(payload, str) else payload
    path: list[Element] = []
    release = ""
    for event, element in iterparse(BytesIO(content), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if not path:
                if element.tag != _ROOT:
                    raise ParseError(f"expected {_ROOT}")
                release = element.get("version", "").partition("[")[0].strip()
            path.append(element)
            continue
        path.pop()
        above = path[-1].tag if path else ""
        if element.tag == "Disorder" and above in _ENTRY_LISTS:
            _enter(element, entries)
            element.clear()
        elif element.tag == "ClassificationNode" and above == "ClassificationNodeRootList":
            _classify(element, entries, root_code)
            element.clear()
    return release


def _text(element: Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _texts(element: Element, path: str) -> list[str]:
    return [text for each in element.iterfind(path) if (text := " ".join((each.text or "").split()))]


def _optional(element: Element, path: str) -> str | None:
    text = _text(element, path)
    return None if text.lower() in NO_VALUE else text


def _code(element: Element, path: str = "OrphaCode") -> str | None:
    code = _text(element, path)
    return code if code.isascii() and code.isdigit() else None


def _enter(disorder: Element, entries: dict[str, _Entry]) -> None:
    code = _code(disorder)
    if code is None:
        return
    entry = entries.setdefault(code, _Entry())
    entry.name = entry.name or _text(disorder, "Name")
    entry.kind = entry.kind or _text(disorder, "DisorderType/Name")
    entry.synonyms += _texts(disorder, "SynonymList/Synonym")
    entry.definition = entry.definition or next(_definitions(disorder), "")
    entry.onsets += _stated(disorder, "AverageAgeOfOnsetList/AverageAgeOfOnset/Name")
    entry.inheritances += _stated(disorder, "TypeOfInheritanceList/TypeOfInheritance/Name")
    entry.references += [
        (source, f"{source}:{_text(each, 'Reference')}", _text(each, "DisorderMappingRelation/Name").split(" ", 1)[0])
        for each in disorder.iterfind("ExternalReferenceList/ExternalReference")
        if (source := _text(each, "Source")) == "OMIM"
    ]
    entry.prevalences += map(_prevalence, disorder.iterfind("PrevalenceList/Prevalence"))
    entry.phenotypes += [
        (_text(each, "HPO/HPOId"), _text(each, "HPOFrequency/Name"))
        for each in disorder.iterfind("HPODisorderAssociationList/HPODisorderAssociation")
    ]
    for each in disorder.iterfind("DisorderDisorderAssociationList/DisorderDisorderAssociation"):
        head = _code(each, "TargetDisorder/OrphaCode")
        if head is not None and _text(each, "DisorderDisorderAssociationType/Name") == _PREFERRED:
            entry.parents[head] = None


def _definitions(disorder: Element) -> Iterator[str]:
    for section in disorder.iterfind("SummaryInformationList/SummaryInformation/TextSectionList/TextSection"):
        if _text(section, "TextSectionType/Name") == "Definition":
            yield _text(section, "Contents")


def _stated(disorder: Element, path: str) -> list[str]:
    return [text for text in _texts(disorder, path) if text.lower() not in NO_VALUE]


def _prevalence(record: Element) -> tuple[str, str | None, float | None, str | None, str | None]:
    """Type, class, mean, place, source; Orphanet writes a mean of 0.0 where it has none."""
    stated = _text(record, "PrevalenceClass/Name")
    mean = _optional(record, "ValMoy")
    return (
        _text(record, "PrevalenceType/Name"),
        stated if stated in PREVALENCE_CLASSES else None,
        (float(mean) or None) if mean is not None and mean.replace(".", "", 1).isdigit() else None,
        _optional(record, "PrevalenceGeographic/Name"),
        _optional(record, "Source"),
    )


def _classify(head: Element, entries: dict[str, _Entry], root_code: str) -> None:
    """Enter the parents of every node of one classification, without recursion: a tree may be deep."""
    waiting: list[tuple[Element, str]] = [(head, root_code)]
    while waiting:
        node, parent = waiting.pop()
        code = _code(node, "Disorder/OrphaCode")
        if code is None:
            continue
        if parent:
            entries.setdefault(code, _Entry()).parents[parent] = None
        waiting.extend((child, code) for child in node.iterfind("ClassificationNodeChildList/ClassificationNode"))


def _rows(code: str, entry: _Entry, release: str) -> EntryRows:
    texts = (entry.synonyms, entry.definition, entry.onsets, entry.inheritances)
    return EntryRows(
        disorder=(code, entry.name, entry.kind or "Disorder", *texts, release),
        parents=[(code, parent) for parent in entry.parents],
        cross_references=[(code, *reference) for reference in entry.references],
        prevalences=[(code, *record) for record in entry.prevalences],
        phenotypes=[(code, *phenotype) for phenotype in entry.phenotypes],
    )
