"""The revision is git's own, marked where tracked files were changed."""

import subprocess
from pathlib import Path

from orphan_disease.adapters.source_revision import read_source_revision


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_a_change_marks_the_revision(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "a.txt").write_text("one")
    git(tmp_path, "add", "a.txt")
    git(tmp_path, "commit", "--no-verify", "-m", "first")
    clean = read_source_revision(tmp_path)
    (tmp_path / "a.txt").write_text("two")
    changed = read_source_revision(tmp_path)

    assert clean is not None
    assert changed is not None
    assert len(clean.commit) == 40
    assert str(changed) == f"{clean}-modified"


def test_outside_a_repository_there_is_none(tmp_path: Path) -> None:
    assert read_source_revision(tmp_path) is None
