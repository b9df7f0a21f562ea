"""Published data are found in the order: the named folder alone; else the downloads, else the shared folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orphan_disease.adapters import published_data

NAME = "orphanet/orphapackets.zip"


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("ORPHAN_DISEASE_DATA", raising=False)
    project = tmp_path / "checkout"
    project.mkdir()
    monkeypatch.chdir(project)
    published_data.published_file.cache_clear()
    yield project
    published_data.published_file.cache_clear()


def _place(folder: Path) -> None:
    (folder / NAME).parent.mkdir(parents=True)
    (folder / NAME).touch()


def test_absent_everywhere_is_none() -> None:
    assert published_data.published_file(NAME) is None


def test_the_shared_folder_beside_the_project_is_found(checkout: Path) -> None:
    _place(checkout.parent / "shared" / "data")
    assert published_data.published_file(NAME) == os.path.join("..", "shared", "data", NAME)


def test_a_download_of_this_checkout_wins_over_the_shared_folder(checkout: Path) -> None:
    _place(checkout.parent / "shared" / "data")
    _place(checkout / "data" / "01_raw" / "external")
    assert published_data.published_file(NAME) == f"data/01_raw/external/{NAME}"


def test_a_named_folder_is_the_only_one(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _place(checkout.parent / "shared" / "data")
    monkeypatch.setenv("ORPHAN_DISEASE_DATA", str(tmp_path / "named"))
    assert published_data.published_file(NAME) is None
    _place(tmp_path / "named")
    published_data.published_file.cache_clear()
    assert published_data.published_file(NAME) == str(tmp_path / "named" / NAME)
