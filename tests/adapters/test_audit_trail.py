"""The trail's file grows by whole, durable, chained lines, whoever writes it and however a writer ends."""

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import SystemRandom

import pytest

from orphan_disease.adapters.audit_trail import AuditError, AuditTrail, read_anchor, verify_audit_trail
from orphan_disease.domain.audit_chain import START, Tampering, link
from tests.adapters.audit_writer import event, write_for_ever

KEY = b"k" * 32
KILLS = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit" / "trail.jsonl"


def _requests(path: Path) -> list[str]:
    return [json.loads(line)["event"]["request_id"] for line in path.read_bytes().splitlines()]


def _kinds(path: Path, key: bytes | None = None) -> list[Tampering]:
    return [finding.kind for finding in verify_audit_trail(path, key).findings]


def _written(path: Path, count: int = 6, key: bytes | None = None) -> list[bytes]:
    with closing(AuditTrail(path, key)) as trail:
        for number in range(count):
            trail.write(event(str(number)))
    return path.read_bytes().splitlines(keepends=True)


def test_an_event_is_a_line_that_any_tool_reads(path: Path) -> None:
    (line,) = _written(path, 1)
    assert json.loads(line)["event"] == {
        "at": "2026-03-01T00:00:00+00:00",
        "actor": "dr",
        "role": "clinician",
        "action": "predict",
        "resource": "prediction-1",
        "outcome": "200",
        "remote": "127.0.0.1",
        "model_version": "m1",
        "request_id": "0",
    }
    assert path.stat().st_mode & 0o077 == 0


def test_the_chain_goes_on_where_it_was_left(path: Path) -> None:
    _written(path, 3)
    with closing(AuditTrail(path)) as trail:
        trail.write(event("later"))
        assert trail.head == read_anchor(path)
        assert trail.head.sequence == 4

    report = verify_audit_trail(path)
    assert (report.events, report.is_intact, report.is_signed) == (4, True, False)


def test_threads_and_processes_keep_one_chain(path: Path, tmp_path: Path) -> None:
    context = _forkserver()
    processes = [
        context.Process(target=write_for_ever, args=(str(path), name, str(tmp_path / name)), daemon=True)
        for name in ("one", "two")
    ]
    for process in processes:
        process.start()
    _until(lambda: all(len(_lines(tmp_path / name)) >= 20 for name in ("one", "two")))
    with closing(AuditTrail(path)) as trail, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: trail.write(event(f"thread-{number}")), range(40)))
    for process in processes:
        process.kill()
        process.join()

    AuditTrail(path).close()
    assert _kinds(path) == []
    written = _requests(path)
    acknowledged = [*_lines(tmp_path / "one"), *_lines(tmp_path / "two"), *(f"thread-{n}" for n in range(40))]
    assert len(set(written)) == len(written)
    assert set(acknowledged) <= set(written)
    changes = sum(first.split("-")[0] != second.split("-")[0] for first, second in pairwise(written))
    assert changes >= 3  # they did write in turns


def test_a_killed_writer_breaks_no_chain_and_loses_no_event(path: Path, tmp_path: Path) -> None:
    context = _forkserver()
    noted = tmp_path / "noted"
    for _ in range(KILLS):
        before = len(_lines(noted))
        process = context.Process(target=write_for_ever, args=(str(path), "w", str(noted)), daemon=True)
        process.start()
        _until(lambda seen=before: len(_lines(noted)) > seen)  # type: ignore[misc]
        time.sleep(SystemRandom().uniform(0, 0.02))
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()

    AuditTrail(path).close()
    report = verify_audit_trail(path)
    assert (report.findings, report.unfinished_bytes) == ((), 0)
    written = _requests(path)
    assert len(set(written)) == len(written) == report.events
    assert set(_lines(noted)) <= set(written)


def test_every_kind_of_tampering_is_found(path: Path) -> None:
    lines = _written(path)
    forged, _ = link({"action": "predict"}, START)
    cases: dict[Tampering, list[bytes]] = {
        Tampering.EDITED: [*lines[:2], lines[2].replace(b'"dr"', b'"mr"'), *lines[3:]],
        Tampering.DELETED: [*lines[:2], *lines[3:]],
        Tampering.REORDERED: [lines[1], lines[0], *lines[2:]],
        Tampering.TRUNCATED: lines[:-1],
    }
    for kind, tampered in cases.items():
        path.write_bytes(b"".join(tampered))
        assert _kinds(path) == [kind]
    path.write_bytes(b"")
    assert _kinds(path) == [Tampering.TRUNCATED]
    path.unlink()
    assert _kinds(path) == [Tampering.TRUNCATED]
    path.write_bytes(forged)
    assert _kinds(path) == [Tampering.TRUNCATED]


