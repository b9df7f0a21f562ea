"""Which revision of the source code is running."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SourceRevision", "read_source_revision"]


@dataclass(frozen=True)
class SourceRevision:
    """A git commit.

    Attributes:
        commit: the full hash.
        is_modified: whether tracked files differ from that commit.
    """

    commit: str
    is_modified: bool

    def __str__(self) -> str:
        """The hash, marked where the code has been changed since."""
        return f"{self.commit}-modified" if self.is_modified else self.commit


def read_source_revision(folder: Path) -> SourceRevision | None:
    """Return the revision checked out at `folder`, or None outside a repository or without git."""
    git = shutil.which("git")
    if git is None:
        return None
    commit = _run(git, folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    return SourceRevision(commit, is_modified=bool(_run(git, folder, "status", "--porcelain", "--untracked-files=no")))


def _run(git: str, folder: Path, *arguments: str) -> str | None:
    done = subprocess.run(  # noqa: S603  # a fixed program, arguments written here
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False, timeout=30
    )
    return done.stdout.strip() if done.returncode == 0 else None
