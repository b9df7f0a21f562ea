"""Costs are those of a fresh process; in a test, of a clock that the test winds."""

import shutil
from itertools import count
from pathlib import Path

import pytest

from orphan_disease.adapters import serving_costs
from orphan_disease.adapters.package_files import write_package
from orphan_disease.adapters.serving_costs import measure_package, measure_serving_costs
from tests.domain.small_predictor import small_cases, small_predictor


def test_times_are_read_off_the_clocks(tmp_path: Path) -> None:
    write_package(small_predictor(), tmp_path)
    elapsed, worked = count(0, 0.010), count(0, 0.002)
    figures = measure_package(tmp_path, small_cases().iloc[:9], lambda: next(elapsed), lambda: next(worked))
    assert figures["cases"] == 4  # five warm it up
    assert figures["load_seconds"] == pytest.approx(0.010)
    assert figures["elapsed_median_ms"] == pytest.approx(10.0)
    assert (figures["processor_median_ms"], figures["processor_p99_ms"]) == (pytest.approx(2.0), pytest.approx(2.0))


def test_the_least_of_a_cases_times_counts(tmp_path: Path) -> None:
    """A machine that is busy in two rounds of three fails no model."""
    write_package(small_predictor(), tmp_path)
    moments = [moment for busy in (0.030, 0.002, 0.040) for _ in range(2) for moment in (0.0, busy)]
    worked = iter(moments)
    figures = measure_package(tmp_path, small_cases().iloc[:2], processor=lambda: next(worked))
    assert figures["processor_median_ms"] == pytest.approx(2.0)


def test_a_fresh_process_gives_the_figures() -> None:
    figures = measure_serving_costs(small_predictor(), small_cases().iloc[:8])
    assert figures["cases"] == 3
    assert 0 < figures["processor_median_ms"] <= figures["processor_p99_ms"]
    assert figures["memory_megabytes"] > 50


def test_a_process_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_costs.sys, "executable", shutil.which("false"))
    with pytest.raises(RuntimeError, match="could not be measured in a fresh process"):
        measure_serving_costs(small_predictor(), small_cases().iloc[:2])
