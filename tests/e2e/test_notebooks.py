"""The notebooks run from top to bottom on the model that the training has packaged."""

import subprocess
import sys

from tests.e2e.places import Place


def test_notebooks_run_on_the_packaged_model(trained_place: Place) -> None:
    variables = {
        **trained_place.environment,
        "KEDRO_ENV": trained_place.env,
        "ORPHAN_DISEASE_DATA_ROOT": trained_place.parameters["data_root"],
    }
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-p", "no:cacheprovider", "--nbmake", "notebooks"]
    done = subprocess.run(
        command, cwd=trained_place.project, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert " passed" in done.stdout
