"""The commands of a model's life, as a person types them in a project's folder."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from mlflow.tracking import MlflowClient

from orphan_disease.__main__ import main
from orphan_disease.adapters.champion_alias import VERSION_TAG
from orphan_disease.adapters.package_manifest import SIGNING_KEY_VARIABLE, PackageError, verify_package
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts.validation import VALIDATION_RESULTS_FILE
from tests.domain.small_predictor import small_predictor

MODEL = "orphan_disease"


@pytest.fixture(scope="module")
def made(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A project with two versions that passed their gates, both registered in MLflow."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(project_root / "conf", folder / "conf")
    store = PackageStore(str(folder / "data" / "06_models" / "model_package"))
    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlflow.db")
    client.create_registered_model(MODEL)
    versions = []
    for length in (5, 6):
        version = store.write(replace(small_predictor(), differential_length=length))
        results = {"model_version": version, "checks": [{"name": "coverage", "status": "passed"}]}
        store.keep_evidence(version, VALIDATION_RESULTS_FILE, orjson.dumps(results))
        client.create_model_version(MODEL, source=str(folder), tags={VERSION_TAG: version})
        versions.append(version)
    store.point("latest", versions[0])
    return folder, versions


@pytest.fixture
def project(made: tuple[Path, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(made[0], tmp_path / "project"))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
    monkeypatch.delenv("ORPHAN_DISEASE_DATA_ROOT", raising=False)
    return folder


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_a_promotion_and_a_rollback_move_what_is_served_and_the_alias(
    project: Path, made: tuple[Path, list[str]]
) -> None:
    first, second = made[1]
    assert "No version was promoted yet" in command("history").output
    done = command("promote", "--reason", "the first", "--by", "tester")
    assert done.exit_code == 0, done.output
    assert f"{first} is served now (promoted); before: -" in done.output
    assert f"{MODEL}@champion is version 1" in done.output

    over = command("promote", second, "--reason", "new", "--override")
    assert (over.exit_code, "a person must approve it" in over.output) == (1, True)
    over = command("promote", second, "--reason", "new", "--override", "--approved-by", "Dr A")
    assert f"{second} is served now" in over.output
    again = command("promote", second, "--reason", "new")
    assert (again.exit_code, f"{second} is the champion already" in again.output) == (1, True)

    back = command("rollback", "--reason", "disappointing", "--by", "tester")
    assert f"{first} is served now (rolled back); before: {second}" in back.output
    client = MlflowClient(tracking_uri=os.environ["MLFLOW_TRACKING_URI"])
    assert int(client.get_model_version_by_alias(MODEL, "champion").version) == 1

    told = [orjson.loads(line) for line in command("history", "--json").output.splitlines()]
    assert [event["action"] for event in told] == ["promoted", "refused", "promoted", "rolled_back"]
    assert (told[2]["approved_by"], told[3]["by"], told[3]["reason"]) == ("Dr A", "tester", "disappointing")
    table = command("models").output
    assert "champion, latest" in table
    assert "1/1 passed" in table
    assert "disappointing" in command("history").output


def test_a_rollback_imports_nothing_slow() -> None:
    """What takes seconds to import comes after the champion has moved, if at all."""
    code = (
        "import sys; from orphan_disease.__main__ import main; from orphan_disease.adapters import promotions\n"
        "sys.argv = ['orphan-disease', 'rollback', '--help']\n"
        "try: main()\nexcept SystemExit: print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "orphan_disease.adapters.package_store" in loaded
    assert {"torch", "mlflow", "sklearn", "pandas", "matplotlib"} & loaded == set()


def test_another_champion_than_expected_is_left_alone(project: Path, made: tuple[Path, list[str]]) -> None:
    refused = command("promote", "--reason", "x", "--expected", made[1][1])
    assert refused.exit_code == 1
    assert f"the champion is none yet, and not {made[1][1]} as expected" in refused.output


def test_an_older_package_is_signed_once_its_origin_is_known(
    project: Path, made: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = made[1][0]
    folder = project / "data" / "06_models" / "model_package" / version
    assert "there is no key to sign with" in command("sign", version).output
    monkeypatch.setenv(SIGNING_KEY_VARIABLE, "a key")
    with pytest.raises(PackageError, match="a package must be signed"):
        verify_package(folder)
    assert f"{version}: signed" in command("sign", version).output
    assert verify_package(folder).version == version


def test_what_never_served_is_pruned_only_when_asked(project: Path, made: tuple[Path, list[str]]) -> None:
    command("promote", "--reason", "x")
    store = PackageStore(str(project / "data" / "06_models" / "model_package"))
    later = [store.write(replace(small_predictor(), differential_length=length)) for length in range(10, 17)]
    assert command("archive", "prune", "--dry-run").output.splitlines() == [
        f"{version}: would be removed" for version in later[:2]
    ]
    assert set(later) <= set(store.versions())
    command("archive", "prune")
    assert set(later) & set(store.versions()) == set(later[2:])
    assert command("archive", "prune").output == "nothing to remove\n"


def test_outside_a_project_the_commands_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = command("models")
    assert (refused.exit_code, "no configuration here" in refused.output) == (1, True)
