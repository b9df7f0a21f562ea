"""The audit trail: one file of chained events, one line each, which only ever grows, and an anchor beside it.

Several worker processes write one trail: whoever holds the lock continues from where the file has come to. An event is
on the disk, and the anchor holds its hash, before `write` returns. See domain/audit_chain.py for the chain itself.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from orphan_disease.adapters.atomic_files import aside, atomic_open, create_folder
from orphan_disease.adapters.group_commit import GroupCommitter
from orphan_disease.adapters.process_lock import ProcessLock
from orphan_disease.contracts.audit_event import AuditEvent
from orphan_disease.domain.audit_chain import (
    START,
    Anchor,
    AuditFinding,
    Tampering,
    check_chain,
    link,
    parse_link,
    sign,
)

__all__ = ["AuditError", "AuditReport", "AuditTrail", "read_anchor", "read_anchor_file", "verify_audit_trail"]

logger = logging.getLogger(__name__)


class AuditError(RuntimeError):
    """An event could not be kept, or a trail could not be read."""


@dataclass(frozen=True)
class AuditReport:
    """What a verification found.

    Attributes:
        path: of the trail.
        events: how many it holds.
        unfinished_bytes: of a last line that a sudden end cut off; it was never acknowledged.
        is_signed: whether the anchor's signature was checked by a key.
        findings: none where the trail is intact.
    """

    path: Path
    events: int
    unfinished_bytes: int
    is_signed: bool
    findings: tuple[AuditFinding, ...]

    @property
    def is_intact(self) -> bool:
        """Whether nothing was edited, removed, moved or cut off."""
        return not self.findings


class AuditTrail:
    """A trail on the local disk, shared by the threads and the worker processes of one machine.

    Args:
        path: the trail's file; created with its folders where it is absent.
        key: signs the anchor, at least 32 bytes; keep it where who can write the trail cannot read it.

    Raises:
        AuditError: if the trail has lost its anchor, the anchor is not signed by the key, or the key is too short.
    """

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        """Open the trail; what a killed process left unfinished is cut off."""
        _check_key(key)
        create_folder(path.parent)
        self._path, self._key = path, key
        self._lock = ProcessLock(path.with_name(f"{path.name}.lock"))
        self._file = -1
        try:
            with self._lock:
                _begin(path, key)
                self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
                self._head = self._recover()
        except BaseException:
            self._close_files()
            raise
        self._committer: GroupCommitter[AuditEvent] = GroupCommitter(self._commit, name="audit-trail")

    def submit(self, event: AuditEvent) -> "Future[None]":
        """As `write`, without waiting: the future ends when the event is durable, or with the error."""
        return self._committer.submit(event)

    def write(self, event: AuditEvent) -> None:
        """Append an event; returns when it would survive the machine's sudden end.

        Raises:
            AuditError: if the disk refuses. The event is not in the trail then.
        """
        self.submit(event).result()

    @property
    def head(self) -> Anchor:
        """Where the trail has come to, as this process knows it: worth keeping on another machine too."""
        return sign(self._head, self._key)

    def close(self) -> None:
        """Write what is queued, and close the files."""
        self._committer.close()
        self._close_files()

    def _close_files(self) -> None:
        self._lock.close()
        if self._file >= 0:
            os.close(self._file)

    def _commit(self, events: Sequence[AuditEvent]) -> list[Exception | None]:
        with self._lock:
            if os.fstat(self._file).st_size != self._head.length:  # another process has written meanwhile
                self._head = self._recover()
            head, lines, outcomes = self._head, [], list[Exception | None]()
            for event in events:
                try:
                    line, head = link(asdict(event), head)
                except TypeError as error:  # one event of the group that is no JSON
                    outcomes.append(AuditError(f"the event cannot be written: {error}"))
                else:
                    lines.append(line)
                    outcomes.append(None)
            try:
                _write_whole(self._file, b"".join(lines))
                os.fsync(self._file)
                _write_anchor(self._path, sign(head, self._key))
            except OSError as error:
                os.ftruncate(self._file, self._head.length)
                raise AuditError(f"{self._path} could not be written: {error}") from error
            self._head = head
        return outcomes

    def _recover(self) -> Anchor:
        """Where the trail stands: at its anchor, and past it by what was written before a sudden end."""
        anchor = read_anchor(self._path)
        if self._key is not None and anchor != sign(anchor, self._key):
            # Going on would put our signature on what somebody else wrote.
            raise AuditError(f"{self._path}: the anchor is not signed by this key; verify it, and begin a new trail")
        size = os.fstat(self._file).st_size
        if size < anchor.length:
            # The chain goes on from the anchor, so that the gap stays visible for ever.
            logger.error("The audit trail is shorter than its anchor; verify it (orphan-disease audit verify).")
            return self._after_a_cut(anchor, size)
        head = anchor
        for line in os.pread(self._file, size - anchor.length, anchor.length).splitlines(keepends=True):
            content = parse_link(line)
            if content is None or (content["sequence"], content["previous"]) != (head.sequence + 1, head.hash):
                break
            head = Anchor(content["sequence"], head.length + len(line), content["hash"])
        if head.length < size:
            logger.warning(
                "The audit trail ended in an unfinished write, which was cut off (%d bytes).", size - head.length
            )
            os.ftruncate(self._file, head.length)
        return head

    def _after_a_cut(self, anchor: Anchor, size: int) -> Anchor:
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            _write_whole(self._file, b"\n")
            size += 1
        return Anchor(anchor.sequence, size, anchor.hash)


def verify_audit_trail(path: Path, key: bytes | None = None, kept_anchors: Sequence[Anchor] = ()) -> AuditReport:
    """Look for an edit, a deletion, a truncation or a reorder; the service may go on writing meanwhile.

    Args:
        path: of the trail.
        key: by which the anchor was signed, if it was.
        kept_anchors: earlier anchors that were kept elsewhere; the trail must pass through each.

    Raises:
        AuditError: if there is no trail.
    """
    _check_key(key)
    if not path.exists() and not _anchor_path(path).exists():
        raise AuditError(f"{path}: there is no audit trail; give the file that the service writes")
    forged: list[AuditFinding] = []
    anchors = list(kept_anchors)
    try:
        anchor = read_anchor(path)
    except AuditError as error:
        forged.append(AuditFinding(Tampering.ANCHOR, None, str(error)))
    else:
        anchors.append(anchor)
        if key is not None and anchor != sign(anchor, key):
            forged.append(AuditFinding(Tampering.ANCHOR, None, "the anchor is not signed by this key"))
    check = check_chain(_lines(path), anchors)
    return AuditReport(path, check.events, check.unfinished_bytes, key is not None, (*check.findings, *forged))


def read_anchor(path: Path) -> Anchor:
    """The anchor of a trail, from the file `<trail>.anchor` beside it.

    Raises:
        AuditError: if it is missing or damaged.
    """
    return read_anchor_file(_anchor_path(path))


def read_anchor_file(file: Path) -> Anchor:
    """An anchor from its own file, such as a copy that was kept elsewhere.

    Raises:
        AuditError: if it is missing or damaged.
    """
    try:
        content = orjson.loads(file.read_bytes())
        return Anchor(int(content["sequence"]), int(content["length"]), str(content["hash"]), content["signature"])
    except FileNotFoundError:
        problem = "missing"
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        problem = "damaged"
    raise AuditError(f"{file}: the anchor of the audit trail is {problem}; bring the file back from a copy")


def _check_key(key: bytes | None) -> None:
    minimum = 32
    if key is not None and len(key) < minimum:
        raise AuditError(f"the key of the audit trail has {len(key)} bytes; at least {minimum} are needed")


def _begin(path: Path, key: bytes | None) -> None:
    """A new trail has an anchor before its first event, so that a missing one always means something."""
    if not path.exists() and not _anchor_path(path).exists():
        with atomic_open(_anchor_path(path)) as stream:
            stream.write(orjson.dumps(asdict(sign(START, key))))
    elif not _anchor_path(path).exists():
        read_anchor(path)  # raises, and says so


def _anchor_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.anchor")


def _write_anchor(path: Path, anchor: Anchor) -> None:
    """Replace the anchor. Its folder is not flushed: after a power cut the one before is there, which holds as well."""
    target = _anchor_path(path)
    partial = aside(target)
    with partial.open("xb") as stream:
        stream.write(orjson.dumps(asdict(anchor)))
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(target)


def _write_whole(file: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as stream:
            yield from stream
