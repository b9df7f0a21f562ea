"""Whatever is done to a chain of events is found, and what is whole is never accused."""

import hashlib
import json
from itertools import pairwise

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.domain.audit_chain import START, Anchor, Tampering, check_chain, link, parse_link, sign

EVENTS = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3), min_size=2, max_size=8)
KEY = b"k" * 32
quick = settings(max_examples=40, deadline=None)


def _chain(events: list[dict[str, str]]) -> tuple[list[bytes], list[Anchor]]:
    lines, anchors = [], [START]
    for event in events:
        line, anchor = link(event, anchors[-1])
        lines.append(line)
        anchors.append(anchor)
    return lines, anchors


def _kinds(lines: list[bytes], *anchors: Anchor) -> list[Tampering]:
    return [finding.kind for finding in check_chain(lines, anchors).findings]


@pytest.fixture
def six() -> tuple[list[bytes], list[Anchor]]:
    return _chain([{"action": f"a{number}"} for number in range(1, 7)])


def test_a_line_is_what_its_documentation_says() -> None:
    line, _ = link({"action": "predict"}, START)
    content = json.loads(line)
    stated = content.pop("hash")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert content == {"event": {"action": "predict"}, "previous": "0" * 64, "sequence": 1}
    assert stated == hashlib.sha256(text.encode()).hexdigest()


@quick
@given(EVENTS)
def test_a_whole_chain_passes_through_all_its_anchors(events: list[dict[str, str]]) -> None:
    lines, anchors = _chain(events)
    check = check_chain(lines, anchors)
    assert (check.events, check.unfinished_bytes, check.findings) == (len(events), 0, ())
    assert anchors[-1].length == len(b"".join(lines))
    hashes = [START.hash, *(json.loads(line)["hash"] for line in lines)]
    assert [json.loads(line)["previous"] for line in lines] == hashes[:-1]
    assert all(first != second for first, second in pairwise(hashes))


@quick
@given(EVENTS, st.data())
def test_any_changed_byte_is_found(events: list[dict[str, str]], data: st.DataObject) -> None:
    lines, anchors = _chain(events)
    whole = b"".join(lines)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    assert check_chain(bytes(changed).splitlines(keepends=True), [anchors[-1]]).findings


@quick
@given(EVENTS, st.data())
def test_any_lines_taken_out_are_found(events: list[dict[str, str]], data: st.DataObject) -> None:
    lines, anchors = _chain(events)
    kept = data.draw(
        st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)).filter(lambda flags: not all(flags))
    )
    rest = [line for line, is_kept in zip(lines, kept, strict=True) if is_kept]
    assert set(_kinds(rest, anchors[-1])) <= {Tampering.DELETED, Tampering.TRUNCATED}
    assert _kinds(rest, anchors[-1])


@quick
@given(EVENTS, st.data())
def test_any_other_order_is_found(events: list[dict[str, str]], data: st.DataObject) -> None:
    lines, anchors = _chain(events)
    mixed = data.draw(st.permutations(lines).filter(lambda order: order != lines))
    assert set(_kinds(mixed, anchors[-1])) == {Tampering.REORDERED}


@quick
@given(EVENTS, st.data())
def test_a_cut_at_any_byte_is_found(events: list[dict[str, str]], data: st.DataObject) -> None:
    lines, anchors = _chain(events)
    whole = b"".join(lines)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert _kinds(cut.splitlines(keepends=True), anchors[-1]) == [Tampering.TRUNCATED]


def test_an_edit_is_told_by_its_line(six: tuple[list[bytes], list[Anchor]]) -> None:
    lines, anchors = six
    lines[2] = lines[2].replace(b"a3", b"b3")
    (finding,) = check_chain(lines, [anchors[-1]]).findings
    assert (finding.kind, finding.line) == (Tampering.EDITED, 3)


def test_an_edit_with_a_new_hash_is_found_at_the_next_line(six: tuple[list[bytes], list[Anchor]]) -> None:
    lines, anchors = six
    lines[2], _ = link({"action": "b3"}, anchors[2])
    (finding,) = check_chain(lines, [anchors[-1]]).findings
    assert (finding.kind, finding.line) == (Tampering.EDITED, 4)


def test_a_newest_event_that_is_replaced_is_found_by_the_anchor(six: tuple[list[bytes], list[Anchor]]) -> None:
    lines, anchors = six
    lines[5], _ = link({"action": "b6"}, anchors[5])
    assert _kinds(lines, anchors[-1]) == [Tampering.REWRITTEN]


def test_a_chain_written_anew_is_found_by_an_anchor_that_was_kept(six: tuple[list[bytes], list[Anchor]]) -> None:
    _, anchors = six
    forged, forged_anchors = _chain([{"action": f"b{number}"} for number in range(1, 8)])
    assert _kinds(forged, forged_anchors[-1]) == []
    assert _kinds(forged, forged_anchors[-1], anchors[4]) == [Tampering.REWRITTEN]


def test_a_deletion_names_the_events(six: tuple[list[bytes], list[Anchor]]) -> None:
    lines, anchors = six
    (finding,) = check_chain([lines[0], *lines[3:]], [anchors[-1]]).findings
    assert (finding.kind, finding.detail) == (Tampering.DELETED, "event 2 to 3 is not in the file")


def test_a_doubled_line_is_found(six: tuple[list[bytes], list[Anchor]]) -> None:
    lines, anchors = six
    assert _kinds([*lines[:3], lines[2], *lines[3:]], anchors[-1]) == [Tampering.REORDERED]


def test_what_was_written_after_the_anchor_is_fine(six: tuple[list[bytes], list[Anchor]]) -> None:
    lines, anchors = six
    check = check_chain([*lines[:4], lines[4][:10]], [anchors[3]])
    assert (check.events, check.unfinished_bytes, check.findings) == (4, 10, ())


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"null\n",
        b"[]\n",
        b'{"event":{},"hash":"0","previous":"0"}\n',
        orjson.dumps({"event": {}, "hash": "0", "previous": "0", "sequence": True}) + b"\n",
    ],
)
def test_what_is_no_link_is_none(line: bytes) -> None:
    assert parse_link(line) is None


def test_a_line_in_another_writing_is_an_edit(six: tuple[list[bytes], list[Anchor]]) -> None:
    spaced = json.dumps(json.loads(six[0][0])).encode() + b"\n"
    assert parse_link(spaced) is None


def test_a_signature_holds_for_one_anchor_and_one_key(six: tuple[list[bytes], list[Anchor]]) -> None:
    _, anchors = six
    signed = sign(anchors[3], KEY)
    assert sign(signed, KEY) == signed
    assert sign(anchors[4], KEY).signature != signed.signature
    assert sign(anchors[3], b"x" * 32).signature != signed.signature
    assert sign(signed, None) == anchors[3]
