"""The chain of the audit trail: each event carries the hash of the one before it, and an anchor holds the newest hash.

An event is one line of canonical JSON (UTF-8, sorted keys, no spaces):

    {"event": {...}, "hash": H(n), "previous": H(n-1), "sequence": n}

where H(n) is the SHA-256, in hexadecimal, of the same line without its `hash`, and H(0) is 64 zeros. A line can be
edited, removed or moved only by writing every later hash anew, and the newest no longer equals the anchor's then. The
anchor is signed (HMAC-SHA-256) where a key is given: who can write the files but lacks the key cannot renew it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import orjson

__all__ = ["START", "Anchor", "AuditFinding", "ChainCheck", "Tampering", "check_chain", "link", "parse_link", "sign"]

FIRST_HASH: Final = "0" * 64


class Tampering(StrEnum):
    """What was done to a trail."""

    EDITED = "edited"
    DELETED = "deleted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"  # a chain that holds in itself, but is not the one that was anchored
    ANCHOR = "anchor"  # the anchor is missing, damaged, or not signed by the key


@dataclass(frozen=True)
class AuditFinding:
    """One sign of tampering.

    Attributes:
        kind: what was done.
        line: of the trail's file, from 1; None where it is not at a line.
        detail: what was found and what would be right; it quotes no event.
    """

    kind: Tampering
    line: int | None
    detail: str


@dataclass(frozen=True)
class Anchor:
    """Where a trail has come to.

    Attributes:
        sequence: of the newest event; 0 for none.
        length: of the file in bytes, up to the end of that event's line.
        hash: of that event.
        signature: HMAC-SHA-256 over the other three, in hexadecimal; None without a key.
    """

    sequence: int
    length: int
    hash: str
    signature: str | None = None


@dataclass(frozen=True)
class ChainCheck:
    """What a check of lines found.

    Attributes:
        events: lines that are events of a chain.
        unfinished_bytes: of a last line without its end: a write that a sudden end cut off, never acknowledged.
        findings: none where the trail is whole.
    """

    events: int
    unfinished_bytes: int
    findings: tuple[AuditFinding, ...]


START: Final = Anchor(0, 0, FIRST_HASH)


def link(event: Mapping[str, Any], before: Anchor) -> tuple[bytes, Anchor]:
    r"""The line of the next event, and where the trail has come to with it.

    >>> line, after = link({"action": "predict"}, START)
    >>> line.startswith(b'{"event":{"action":"predict"},"hash":"') and line.endswith(b'"sequence":1}\n')
    True
    >>> after.sequence, after.length == len(line)
    (1, True)

    Raises:
        TypeError: if the event holds what JSON cannot, such as text that is no Unicode.
    """
    content = {"event": dict(event), "previous": before.hash, "sequence": before.sequence + 1}
    digest = _digest(content)
    line = _canonical(content | {"hash": digest}) + b"\n"
    return line, Anchor(before.sequence + 1, before.length + len(line), digest)


def parse_link(line: bytes) -> dict[str, Any] | None:
    """A line's content, or None if it is not, to the byte, a line that `link` would have written."""
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, dict) or content.keys() != {"event", "hash", "previous", "sequence"}:
        return None
    rest = {name: value for name, value in content.items() if name != "hash"}
    is_whole = type(content["sequence"]) is int and _canonical(content) + b"\n" == line
    return content if is_whole and _digest(rest) == content["hash"] else None


def sign(anchor: Anchor, key: bytes | None) -> Anchor:
    """The anchor with its signature by the key, or without one where there is no key."""
    if key is None:
        return replace(anchor, signature=None)
    message = _canonical([anchor.sequence, anchor.length, anchor.hash])
    return replace(anchor, signature=hmac.new(key, message, hashlib.sha256).hexdigest())


def check_chain(lines: Iterable[bytes], anchors: Sequence[Anchor]) -> ChainCheck:
    """Check that lines are one chain which passes through every anchor.

    Args:
        lines: with their ends, in the file's order; read once.
        anchors: that the trail has had, such as the newest and those kept elsewhere; signatures are not looked at.
    """
    walk = _Walk({anchor.sequence for anchor in anchors})
    for line in lines:
        walk.step(line)
    missing = sorted(walk.missing)
    gaps = [AuditFinding(Tampering.DELETED, None, f"{_spans(missing)} is not in the file")] if missing else []
    at_anchors = [found for anchor in anchors if (found := _at_anchor(walk, anchor)) is not None]
    return ChainCheck(walk.events, walk.unfinished, (*walk.findings, *gaps, *at_anchors))


class _Walk:
    """A reader's place in a trail: what came before, and what was found."""

    def __init__(self, anchored: set[int]) -> None:
        self.anchored = anchored
        self.hashes = {0: FIRST_HASH}  # of the anchored sequences
        self.findings: list[AuditFinding] = []
        self.missing: set[int] = set()
        self.highest = 0
        self.events = 0
        self.unfinished = 0
        self._line = 0
        self._last: str | None = FIRST_HASH  # hash of the line above, if it is readable and in place

    def step(self, line: bytes) -> None:
        self._line += 1
        if not line.endswith(b"\n"):
            self.unfinished = len(line)
            return
        content = parse_link(line)
        if content is None:
            self._find(Tampering.EDITED, "its content does not have its hash")
            self.highest, self._last = self.highest + 1, None
            return
        self.events += 1
        is_in_order = self._place(content["sequence"], content["previous"])
        self._last = content["hash"] if is_in_order else None
        if content["sequence"] in self.anchored:
            self.hashes[content["sequence"]] = content["hash"]

    def _place(self, sequence: int, previous: str) -> bool:
        if sequence <= self.highest:
            self._find(Tampering.REORDERED, f"event {sequence} stands after event {self.highest}")
            self.missing.discard(sequence)
            return False
        skipped = range(self.highest + 1, sequence)
        self.missing.update(skipped)
        if not skipped and self._last not in {None, previous}:
            self._find(Tampering.EDITED, "it does not carry the hash of the line above, which was replaced")
        self.highest = sequence
        return True

    def _find(self, kind: Tampering, detail: str) -> None:
        self.findings.append(AuditFinding(kind, self._line, detail))


def _at_anchor(walk: _Walk, anchor: Anchor) -> AuditFinding | None:
    if anchor.sequence > walk.highest:
        detail = f"the trail ends with event {walk.highest}; it has had {anchor.sequence}"
        return AuditFinding(Tampering.TRUNCATED, None, detail)
    found = walk.hashes.get(anchor.sequence)
    if found in {None, anchor.hash}:  # an anchored line that is unreadable or missing is found by the walk itself
        return None
    detail = f"event {anchor.sequence} does not have the hash that its anchor holds"
    return AuditFinding(Tampering.REWRITTEN, None, detail)


def _spans(numbers: Sequence[int]) -> str:
    """Consecutive numbers as spans.

    >>> _spans([2, 3, 4, 9])
    'event 2 to 4, 9'
    """
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return "event " + ", ".join(" to ".join(str(end) for end in span) for span in spans)


def _canonical(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(content)).hexdigest()
