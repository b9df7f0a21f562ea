"""The package answers as the model did, and refuses to load where a byte of it was changed."""

import hashlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import orjson
import pandas as pd
import pytest
from kedro.io import DatasetError

from orphan_disease.adapters.model_package import ModelPackageDataset, ModelPointerDataset
from orphan_disease.adapters.package_files import PackageError, read_manifest, read_package, write_package
from orphan_disease.adapters.package_manifest import content_version
from orphan_disease.contracts.parameters.modelling import Family
from tests.domain.small_predictor import CATEGORIES, small_cases, small_predictor

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    write_package(small_predictor(), folder)
    return folder


@pytest.fixture(scope="module")
def averaging_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("averaging")
    write_package(small_predictor(Family.ENSEMBLE), folder)
    return folder


@pytest.fixture
def copied(package: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(package, tmp_path / "copy"))


def answers(folder: Path) -> pd.DataFrame:
    return read_package(folder).predict(small_cases(), predicted_at=MOMENT)


@pytest.mark.parametrize(("name", "family"), [("package", Family.XGBOOST), ("averaging_package", Family.ENSEMBLE)])
def test_a_loaded_package_answers_as_the_model_that_was_saved(
    name: str, family: Family, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(name)
    saved = replace(small_predictor(family), model_version=read_manifest(folder).version)
    pd.testing.assert_frame_equal(answers(folder), saved.predict(small_cases(), predicted_at=MOMENT))


def test_the_manifest_says_what_is_inside(package: Path) -> None:
    manifest = read_manifest(package)
    on_disk = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}

    assert set(manifest.files) == on_disk - {"manifest.json"}
    assert all(
        hashlib.sha256((package / name).read_bytes()).hexdigest() == digest for name, digest in manifest.files.items()
    )
    assert (manifest.categories, manifest.knowledge_version) == (CATEGORIES, "toy knowledge")
    assert manifest.data_fingerprints == {"cases": "0" * 64}


@pytest.mark.parametrize("name", ["package", "averaging_package"])
def test_no_file_of_a_package_is_a_pickle(name: str, request: pytest.FixtureRequest) -> None:
    suffixes = {path.suffix for path in request.getfixturevalue(name).rglob("*") if path.is_file()}
    assert suffixes <= {".json", ".npy", ".npz", ".parquet", ".ubj", ".skops", ".safetensors"}


def test_the_same_model_has_the_same_version(package: Path, tmp_path: Path) -> None:
    assert write_package(small_predictor(), tmp_path).version == read_manifest(package).version
    other = tmp_path / "other"
    other.mkdir()
    changed = replace(small_predictor(), differential_length=3)
    assert write_package(changed, other).version != read_manifest(package).version


@pytest.mark.parametrize("kind", [".npy", ".npz", ".ubj", ".skops", ".json"])
def test_one_changed_byte_is_refused_by_name(copied: Path, kind: str) -> None:
    victim = next(path for path in sorted((copied / "predictor").rglob(f"*{kind}")))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)

    with pytest.raises(PackageError, match=rf"{victim.name}: SHA-256 is .* nothing is loaded"):
        read_package(copied)


def test_a_missing_file_is_refused_by_name(copied: Path) -> None:
    victim = next(iter(sorted((copied / "predictor").glob("*.npy"))))
    victim.unlink()
    with pytest.raises(PackageError, match=rf"{victim.name}: not found, but the manifest lists it"):
        read_package(copied)


def test_another_layout_is_refused(copied: Path) -> None:
    path = copied / "manifest.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"format_version": 99}))
    with pytest.raises(PackageError, match="layout 99, this release reads 1"):
        read_package(copied)


def test_a_package_of_another_release_is_refused(copied: Path) -> None:
    index = copied / "predictor" / "index.json"
    content = orjson.loads(index.read_bytes())
    del content["fields"]["knowledge"]
    index.write_bytes(orjson.dumps(content))
    manifest = read_manifest(copied)
    files = {**manifest.files, "predictor/index.json": hashlib.sha256(index.read_bytes()).hexdigest()}
    rewritten = manifest.model_copy(update={"files": files, "version": content_version(files)})
    (copied / "manifest.json").write_text(rewritten.model_dump_json())

    with pytest.raises(PackageError, match=r"another release.*train again"):
        read_package(copied)


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"manifest\.json: not found"):
        read_package(tmp_path)


@pytest.mark.parametrize("place", ["local", "memory"])
def test_every_version_is_kept_and_the_pointer_names_the_last(place: str, tmp_path: Path) -> None:
    root = str(tmp_path / "models") if place == "local" else f"memory:///{tmp_path.name}/models"
    dataset, latest = ModelPackageDataset(filepath=root), ModelPointerDataset(filepath=root)
    first = small_predictor()
    dataset.save(first)
    version = latest.load()
    dataset.save(replace(first, differential_length=3))

    assert latest.load() != version
    assert dataset.load().differential_length == 3
    assert ModelPackageDataset(filepath=root, load_version_or_pointer=version).load().differential_length == 50
    latest.save(version)
    assert dataset.load().model_version == version
    fs, path = fsspec.core.url_to_fs(root)
    assert len([entry for entry in fs.ls(path, detail=True) if entry["type"] == "directory"]) == 2


def test_a_pointer_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no version 'absent' to point 'latest' to"):
        ModelPointerDataset(filepath=str(tmp_path)).save("absent")


def test_no_package_says_how_to_get_one(tmp_path: Path) -> None:
    dataset = ModelPackageDataset(filepath=str(tmp_path))
    assert not dataset.exists()
    with pytest.raises(DatasetError, match="no model package 'latest'; train one with `make train`"):
        dataset.load()
