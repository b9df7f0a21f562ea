"""Files by name: each saved whole, others left alone."""

from pathlib import Path

import pandas as pd

from orphan_disease.adapters.monthly import NamedFilesDataset, TrainingReferencesDataset


def test_names_come_back_in_order_and_other_files_stay(tmp_path: Path) -> None:
    dataset = NamedFilesDataset(filepath=str(tmp_path), suffix="/record.json")
    assert (dataset.load(), dataset.exists()) == ({}, False)
    dataset.save({"2026-02": {"a": 1}, "2026-01": {"a": 2}})
    dataset.save({"2026-02": {"a": 3}})
    assert list(dataset.load().items()) == [("2026-01", {"a": 2}), ("2026-02", {"a": 3})]
    NamedFilesDataset(filepath=str(tmp_path), suffix="/report.html", kind="text").save({"2026-02": "<p>"})
    assert sorted(file.name for file in (tmp_path / "2026-02").iterdir()) == ["record.json", "report.html"]
    assert sorted(dataset.load()) == ["2026-01", "2026-02"]


def test_a_torn_write_is_no_record(tmp_path: Path) -> None:
    (tmp_path / ".a.json.123.partial").write_text("{")
    assert NamedFilesDataset(filepath=str(tmp_path), suffix=".json").load() == {}


def test_each_version_keeps_its_reference(tmp_path: Path) -> None:
    dataset = TrainingReferencesDataset(filepath=str(tmp_path))
    assert len(dataset.load()) == 0
    for version in ("m2", "m1"):
        rows = pd.DataFrame({"model_version": version, "provenance": "simulated", "input__age_years": [1.0, None]})
        dataset.save(rows)
    found = dataset.load()
    assert found["model_version"].tolist() == ["m1", "m1", "m2", "m2"]
    assert dataset.exists()