def test_an_anchor_that_is_gone_or_damaged_is_found(path: Path) -> None:
    _written(path)
    anchor = path.with_name("trail.jsonl.anchor")
    for content in (b"", b"[]", b'{"sequence": 6}'):
        anchor.write_bytes(content)
        assert _kinds(path) == [Tampering.ANCHOR]
    anchor.unlink()
    assert _kinds(path) == [Tampering.ANCHOR]
    with pytest.raises(AuditError, match="anchor of the audit trail is missing"):
        AuditTrail(path)


def test_who_lacks_the_key_cannot_write_the_past_anew(path: Path, tmp_path: Path) -> None:
    _written(path, key=KEY)
    assert verify_audit_trail(path, KEY).is_intact
    assert _kinds(path, b"x" * 32) == [Tampering.ANCHOR]

    other = tmp_path / "forged" / "trail.jsonl"
    _written(other, 7)
    for ending in ("", ".anchor"):
        other.with_name(f"trail.jsonl{ending}").replace(path.with_name(f"trail.jsonl{ending}"))
    assert _kinds(path) == []  # without the key, a chain written anew looks whole
    assert _kinds(path, KEY) == [Tampering.ANCHOR]
    with pytest.raises(AuditError, match="not signed by this key"):
        AuditTrail(path, KEY)


def test_a_copy_of_an_old_state_is_found_by_an_anchor_that_was_kept(path: Path) -> None:
    _written(path, 3, KEY)
    old = {file: file.read_bytes() for file in path.parent.iterdir()}
    _written(path, 3, KEY)
    kept = read_anchor(path)
    for file, content in old.items():
        file.write_bytes(content)

    assert verify_audit_trail(path, KEY).is_intact
    (finding,) = verify_audit_trail(path, KEY, [kept]).findings
    assert finding.kind is Tampering.TRUNCATED


@pytest.mark.parametrize("cut", [2, 200])
def test_after_a_cut_the_gap_stays_visible(path: Path, cut: int) -> None:
    _written(path)
    os.truncate(path, path.stat().st_size - cut)
    with closing(AuditTrail(path)) as trail:
        trail.write(event("after"))
    kinds = _kinds(path)
    assert kinds
    assert set(kinds) <= {Tampering.EDITED, Tampering.DELETED}
    assert _requests_readable(path)[-1] == "after"


def test_a_cut_under_a_running_writer_stays_visible(path: Path) -> None:
    with closing(AuditTrail(path)) as trail:
        for number in range(4):
            trail.write(event(str(number)))
        os.truncate(path, 0)
        trail.write(event("after"))
    assert _kinds(path) == [Tampering.DELETED]


def test_an_unfinished_write_is_cut_off_and_a_finished_one_kept(path: Path) -> None:
    _written(path, 2)
    head = read_anchor(path)
    finished, _ = link({"request_id": "finished"}, head)
    with path.open("ab") as stream:
        stream.write(finished + finished[:30])
    assert verify_audit_trail(path).unfinished_bytes == 30

    with closing(AuditTrail(path)) as trail:
        trail.write(event("after"))
    assert _requests(path) == ["0", "1", "finished", "after"]
    assert _kinds(path) == []


def test_a_disk_that_refuses_is_told_and_leaves_the_chain_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with closing(AuditTrail(path)) as trail:
        trail.write(event("before"))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", refuse)
            with pytest.raises(AuditError, match="No space left"):
                trail.write(event("refused"))
        trail.write(event("after"))
    assert _requests(path) == ["before", "after"]
    assert _kinds(path) == []


def test_an_event_that_is_no_json_is_refused_alone(path: Path) -> None:
    with closing(AuditTrail(path)) as trail:
        with pytest.raises(AuditError, match="cannot be written"):
            trail.write(event("x", actor="\ud800"))
        trail.write(event("y"))
    assert _requests(path) == ["y"]


def test_a_line_break_in_a_field_forges_no_line(path: Path) -> None:
    with closing(AuditTrail(path)) as trail:
        trail.write(event("x", actor='dr"}}\n{"event":{}'))
    assert len(path.read_bytes().splitlines()) == 1
    assert _kinds(path) == []


def test_no_trail_is_an_error_and_so_is_a_short_key(path: Path) -> None:
    with pytest.raises(AuditError, match="there is no audit trail"):
        verify_audit_trail(path)
    with pytest.raises(AuditError, match="at least 32"):
        AuditTrail(path, b"short")


def _forkserver() -> "multiprocessing.context.ForkServerContext":
    """Processes start from one that has imported what the writers need: of this test and of the ledger's kills."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.adapters.audit_writer", "deploy.load.kill_ledger"])
    return context


def _lines(file: Path) -> list[str]:
    """The whole lines of a file that another process writes."""
    return file.read_text().split("\n")[:-1] if file.exists() else []


def _requests_readable(path: Path) -> list[str]:
    whole = [line for line in path.read_bytes().splitlines() if line.endswith(b"}")]
    return [json.loads(line)["event"]["request_id"] for line in whole if line.startswith(b'{"event"')]


def _until(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.002)
