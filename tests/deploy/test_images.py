"""The images and the site of docker-compose.yml, as far as their files can tell without a builder."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from orphan_disease.adapters.package_store import PackageStore
from tests.domain.small_predictor import small_predictor

TRAINING_ONLY = {"kedro", "kedro-viz", "kedro-mlflow", "mlflow", "jupyterlab", "optuna", "shap", "mapie", "matplotlib"}
TRAINING_ONLY |= {"imbalanced-learn", "xgboost", "pytest", "ruff", "nvidia-nccl-cu12"}
# Starts the service where a module is found only if the named distributions, or the standard library, bring it.
ALLOWED_ONLY = """
import importlib.metadata, re, sys
allowed = set(sys.argv[1].split())
brought = importlib.metadata.packages_distributions()
normal = lambda name: re.sub(r"[-_.]+", "-", name).lower()
class Gate:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in brought and not allowed & {normal(each) for each in brought[top]}:
            raise ModuleNotFoundError(f"{name} is not in the serving set", name=name)
sys.meta_path.insert(0, Gate())
import orphan_disease.serving.command
from orphan_disease.serving.composition import build_services
from orphan_disease.serving.settings import Settings
print(build_services(Settings(model=sys.argv[2], serving_folder=sys.argv[3])).reload().version)
"""


def pins(path: Path) -> dict[str, str]:
    found = (re.match(r"([\w.-]+)==(\S+)", line) for line in path.read_text().splitlines())
    return {match[1]: match[2] for match in found if match}


def start_with(distributions: set[str], root: Path, models: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ALLOWED_ONLY, " ".join(distributions), str(models), str(models / "serving")]
    environment = {"PYTHONPATH": str(root / "src"), "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=models)


@pytest.fixture(scope="module")
def compose(project_root: Path) -> dict[str, Any]:
    site: dict[str, Any] = yaml.safe_load((project_root / "docker-compose.yml").read_text())
    return site


@pytest.fixture(scope="module")
def serving(project_root: Path) -> dict[str, str]:
    return pins(project_root / "requirements-serving.lock")


@pytest.mark.parametrize("group", ["serving", "tracking"])
def test_an_image_has_the_versions_of_the_lock(project_root: Path, group: str) -> None:
    whole, part = pins(project_root / "requirements.lock"), pins(project_root / f"requirements-{group}.lock")
    own = {"serving": {"xgboost-cpu"}, "tracking": set()}[group]
    assert set(part) - set(whole) == own
    assert {name: version for name, version in part.items() if name not in own and whole[name] != version} == {}
    if group == "serving":
        assert part["xgboost-cpu"] == whole["xgboost"]


def test_the_service_answers_with_nothing_that_its_image_leaves_out(
    project_root: Path, serving: dict[str, str], tmp_path: Path
) -> None:
    assert TRAINING_ONLY.isdisjoint(serving)
    store = PackageStore(str(tmp_path))
    version = store.write(small_predictor())
    store.point("latest", version)
    # The environment of the tests has xgboost, which is the module of xgboost-cpu.
    started = start_with({*serving, "xgboost", "orphan-disease"}, project_root, tmp_path)
    assert started.returncode == 0, started.stderr
    assert started.stdout.splitlines()[-1] == version


def test_a_library_that_is_left_out_is_missed(project_root: Path, serving: dict[str, str], tmp_path: Path) -> None:
    started = start_with({*serving, "xgboost", "orphan-disease"} - {"click"}, project_root, tmp_path)
    assert "click is not in the serving set" in started.stderr


def test_every_base_image_names_its_release(project_root: Path, compose: dict[str, Any]) -> None:
    dockerfile = (project_root / "Dockerfile").read_text()
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))
    images = [image for image in re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) if image not in stages]
    images += [service["image"] for service in compose["services"].values() if "image" in service]
    assert len(images) == 3
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []


def test_every_stage_that_runs_is_without_rights_and_tells_its_health(project_root: Path) -> None:
    dockerfile = (project_root / "Dockerfile").read_text()
    stages = dict(re.findall(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM |\Z)", dockerfile, re.MULTILINE | re.DOTALL))
    for name in ("serve", "train", "tracking"):
        assert re.search(r"^USER \d{5}:\d{5}$", stages[name], re.MULTILINE), name
        assert re.search(r"^HEALTHCHECK ", stages[name], re.MULTILINE), name
    assert list(stages)[-1] == "serve"


def test_every_service_of_the_site_has_a_health_check_and_waits_for_what_it_needs(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"postgres", "s3", "mlflow", "train", "serve"}
    for name, service in services.items():
        assert service["healthcheck"]["test"], name
        needed = service.get("depends_on", {})
        assert set(needed) <= set(services)
        assert all(each == {"condition": "service_healthy"} for each in needed.values())


def test_what_the_project_builds_runs_hardened_and_is_reached_from_this_machine_alone(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        if "build" in service:
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
        named = (volume.partition(":")[0] for volume in service.get("volumes", ()))
        assert set(named) <= set(compose["volumes"])


def test_no_password_stands_in_a_file(project_root: Path, compose: dict[str, Any]) -> None:
    example = (project_root / "deploy" / "compose.env.example").read_text()
    given = [line for line in example.splitlines() if line and not line.startswith("#")]
    assert all(line.endswith("=") for line in given)
    asked = set(re.findall(r"\$\{(\w+):\?", (project_root / "docker-compose.yml").read_text()))
    assert asked == {line[:-1] for line in given}
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD|SECRET|ACCESS_KEY", name) or value.startswith("${"), name
