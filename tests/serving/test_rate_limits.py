"""A client gets its burst and its rate, over all workers, and no other client pays for it."""

import multiprocessing
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.serving import rate_limits
from orphan_disease.serving.rate_limits import RateLimiter, RateLimits

LIMITS = RateLimits(requests_per_second=2, burst_requests=3)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def forward(seconds: float) -> None:
        now[0] += seconds

    return forward


@pytest.fixture
def limiter(tmp_path: Path, clock: Callable[[float], None]) -> Iterator[RateLimiter]:
    with closing(RateLimiter(tmp_path / "limits" / "limits.db", LIMITS)) as opened:
        yield opened


def count_allowed(path: str, checks: int) -> int:
    with closing(RateLimiter(Path(path), RateLimits(requests_per_second=0.001, burst_requests=100))) as limiter:
        return sum(limiter.check("ward") == 0 for _ in range(checks))


def test_a_burst_then_the_rate(limiter: RateLimiter, clock: Callable[[float], None]) -> None:
    assert [limiter.check("ward") for _ in range(4)] == [0, 0, 0, pytest.approx(0.5)]
    clock(0.4)
    assert limiter.check("ward") == pytest.approx(0.1)
    clock(0.11)
    assert limiter.check("ward") == 0
    assert limiter.check("ward") == pytest.approx(0.49)
    clock(100)
    assert [limiter.check("ward") == 0 for _ in range(4)] == [True, True, True, False]


def test_clients_do_not_pay_for_each_other(limiter: RateLimiter) -> None:
    while limiter.check("ward") == 0:
        pass
    assert limiter.check("another ward") == 0


def test_who_is_refused_pays_nothing(limiter: RateLimiter, clock: Callable[[float], None]) -> None:
    for _ in range(50):
        limiter.check("ward")
    clock(0.51)
    assert limiter.check("ward") == 0


def test_workers_share_the_limit(tmp_path: Path) -> None:
    path = str(tmp_path / "limits.db")
    with multiprocessing.get_context("forkserver").Pool(2) as pool:
        allowed = pool.starmap(count_allowed, [(path, 150)] * 4)
    assert sum(allowed) == 100


def test_a_file_of_an_earlier_boot_holds_nobody_up(limiter: RateLimiter, clock: Callable[[float], None]) -> None:
    for _ in range(3):
        limiter.check("ward")
    clock(-999)  # the machine has started anew
    assert [limiter.check("ward") for _ in range(4)] == [0, 0, 0, pytest.approx(0.5)]


def test_a_busy_file_lets_nobody_through(limiter: RateLimiter, tmp_path: Path) -> None:
    limiter._connection.execute("PRAGMA busy_timeout=10")
    with closing(sqlite3.connect(tmp_path / "limits" / "limits.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert limiter.check("ward") == rate_limits.WAIT_WHERE_BUSY_SECONDS
        other.execute("ROLLBACK")
    assert limiter.check("ward") == 0


def test_full_buckets_are_cleaned_away_and_clients_stand_as_digests(
    limiter: RateLimiter, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rate_limits, "CHECKS_BETWEEN_CLEANINGS", 10)
    for number in range(9):
        limiter.check(f"canary-{number}")
    clock(10)
    limiter.check("canary-9")
    with closing(sqlite3.connect(tmp_path / "limits" / "limits.db")) as other:
        rows = other.execute("SELECT client FROM buckets").fetchall()
    assert len(rows) == 1
    assert not any(b"canary" in file.read_bytes() for file in (tmp_path / "limits").iterdir())


@given(steps=st.lists(st.floats(0, 3), min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_no_pattern_of_requests_gets_more_than_burst_and_rate(steps: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch, closing(RateLimiter(Path(":memory:"), LIMITS)) as limiter:
        now = 0.0
        allowed: list[float] = []
        for step in steps:
            now += step
            patch.setattr(time, "monotonic", lambda at=now: at)
            wait = limiter.check("ward")
            if wait == 0:
                allowed.append(now)
            else:
                assert 0 < wait <= 1 / LIMITS.requests_per_second + 1e-3
        for first, start in enumerate(allowed):
            for last in range(first, len(allowed)):
                budget = LIMITS.burst_requests + LIMITS.requests_per_second * (allowed[last] - start)
                assert last - first + 1 <= budget + 1e-6


@given(steps=st.lists(st.floats(0, 3), min_size=4, max_size=30))
@settings(max_examples=40, deadline=None)
def test_the_wait_that_is_named_is_enough(steps: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch, closing(RateLimiter(Path(":memory:"), LIMITS)) as limiter:
        now = 0.0
        for step in steps:
            now += step
            patch.setattr(time, "monotonic", lambda at=now: at)
            wait = limiter.check("ward")
            if wait:
                now += wait + 1e-6
                patch.setattr(time, "monotonic", lambda at=now: at)
                assert limiter.check("ward") == 0
