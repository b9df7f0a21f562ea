"""What a package is refused for, each with the file's name and the reason; and what a signature keeps."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from orphan_disease.adapters.model_package import ModelPackageDataset
from orphan_disease.adapters.package_files import read_package, write_package
from orphan_disease.adapters.package_manifest import (
    SIGNATURE_FILE,
    SIGNING_KEY_VARIABLE,
    PackageError,
    content_version,
    read_manifest,
    sign_manifest,
    verify_package,
)
from orphan_disease.adapters.package_store import PackageStore
from tests.domain.small_predictor import small_predictor

INDEX = "predictor/index.json"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    write_package(small_predictor(), folder)
    return folder


@pytest.fixture
def copied(package: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(package, tmp_path / "copy"))


def rewrite(folder: Path, change: Callable[[dict[str, str]], None]) -> None:
    """Change the list of files as someone would who hides a change: checksums and version are made to fit."""
    manifest = read_manifest(folder)
    files = dict(manifest.files)
    change(files)
    fitting = manifest.model_copy(update={"files": files, "version": content_version(files)})
    (folder / "manifest.json").write_text(fitting.model_dump_json())


def rewrite_index(folder: Path, change: Callable[[dict], None]) -> None:
    index = folder / INDEX
    content = orjson.loads(index.read_bytes())
    change(content)
    index.write_bytes(orjson.dumps(content))
    rewrite(folder, lambda files: files.update({INDEX: hashlib.sha256(index.read_bytes()).hexdigest()}))


def test_the_manifest_says_what_the_model_needs_and_knows(package: Path) -> None:
    manifest = read_manifest(package)
    names = [line.split("==")[0] for line in manifest.requirements]
    assert {"numpy", "pandas", "xgboost", "torch", "skops"} <= set(names)
    assert all("+" not in line for line in manifest.requirements)
    assert len(manifest.knowledge_fingerprint) == 64
    assert manifest.source_revision is None or len(manifest.source_revision.removesuffix("-modified")) == 40


def test_a_file_that_is_not_listed_is_refused(copied: Path) -> None:
    (copied / "predictor" / "extra.npy").write_bytes(b"")
    with pytest.raises(PackageError, match=r"extra\.npy: not listed in the manifest, so nothing is loaded"):
        read_package(copied)


def test_two_swapped_files_are_refused(copied: Path) -> None:
    first, second = sorted((copied / "predictor").glob("*.npy"))[:2]
    contents = first.read_bytes(), second.read_bytes()
    second.write_bytes(contents[0])
    first.write_bytes(contents[1])
    with pytest.raises(PackageError, match=rf"{first.name}: SHA-256 is"):
        read_package(copied)


def test_a_package_under_another_versions_name_is_refused(tmp_path: Path) -> None:
    store = PackageStore(str(tmp_path))
    version = store.write(small_predictor())
    (tmp_path / version).rename(tmp_path / "0123456789ab")
    with pytest.raises(Exception, match=f"holds version {version}, not 0123456789ab: swapped"):
        ModelPackageDataset(filepath=str(tmp_path), load_version_or_pointer="0123456789ab").load()


def test_a_version_that_is_not_of_its_files_is_refused(copied: Path) -> None:
    path = copied / "manifest.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"version": "0123456789ab"}))
    with pytest.raises(PackageError, match="version 0123456789ab is not that of its files"):
        read_package(copied)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "predictor/../../secret", "predictor\\..\\secret", "."])
def test_a_path_outside_the_package_is_refused(copied: Path, name: str) -> None:
    rewrite(copied, lambda files: files.update({name: "0" * 64}))
    with pytest.raises(PackageError, match="which is outside the package"):
        read_package(copied)


def test_a_link_is_refused_even_to_the_same_bytes(copied: Path, tmp_path: Path) -> None:
    index = copied / INDEX
    outside = tmp_path / "outside.json"
    index.rename(outside)
    index.symlink_to(outside)
    with pytest.raises(PackageError, match=r"index\.json: a symbolic link"):
        read_package(copied)


def test_a_linked_folder_is_refused(copied: Path, tmp_path: Path) -> None:
    (copied / "predictor").rename(tmp_path / "elsewhere")
    (copied / "predictor").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PackageError, match="predictor: a symbolic link"):
        read_package(copied)


@pytest.mark.parametrize("name", ["../manifest.json", "/etc/passwd", "..", ""])
def test_an_index_that_points_out_of_its_archive_is_refused(copied: Path, name: str) -> None:
    def point_out(content: dict) -> None:
        content["fields"]["knowledge"]["fields"]["information"]["file"] = name

    rewrite_index(copied, point_out)
    with pytest.raises(PackageError, match="outside the archive"):
        read_package(copied)


@pytest.mark.parametrize("foreign", ["Popen", "Path", "KedroSession"])
def test_a_foreign_class_is_refused_by_name(copied: Path, foreign: str) -> None:
    def rename(content: dict) -> None:
        content["fields"]["ranking"]["class"] = foreign

    rewrite_index(copied, rename)
    with pytest.raises(PackageError, match=f"nothing is loaded: .*class '{foreign}' is not one of"):
        read_package(copied)


def test_a_signed_package_is_taken_with_the_key_alone(
    copied: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(SIGNING_KEY_VARIABLE, "a key")
    with pytest.raises(PackageError, match=r"manifest\.json\.hmac: not found, but ORPHAN_DISEASE_SIGNING_KEY is set"):
        verify_package(copied)
    assert sign_manifest(copied)
    verify_package(copied)

    signed = tmp_path / "signed"
    signed.mkdir()
    write_package(small_predictor(), signed)
    assert (signed / SIGNATURE_FILE).is_file()
    verify_package(signed)

    monkeypatch.setenv(SIGNING_KEY_VARIABLE, "another key")
    with pytest.raises(PackageError, match=r"not the signature of manifest\.json under the key"):
        read_package(signed)
    monkeypatch.delenv(SIGNING_KEY_VARIABLE)
    verify_package(signed)
    assert not sign_manifest(signed)


def test_a_manifest_that_was_changed_after_it_was_signed_is_refused(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SIGNING_KEY_VARIABLE, "a key")
    sign_manifest(copied)
    rewrite(copied, lambda files: None)  # the same files under a manifest written anew, and everything else fits
    with pytest.raises(PackageError, match="not the signature"):
        read_package(copied)


@pytest.mark.parametrize("place", ["local", "memory"])
def test_a_store_keeps_the_signature_with_the_package(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SIGNING_KEY_VARIABLE, "a key")
    root = str(tmp_path) if place == "local" else f"memory:///{tmp_path.name}"
    dataset = ModelPackageDataset(filepath=root)
    dataset.save(small_predictor())
    assert dataset.load().model_version
