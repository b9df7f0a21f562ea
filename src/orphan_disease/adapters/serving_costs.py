"""What a packaged model costs to serve: time and memory, in a fresh process on one core, as a server would hold it.

`python -m orphan_disease.adapters.serving_costs <package> <cases.parquet>` prints the figures as JSON.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pandas as pd

from orphan_disease.adapters.package_files import read_package, write_package
from orphan_disease.domain.prediction import Predictor

__all__ = ["measure_package", "measure_serving_costs"]

WARM_UP_CASES: Final = 5
ROUNDS: Final = 3  # the least of a case's times counts: what else a busy machine does makes the others longer
TIMEOUT_SECONDS: Final = 600
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
Clock = Callable[[], float]
_PACKAGE, _CASES = "package", "cases.parquet"


def measure_serving_costs(predictor: Predictor, cases: pd.DataFrame) -> dict[str, float]:
    """Package the model aside, load it in a fresh process, and answer the cases one by one.

    Args:
        predictor: the model.
        cases: rows of the `cases` table; a few more than are needed for a percentile.

    Returns:
        `load_seconds`; `processor_median_ms` and `processor_p99_ms`, which say what an answer costs whatever else the
        machine does; `elapsed_median_ms` and `elapsed_p99_ms`, which a user would wait here and now;
        `memory_megabytes` (largest resident set); `cases` that were timed.

    Raises:
        RuntimeError: if the process fails; the message ends with what it printed.
    """
    with TemporaryDirectory(prefix="serving_costs_") as aside:
        folder = Path(aside, _PACKAGE)
        folder.mkdir()
        write_package(predictor, folder)
        cases.to_parquet(Path(aside, _CASES))
        command = [sys.executable, "-m", "orphan_disease.adapters.serving_costs", str(folder), str(Path(aside, _CASES))]
        done = subprocess.run(  # noqa: S603  # this interpreter, arguments written here
            command,
            env={**os.environ, **_ONE_THREAD},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"the package could not be measured in a fresh process: {done.stderr[-2000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure_package(
    folder: Path, cases: pd.DataFrame, clock: Clock = time.perf_counter, processor: Clock = time.process_time
) -> dict[str, float]:
    """The costs of a package in this process, which should have done nothing else; see `measure_serving_costs`.

    Args:
        folder: the package.
        cases: rows of the `cases` table, answered one by one, in several rounds.
        clock: seconds that pass.
        processor: seconds that this process works.
    """
    started = clock()
    predictor = read_package(folder)
    loaded = clock() - started
    passed, worked = np.empty((ROUNDS, len(cases))), np.empty((ROUNDS, len(cases)))
    for each in range(ROUNDS):
        for row in range(len(cases)):
            begun = (clock(), processor())
            predictor.predict(cases.iloc[[row]])
            passed[each, row] = 1000 * (clock() - begun[0])
            worked[each, row] = 1000 * (processor() - begun[1])
    passed, worked = passed.min(axis=0), worked.min(axis=0)
    warm = WARM_UP_CASES if len(cases) > WARM_UP_CASES else 0
    return {
        "cases": len(cases) - warm,
        "load_seconds": loaded,
        "processor_median_ms": float(np.median(worked[warm:])),
        "processor_p99_ms": float(np.quantile(worked[warm:], 0.99)),
        "elapsed_median_ms": float(np.median(passed[warm:])),
        "elapsed_p99_ms": float(np.quantile(passed[warm:], 0.99)),
        "memory_megabytes": _peak_memory_megabytes(),
    }


def _peak_memory_megabytes() -> float:
    """Largest resident set of this program.

    Linux counts it anew for each program (`VmHWM`), while `getrusage` goes on from the process that started it.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main(arguments: list[str]) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    package, cases = arguments
    figures = measure_package(Path(package), pd.read_parquet(cases))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
