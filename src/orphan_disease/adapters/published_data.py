"""Where published data lie: case reports and Orphanet's archive, which the project reads by path and never carries."""

import logging
import os
from functools import cache
from pathlib import Path

__all__ = ["download_folder", "published_file"]

logger = logging.getLogger(__name__)

_FOLDER_VARIABLE = "ORPHAN_DISEASE_DATA"
_SHARED_FOLDER = Path("..", "shared", "data")  # one copy for several checkouts, beside them
_DOWNLOAD_FOLDER = Path("data", "01_raw", "external")  # where `make orphanet` and `make published-cases` write
_MAKE_TARGETS = {"orphanet": "make orphanet", "phenopackets": "make published-cases"}


def download_folder() -> Path:
    """Return the folder of downloads: the one that `ORPHAN_DISEASE_DATA` names, else one under `data/`."""
    return Path(os.environ.get(_FOLDER_VARIABLE) or _DOWNLOAD_FOLDER)


def _search_folders() -> tuple[Path, ...]:
    return (download_folder(),) if os.environ.get(_FOLDER_VARIABLE) else (_DOWNLOAD_FOLDER, _SHARED_FOLDER)


@cache
def published_file(name: str) -> str | None:
    """Return the path of one published file, or None, with a warning that says how to get it.

    Args:
        name: path below the folder of published data, e.g. `orphanet/orphapackets.zip`.
    """
    found = next((folder / name for folder in _search_folders() if (folder / name).exists()), None)
    if found is None:
        logger.warning(
            "%s is absent: this part of the published data is skipped. `%s` downloads it; %s names another folder.",
            download_folder() / name,
            _MAKE_TARGETS.get(Path(name).parts[0], "make"),
            _FOLDER_VARIABLE,
        )
        return None
    return found.as_posix()
