"""Runs a pipeline that is killed (SIGKILL) at given points and resumed, as its user would; started by a test.

Every attempt is a process of its own, forked from one that has loaded the libraries. It counts the files that it opens
for writing, renames or removes below the data root, and kills itself before the n-th: no machine is too fast or too
slow for that.

`python -m tests.e2e.cut_off <plan.json>` prints, as its last line, how each attempt ended and how much the last wrote.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from orphan_disease.adapters.retraining_hooks import resume_retraining

WRITING = os.O_WRONLY | os.O_RDWR
DONE, KILLED = "done", "killed"


class Counter:
    """Counts the changes below a folder, and ends the process before one of them."""

    def __init__(self, folder: str, fatal: int | None) -> None:
        self.folder, self.fatal, self.count = folder, fatal, 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_change = event in {"os.rename", "os.remove"} or (
            event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & WRITING)
        )
        if not is_change or not isinstance(arguments[0], str | os.PathLike):
            return
        if os.fspath(arguments[0]).startswith(self.folder):
            self.count += 1
            if self.count == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)


def _run(plan: Mapping[str, Any]) -> None:
    project, pipeline = Path(plan["project"]), plan["pipeline"]
    root = plan["parameters"]["data_root"]
    if pipeline == "retraining" and resume_retraining(project, root):
        return
    session = KedroSession.create(project, env=plan["env"], runtime_params=plan["parameters"])
    with session:
        session.run(pipeline_names=[pipeline])


def _attempt(plan: Mapping[str, Any], fatal: int | None, counted: Path) -> str:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            counter = Counter(plan["parameters"]["data_root"], fatal)
            sys.addaudithook(counter)
            _run(plan)
            counted.write_text(str(counter.count), encoding="utf-8")
            status = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return KILLED
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"an attempt failed by itself: {os.waitstatus_to_exitcode(status)}")
    return DONE


def main(place: Path) -> None:
    """Run the plan's pipeline to its end, through all of its kills."""
    plan = json.loads(place.read_text(encoding="utf-8"))
    bootstrap_project(Path(plan["project"]))
    from kedro.framework.project import pipelines  # noqa: PLC0415  # known only once the project is configured

    dict(pipelines)  # loads every library once, before the first fork
    counted = place.with_suffix(".count")
    ends = [_attempt(plan, fatal, counted) for fatal in [*plan["kills"], None]]
    print(json.dumps({"ends": ends, "changes": int(counted.read_text(encoding="utf-8"))}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
