"""The five borders between the rooms, kept by the package, and each broken by a small bad package."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

LINTER = str(Path(sys.executable).with_name("lint-imports"))
SKELETON = (
    "__init__",
    "__main__",
    "settings",
    "pipeline_registry",
    "pipelines/__init__",
    "pipelines/balancing/__init__",
    "pipelines/balancing/nodes",
    "pipelines/modelling/__init__",
    "pipelines/modelling/nodes",
    "serving/__init__",
    "adapters/__init__",
    "domain/__init__",
    "contracts/__init__",
)
BAD_CASES = {
    "1.": ("adapters/__init__", "from orphan_disease import pipelines"),
    "2.": ("pipelines/balancing/nodes", "from orphan_disease.pipelines.modelling import nodes"),
    "3.": ("domain/__init__", "import mlflow"),
    "4.": ("pipelines/modelling/nodes", "from kedro.io import DataCatalog"),
    "5.": ("serving/__init__", "import kedro"),
}


def _lint(folder: Path, config: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"}
    command = [LINTER, "--config", str(config), "--no-cache"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _package(folder: Path, extra: Mapping[str, str]) -> None:
    for module in SKELETON:
        file = folder / "orphan_disease" / f"{module}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(extra.get(module, ""))


def _names(project_root: Path) -> list[str]:
    with (project_root / "pyproject.toml").open("rb") as stream:
        return [contract["name"] for contract in tomllib.load(stream)["tool"]["importlinter"]["contracts"]]


def test_there_are_five_contracts_and_the_package_keeps_them(project_root: Path) -> None:
    assert [name[:2] for name in _names(project_root)] == list(BAD_CASES)
    output = _lint(project_root / "src", project_root / "pyproject.toml")
    assert "Contracts: 5 kept, 0 broken." in output, output


@pytest.mark.parametrize("contract", BAD_CASES)
def test_each_contract_catches_a_bad_package(tmp_path: Path, project_root: Path, contract: str) -> None:
    module, line = BAD_CASES[contract]
    _package(tmp_path, {module: line + "\n"})
    output = _lint(tmp_path, project_root / "pyproject.toml")
    name = next(name for name in _names(project_root) if name.startswith(contract))
    assert f"{name} BROKEN" in output, output
    assert "4 kept, 1 broken" in output, output
