"""The notebooks run from top to bottom on the model that the training has packaged."""

import os
import subprocess
import sys

from tests.e2e.conftest import Run


def test_notebooks_run_on_the_packaged_model(local_training: Run) -> None:
    place = local_training.place
    variables = {
        **os.environ,
        **place.variables,
        "KEDRO_ENV": place.env,
        "ORPHAN_DISEASE_DATA_ROOT": place.parameters["data_root"],
    }
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-p", "no:cacheprovider", "--nbmake", "notebooks"]
    done = subprocess.run(command, cwd=place.project, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert " passed" in done.stdout
