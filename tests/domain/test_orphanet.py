"""ORPHApackets: every shape that XML takes as JSON reads the same, and a broken packet is set aside, never a crash."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.domain.orphanet import OrphanetContent, parse_orphapackets

ROOTS = ("320716",)


def _packet(code: str, kind: str = "Disease", **fields: Any) -> dict[str, Any]:
    packet = {"ORPHAcode": code, "Label": f"Entry {code}", "DisorderType": {"value": kind}, "version": "1.3 / 4.1 [x]"}
    return {"Orphapacket": {**packet, **fields}}


def _parents(*codes: str) -> list[dict[str, Any]]:
    return [{"Parent": [{"ORPHAcode": code, "Label": "x"} for code in codes]}]


def _parse(*packets: Any) -> OrphanetContent:
    return parse_orphapackets([(f"{place}.json", json.dumps(packet)) for place, packet in enumerate(packets)], ROOTS)


RELATION = {"Source": "OMIM", "Reference": "154700", "DisorderMappingRelation": "BTNT (ORPHAcode is broader)"}


@pytest.mark.parametrize(
    "references",
    [
        RELATION,
        [RELATION],
        {"ExternalReference": RELATION},
        {"ExternalReference": [RELATION]},
        [{"ExternalReference": RELATION}],
    ],
)
def test_a_field_reads_the_same_in_every_shape(references: Any) -> None:
    content = _parse(_packet("558", ExternalReferences=references))
    assert content.cross_references.to_numpy().tolist() == [["558", "OMIM", "OMIM:154700", "BTNT"]]


def test_onset_and_inheritance_leave_out_what_says_nothing() -> None:
    content = _parse(
        _packet(
            "1",
            AverageAgeOfOnsets=[
                {"AverageAgeOfOnset": {"value": "Adult"}},
                {"AverageAgeOfOnset": {"value": "Neonatal"}},
            ],
            TypeOfInheritances={"TypeOfInheritance": [{"value": "Autosomal dominant"}, {"value": "Unknown"}]},
        ),
        _packet("2", AverageAgeOfOnsets={"AverageAgeOfOnset": [{"value": "No data available"}]}),
    )
    assert content.disorders["onsets"].tolist() == [["Adult", "Neonatal"], []]
    assert content.disorders["inheritances"].tolist() == [["Autosomal dominant"], []]
    assert content.disorders["release"].tolist() == ["1.3 / 4.1"] * 2


def test_a_prevalence_is_missing_where_orphanet_says_it_is_unknown() -> None:
    record = {"PrevalenceType": "Point prevalence", "PrevalenceGeographic": "Europe", "Source": "ORPHANET"}
    content = _parse(
        _packet(
            "1",
            Prevalences=[
                {"Prevalence": {**record, "PrevalenceClass": "1-9 / 100 000", "ValMoy": "2.5"}},
                {"Prevalence": {**record, "PrevalenceClass": "Unknown", "ValMoy": "0.0", "Source": None}},
                {"Prevalence": {**record, "PrevalenceClass": "no data", "ValMoy": "no data"}},
            ],
        )
    )
    assert content.prevalences["prevalence_class"].isna().tolist() == [False, True, True]
    assert content.prevalences["mean_value"].fillna(-1).tolist() == [2.5, -1, -1]
    assert content.prevalences["source"].isna().tolist() == [False, True, False]


def test_a_head_is_a_category_directly_below_the_root_and_nothing_else() -> None:
    content = _parse(
        _packet("98006", "Category", Parents=_parents("320716")),
        _packet("68367", "Category", Parents=_parents("320716", "98053")),
        _packet("98053", "Category", Parents=_parents("320716")),
        _packet("7", "Category", Parents=_parents("98006")),
        _packet("8", "Disease", Parents={"Parent": [{"ORPHAcode": "7"}, {"ORPHAcode": "68367"}]}),
        _packet("9", "Clinical subtype", Parents=_parents("8")),
        _packet("10", "Disease", Parents=_parents("320716")),
        _packet("11", "Disease"),
    )
    heads = dict(zip(content.disorders["orpha_code"], content.disorders["heads"], strict=True))
    assert heads["98006"] == ["98006"]
    assert heads["68367"] == ["68367", "98053"]
    assert heads["8"] == heads["9"] == ["68367", "98006", "98053"]
    assert heads["10"] == heads["11"] == []


def test_a_circle_of_parents_ends() -> None:
    content = _parse(_packet("1", Parents=_parents("2")), _packet("2", Parents=_parents("1")))
    assert content.disorders["heads"].tolist() == [[], []]


@pytest.mark.parametrize(
    ("text", "reason", "field"),
    [
        ("{", "NOT_JSON", ""),
        ("[1]", "NOT_AN_ORPHAPACKET", "Orphapacket"),
        ('{"Orphapacket": "x"}', "NOT_AN_ORPHAPACKET", "Orphapacket"),
        (json.dumps(_packet("x1")), "MISSING_FIELD", "ORPHAcode"),
        (json.dumps(_packet("1", Label="")), "MISSING_FIELD", "Label"),
        (json.dumps(_packet("1", DisorderType="Disease")), "MALFORMED_FIELD", "DisorderType"),
        (json.dumps(_packet("1", Parents="558")), "MALFORMED_FIELD", "Parents"),
        (json.dumps(_packet("1", ExternalReferences=[{"Source": "OMIM"}])), "MISSING_FIELD", "Reference"),
        (json.dumps(_packet("1", Prevalences={"Prevalence": [{"PrevalenceType": "x", "ValMoy": "many"}]})),
         "MALFORMED_FIELD", "ValMoy"),
        (json.dumps(_packet("558")), "DUPLICATE_CODE", "ORPHAcode"),
    ],
)  # fmt: skip
def test_a_broken_packet_is_set_aside_with_its_reason(text: str, reason: str, field: str) -> None:
    content = parse_orphapackets([("good.json", json.dumps(_packet("558"))), ("bad.json", text)], ROOTS)
    assert content.disorders["orpha_code"].tolist() == ["558"]
    (row,) = content.quarantine.to_dict("records")
    assert (row["source_file"], row["reason"], row["field"], row["action"]) == ("bad.json", reason, field, "quarantine")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "ORPHAcode Label DisorderType Synonyms Parents ExternalReferences Prevalences Phenotypes "
    "AverageAgeOfOnsets TypeOfInheritances TextSection version"
).split()


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(FIELDS), JSON)
def test_whatever_stands_in_a_field_a_packet_is_read_or_set_aside(field: str, value: Any) -> None:
    packet = _packet("1")
    packet["Orphapacket"][field] = value
    content = _parse(packet)
    assert len(content.disorders) + len(content.quarantine) == 1


def test_no_documents_give_empty_frames_of_the_same_columns() -> None:
    empty, full = _parse(), _parse(_packet("1", Parents=_parents("2")))
    for without, with_rows in zip(empty, full, strict=True):
        assert len(without) == 0
        assert list(without.columns) == list(with_rows.columns)
