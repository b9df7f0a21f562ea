"""Where a whole run happens: on a local folder, or in a bucket; and how its catalog is opened afterwards."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog

from tests.e2e.s3_server import S3Server

RUN_SECONDS = 900


@dataclass(frozen=True)
class Place:
    """One environment's configuration and variables, as the command line of `kedro run` takes them."""

    project: Path
    env: str
    configuration: Path
    variables: Mapping[str, str]
    parameters: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process that runs here. It counts no coverage: that would cost it a third of its time."""
        given = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
        return {**given, **self.variables, "COLUMNS": "160", "OMP_WAIT_POLICY": "passive"}

    def run(self, pipeline: str, **parameters: str) -> str:
        """Run one pipeline in a process of its own, and return what it printed."""
        command = [sys.executable, "-m", "kedro", "run", f"--pipelines={pipeline}"]
        command += [f"--env={self.env}", f"--conf-source={self.configuration}"]
        given = {**self.parameters, **parameters}
        if given:
            command.append("--params=" + ",".join(f"{name}={value}" for name, value in given.items()))
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
        return done.stdout + done.stderr

    def catalog(self) -> DataCatalog:
        """Return the catalog as a run here sees it, with every dataset built."""
        bootstrap_project(self.project)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.variables.items():
                patch.setenv(name, value)
            with KedroSession.create(
                self.project, env=self.env, conf_source=str(self.configuration), runtime_params=dict(self.parameters)
            ) as session:
                catalog: DataCatalog = session.load_context().catalog
                for name in catalog.keys():
                    catalog.get(name)
                return catalog


def local_place(project: Path, folder: Path) -> Place:
    """Return the test environment with its data in `folder`."""
    variables = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "ORPHAN_DISEASE_ARTIFACTS": str(folder / "mlruns"),
    }
    return Place(project, "test", project / "conf", variables, {"data_root": str(folder / "data")})


def copied_place(place: Place, folder: Path) -> Place:
    """Return a local place that begins with the data and the tracked runs of another, and leaves that one as it is."""
    copy = local_place(place.project, folder)
    shutil.copytree(place.parameters["data_root"], copy.parameters["data_root"])
    shutil.copy(place.variables["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///"), folder / "mlflow.db")
    return copy


def bucket_place(project: Path, folder: Path, server: S3Server) -> Place:
    """Return the S3 environment on `server`, with the sizes of the test environment."""
    configuration = folder / "conf"
    shutil.copytree(project / "conf", configuration)
    for file in (project / "conf" / "test").glob("parameters*.yml"):
        shutil.copy(file, configuration / "s3" / file.name)
    variables = {
        **server.variables,
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "ORPHAN_DISEASE_BUCKET": server.bucket,
    }
    return Place(project, "s3", configuration, variables, {})
