# ruff: noqa: E501  # an element reads best on one line
"""Orphadata's XML says the same of a disorder as its ORPHApacket, and what would harm the reader is refused."""

import json
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from orphan_disease.adapters.knowledge_datasets import OrphanetArchiveDataset
from orphan_disease.domain.orphadata import OrphadataError, parse_orphadata
from orphan_disease.domain.orphanet import OrphanetContent, parse_orphapackets

ROOTS = ("320716",)
VERSION = 'version="1.3.42 / 4.1.8 [2025-03-03] (orientdb version)"'


def product(body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<JDBOR date="2025-12-09" {VERSION}>{body}</JDBOR>'


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def children(packet: dict[str, Any], field: str, tag: str) -> list[dict[str, Any]]:
    return [child for item in as_list(packet.get(field)) for child in as_list(item.get(tag, item))]


def named(tag: str, text: str) -> str:
    return f'<{tag} id="1"><Name lang="en">{escape(text)}</Name></{tag}>'


def plain(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>"


class Publisher:
    """Writes the products of some packets in the publisher's structure."""

    def __init__(self, packets: dict[str, dict[str, Any]]) -> None:
        self.packets = packets
        self.below: dict[str, list[str]] = {}
        for code, packet in packets.items():
            for parent in children(packet, "Parents", "Parent"):
                self.below.setdefault(parent["ORPHAcode"], []).append(code)

    def disorder(self, code: str, inner: str = "") -> str:
        packet = self.packets[code]
        kind = named("DisorderType", packet["DisorderType"]["value"])
        return f'<Disorder id="{code}">{plain("OrphaCode", code)}<Name lang="en">{escape(packet["Label"])}</Name>{kind}{inner}</Disorder>'

    def disorders(self, inner: Any) -> str:
        return product(
            "<DisorderList>"
            + "".join(self.disorder(code, inner(self.packets[code])) for code in self.packets)
            + "</DisorderList>"
        )

    def nomenclature(self) -> str:
        def inner(packet: dict[str, Any]) -> str:
            synonyms = "".join(plain("Synonym", each["Synonym"]) for each in children(packet, "Synonyms", "Synonyms"))
            references = "".join(
                f"<ExternalReference>{plain('Source', each['Source'])}{plain('Reference', each['Reference'])}"
                f"{named('DisorderMappingRelation', each['DisorderMappingRelation'])}</ExternalReference>"
                for each in children(packet, "ExternalReferences", "ExternalReference")
            )
            texts = "".join(
                f"<TextSection>{named('TextSectionType', each['TextSectionType'])}{plain('Contents', each['Contents'])}</TextSection>"
                for each in children(packet, "TextSection", "TextSection")
            )
            icd = "<ExternalReference><Source>ICD-10</Source><Reference>Q87.4</Reference></ExternalReference>"
            return (
                f"<SynonymList>{synonyms}</SynonymList><ExternalReferenceList>{references}{icd}</ExternalReferenceList>"
                f"<SummaryInformationList><SummaryInformation><TextSectionList>{texts}</TextSectionList>"
                "</SummaryInformation></SummaryInformationList>"
            )

        return self.disorders(inner)

    def classifications(self) -> list[str]:
        return [
            product(
                '<ClassificationList><Classification id="1"><ClassificationNodeRootList>'
                f"{self.node(head)}</ClassificationNodeRootList></Classification></ClassificationList>"
            )
            for head in self.below[ROOTS[0]]
        ]

    def node(self, code: str) -> str:
        nodes = "".join(self.node(child) for child in self.below.get(code, []))
        return f"<ClassificationNode>{self.disorder(code)}<ClassificationNodeChildList>{nodes}</ClassificationNodeChildList></ClassificationNode>"

    def phenotypes(self) -> str:
        def inner(packet: dict[str, Any]) -> str:
            return "".join(
                f"<HPODisorderAssociation><HPO>{plain('HPOId', each['HPOId'])}{plain('HPOTerm', each['HPOTerm'])}</HPO>"
                f"{named('HPOFrequency', each['HPOFrequency'])}</HPODisorderAssociation>"
                for each in children(packet, "Phenotypes", "Phenotype")
            )

        sets = "".join(
            f"<HPODisorderSetStatus>{self.disorder(code, f'<HPODisorderAssociationList>{inner(packet)}</HPODisorderAssociationList>')}"
            "</HPODisorderSetStatus>"
            for code, packet in self.packets.items()
        )
        return product(f"<HPODisorderSetStatusList>{sets}</HPODisorderSetStatusList>")

    def epidemiology(self) -> list[str]:
        def prevalence(packet: dict[str, Any]) -> str:
            records = "".join(
                f"<Prevalence>{plain('Source', each.get('Source', ''))}{named('PrevalenceType', each['PrevalenceType'])}"
                f"{named('PrevalenceClass', each.get('PrevalenceClass', ''))}{plain('ValMoy', each.get('ValMoy', ''))}"
                f"{named('PrevalenceGeographic', each.get('PrevalenceGeographic', ''))}</Prevalence>"
                for each in children(packet, "Prevalences", "Prevalence")
            )
            return f"<PrevalenceList>{records}</PrevalenceList>"

        def ages(packet: dict[str, Any]) -> str:
            onsets = "".join(
                named("AverageAgeOfOnset", each["value"])
                for each in children(packet, "AverageAgeOfOnsets", "AverageAgeOfOnset")
            )
            ways = "".join(
                named("TypeOfInheritance", each["value"])
                for each in children(packet, "TypeOfInheritances", "TypeOfInheritance")
            )
            return f"<AverageAgeOfOnsetList>{onsets}</AverageAgeOfOnsetList><TypeOfInheritanceList>{ways}</TypeOfInheritanceList>"

        return [self.disorders(prevalence), self.disorders(ages)]

    def everything(self) -> list[tuple[str, str]]:
        texts = [self.nomenclature(), *self.classifications(), self.phenotypes(), *self.epidemiology()]
        return [(f"product{number}.xml", text) for number, text in enumerate(texts)]


MARFAN = {
    "558": {
        "ORPHAcode": "558", "Label": "Marfan syndrome", "DisorderType": {"value": "Disease"}, "version": "1.3.42 / 4.1.8 [x]",
        "Synonyms": [{"Synonym": "MFS"}], "Parents": [{"Parent": [{"ORPHAcode": "98053"}]}],
        "ExternalReferences": [{"ExternalReference": {"Source": "OMIM", "Reference": "154700", "DisorderMappingRelation": "E (exact)"}}],
        "TextSection": {"TextSectionType": "Definition", "Contents": "A disease of <connective> tissue & more."},
        "Phenotypes": [{"Phenotype": {"HPOId": "HP:0001519", "HPOTerm": "x", "HPOFrequency": "Very frequent (99-80%)"}}],
        "Prevalences": [{"Prevalence": {"Source": "1[PMID]", "PrevalenceType": "Point prevalence", "PrevalenceClass": "1-5 / 10 000",
                                        "ValMoy": "15.0", "PrevalenceGeographic": "Worldwide"}}],
        "AverageAgeOfOnsets": {"AverageAgeOfOnset": [{"value": "All ages"}]},
        "TypeOfInheritances": {"TypeOfInheritance": [{"value": "Autosomal dominant"}]},
    },
    "98053": {
        "ORPHAcode": "98053", "Label": "Rare genetic disease", "DisorderType": {"value": "Category"}, "version": "1.3.42 / 4.1.8 [x]",
        "Parents": [{"Parent": [{"ORPHAcode": "320716"}]}],
    },
}  # fmt: skip


def assert_the_same(ours: OrphanetContent, packets: OrphanetContent) -> None:
    for name in ("disorders", "parents", "cross_references", "prevalences", "phenotypes"):
        one, other = (
            getattr(each, name).map(lambda cell: tuple(cell) if isinstance(cell, list) else cell)
            for each in (ours, packets)
        )
        order = list(one.columns)
        pd.testing.assert_frame_equal(
            one.sort_values(order, ignore_index=True), other.sort_values(order, ignore_index=True), obj=name
        )


def as_packets(packets: dict[str, dict[str, Any]]) -> OrphanetContent:
    return parse_orphapackets(((code, json.dumps({"Orphapacket": packet})) for code, packet in packets.items()), ROOTS)


def test_products_say_what_packets_say() -> None:
    ours = parse_orphadata(Publisher(MARFAN).everything(), ROOTS)
    assert_the_same(ours, as_packets(MARFAN))
    assert ours.disorders.set_index("orpha_code").loc["558", "heads"] == ["98053"]


def test_published_disorders_are_the_same_from_either_source(published_data: Path) -> None:
    with zipfile.ZipFile(published_data / "orphanet" / "orphapackets.zip") as archive:
        prefix = "orphapacket-master/json/ORPHApacket_"
        packets: dict[str, dict[str, Any]] = {}
        waiting = ["558", "586", "399", "881", "15", "98878", "79318", "870", "2331", "797", "58", "365", "905"]
        while waiting:
            code = waiting.pop()
            if code not in packets and f"{prefix}{code}.json" in archive.NameToInfo:
                packets[code] = json.loads(archive.read(f"{prefix}{code}.json"))["Orphapacket"]
                waiting += [parent["ORPHAcode"] for parent in children(packets[code], "Parents", "Parent")]
    assert len(packets) > 40
    # Product 3 carries classifications from their heads down: a parent that no head leads to is in none of them.
    publisher, expected = Publisher(packets), as_packets(packets)
    reached, waiting = set(ROOTS), list(ROOTS)
    while waiting:
        below = [code for code in publisher.below.get(waiting.pop(), []) if code not in reached]
        reached.update(below)
        waiting += below
    expected = expected._replace(parents=expected.parents[expected.parents["parent_code"].isin(reached)])
    assert len(expected.parents) > 0.9 * len(as_packets(packets).parents)
    assert_the_same(parse_orphadata(publisher.everything(), ROOTS), expected)


def test_product_7_stands_in_for_product_3() -> None:
    link = (
        '<DisorderDisorderAssociationList><DisorderDisorderAssociation><TargetDisorder id="1"><OrphaCode>98053</OrphaCode>'
        f"</TargetDisorder>{named('DisorderDisorderAssociationType', 'Preferential parent')}</DisorderDisorderAssociation>"
        "</DisorderDisorderAssociationList>"
    )
    publisher = Publisher(MARFAN)
    linear = product(f"<DisorderList>{publisher.disorder('558', link)}</DisorderList>")
    content = parse_orphadata([("1.xml", publisher.nomenclature()), ("7.xml", linear)], ROOTS)
    assert content.parents.to_numpy().tolist() == [["558", "98053"]]


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("harm", [BOMB, FILE, '<!DOCTYPE JDBOR SYSTEM "http://elsewhere.example/x.dtd">'])
def test_entities_and_document_types_are_refused(harm: str) -> None:
    text = Publisher(MARFAN).nomenclature().replace("<JDBOR", f"{harm}<JDBOR", 1).replace("MFS", "&a;")
    with pytest.raises(OrphadataError, match="declares a document type or an entity"):
        parse_orphadata([("1.xml", text)], ROOTS)


@pytest.mark.parametrize("text", ["<JDBOR><Disorder", "<html></html>", "<JDBOR/>"])
def test_what_is_no_product_is_refused(text: str) -> None:
    with pytest.raises(OrphadataError, match=r"is torn|no file names"):
        parse_orphadata([("1.xml", text)], ROOTS)


def test_a_folder_and_a_zip_of_products_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "orphadata"
    folder.mkdir()
    with zipfile.ZipFile(tmp_path / "products.zip", "w") as archive:
        for name, text in Publisher(MARFAN).everything():
            (folder / name).write_text(text)
            archive.writestr(name, text)
    for place in (folder, tmp_path / "products.zip"):
        packets = OrphanetArchiveDataset(filepath=str(place)).load()
        content = parse_orphadata(list(zip(packets["source_file"], packets["payload"], strict=True)), ROOTS)
        assert_the_same(content, as_packets(MARFAN))
