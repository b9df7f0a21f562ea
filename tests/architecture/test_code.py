"""Rules on files and functions, each with a bad example that it must catch."""

from pathlib import Path

import pytest

from tests.architecture import rules


def _modules(project_root: Path) -> list[Path]:
    return [file for part in ("src", "tests") for file in sorted((project_root / part).rglob("*.py"))]


def _configuration(project_root: Path) -> list[Path]:
    return sorted((project_root / "conf").rglob("*.yml"))


def test_names_say_what_a_module_holds(project_root: Path) -> None:
    assert rules.empty_names(file.relative_to(project_root) for file in _modules(project_root)) == []


@pytest.mark.parametrize("name", ["domain/utils.py", "pipelines/common/nodes.py", "adapters/helpers.py"])
def test_an_empty_name_is_caught(name: str) -> None:
    assert rules.empty_names([Path(name)])


def test_files_can_be_read_in_one_sitting(project_root: Path) -> None:
    assert rules.long_files(_modules(project_root)) == []


def test_a_long_file_is_caught(tmp_path: Path) -> None:
    file = tmp_path / "long.py"
    file.write_text("x = 1\n" * (rules.MAX_FILE_LINES + 1))
    assert rules.long_files([file])


def test_seeds_stand_in_globals_only(project_root: Path) -> None:
    assert rules.seeds_in_code(sorted((project_root / "src").rglob("*.py"))) == []
    assert rules.seeds_in_configuration(_configuration(project_root)) == []


@pytest.mark.parametrize(
    "line",
    [
        "model = Forest(random_state=42)",
        "rng = np.random.default_rng(7)",
        "rng = np.random.default_rng()",
        "torch.manual_seed(0)",
        "def split(cases, seed=0): ...",
        "def split(cases, *, random_state: int = 0): ...",
        "class P:\n    seed: int = 3",
    ],
)
def test_a_seed_in_code_is_caught(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bad.py"
    file.write_text(line)
    assert rules.seeds_in_code([file])


def test_a_seed_that_comes_from_parameters_is_fine(tmp_path: Path) -> None:
    file = tmp_path / "good.py"
    file.write_text(
        "def split(cases, seed):\n    return np.random.default_rng(seed), Forest(random_state=params.seed)\n"
    )
    assert rules.seeds_in_code([file]) == []


def test_a_seed_in_configuration_is_caught(tmp_path: Path) -> None:
    file = tmp_path / "parameters_bad.yml"
    file.write_text("modelling:\n  candidates:\n    - {name: forest, random_state: 42}\n")
    assert rules.seeds_in_configuration([file])


def test_every_folder_of_the_package_says_what_it_is_for(project_root: Path) -> None:
    folders = {file.parent for file in (project_root / "src" / "orphan_disease").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
