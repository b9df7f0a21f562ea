"""What a simulated month keeps, so that one that was cut off goes on as it began."""

from pathlib import Path

import pytest

from orphan_disease.adapters.hospital_archive import HospitalArchive


def test_a_month_that_is_begun_again_is_answered_by_the_version_that_it_began_with(tmp_path: Path) -> None:
    archive = HospitalArchive(tmp_path)
    assert archive.served_in("2026-01", "first") == "first"
    assert archive.served_in("2026-01", "second") == "first"
    assert archive.served_in("2026-02", "second") == "second"


def test_a_year_begins_from_the_whole_of_a_trained_place_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = tmp_path / "trained"
    (trained / "06_models").mkdir(parents=True)
    (trained / "06_models" / "latest").write_text("a")
    (trained / "year").mkdir()  # the year's own folder may lie in the data root that it begins from
    archive = HospitalArchive(trained / "year")
    with monkeypatch.context() as patch:
        patch.setattr("shutil.copytree", _full_disk)
        with pytest.raises(OSError, match="no space"):
            archive.adopt(trained)
    assert not archive.data_root.exists()
    archive.adopt(trained)
    assert [file.name for file in archive.data_root.rglob("*") if file.is_file()] == ["latest"]


def _full_disk(*_: object, **__: object) -> None:
    raise OSError("no space left")
